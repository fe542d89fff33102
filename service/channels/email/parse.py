"""What a kept mail says. Real mail is odd: each part is guarded by itself, and the raw mail stays whatever happens here."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.parser import BytesHeaderParser
from email.utils import getaddresses

import nh3

from service.channels.email import quotes
from service.texts import clean

MOST_PARTS, LARGEST_TEXT = 200, 200_000
AUTOMATIC_SENDERS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounce[s]?)([+-].*)?@", re.IGNORECASE)


@dataclass
class Part:
    """An attached file."""

    name: str
    type: str
    content: bytes


@dataclass
class Letter:
    """A mail as the house understands it: `text` is the whole of it. `automatic` mail comes from a machine that answers or
    reports, `bulk` mail from a list, which a person may have written.
    """

    sender: str
    subject: str
    text: str
    message_id: str
    references: list[str]
    automatic: bool
    results: list[str] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    bulk: bool = False

    @property
    def new_words(self) -> str:
        """What its writer wrote now, where it is an answer: without what was quoted."""
        return quotes.new_words(self.text)


def read(raw: bytes) -> Letter:
    """Read a mail; never raises for what is odd in it."""
    mail = _parsed(raw)
    plain, marked, files = _walk(mail)
    whole = plain or _from_html(marked)
    return Letter(sender=_address(mail), subject=_header(mail, "Subject")[:300], text=whole.strip(),
                  message_id=_header(mail, "Message-ID")[:990], references=_references(mail), automatic=_automatic(mail),
                  results=[str(value) for value in mail.get_all("Authentication-Results", [])][:5], files=files,
                  bulk=_bulk(mail))


def _parsed(raw: bytes) -> Mail:
    """The mail; of one that is nested too deeply the headers alone, with all the rest as one attachment."""
    try:
        return message_from_bytes(raw, policy=policy.compat32)
    except RecursionError:
        return BytesHeaderParser(policy=policy.compat32).parsebytes(raw)


def identity(raw: bytes) -> str:
    """What makes a mail the same delivery: its Message-ID together with a hash of its content after the transport's headers."""
    mail = _parsed(raw)
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2]
    words = "\n".join([_address(mail), _header(mail, "Subject"), _header(mail, "Date")]).encode() + body.replace(b"\r\n", b"\n").strip()
    return f"{_header(mail, 'Message-ID')[:900] or '<none>'} {hashlib.sha256(words).hexdigest()[:32]}"


def _walk(mail: Mail) -> tuple[str, str, list[Part]]:
    plain: list[str] = []
    marked: list[str] = []
    files: list[Part] = []
    for part in _parts(mail):
        kind, name = part.get_content_type(), _file_name(part)
        if name or not kind.startswith("text/"):
            # What is too much for a task is said there; what has a name or a byte is not dropped.
            if (content := _bytes(part)) or name:
                files.append(Part(name or "attachment", kind, content))
        elif kind == "text/html":
            marked.append(_text(part))
        else:
            plain.append(_text(part))
    return "\n".join(plain)[:LARGEST_TEXT], "\n".join(marked)[:LARGEST_TEXT], files


def _parts(mail: Mail) -> Iterator[Mail]:
    for count, part in enumerate(mail.walk()):
        if count >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _text(part: Mail) -> str:
    content, charset = _bytes(part), str(part.get_content_charset() or "utf-8")
    for name in (charset, "utf-8", "cp1251", "latin-1"):
        try:
            return clean(content.decode(name))
        except (LookupError, UnicodeError):
            continue
    return ""


def _bytes(part: Mail) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, KeyError, AttributeError, LookupError):
        found = str(part.get_payload()).encode("utf-8", "replace")
    return found if isinstance(found, bytes) else b""


def _file_name(part: Mail) -> str:
    try:
        name = part.get_filename()
    except (ValueError, KeyError, AttributeError, LookupError, TypeError):
        return "attachment"
    if name:
        return _decoded(name)
    return "attachment" if str(part.get("Content-Disposition", "")).lower().startswith("attachment") else ""


def _header(mail: Mail, name: str) -> str:
    return " ".join(_decoded(_raw(mail, name)).split())


def _raw(mail: Mail, name: str) -> str:
    """A header as it came, its first occurrence; raw bytes are read as UTF-8, else as cp1251."""
    value = next((str(found) for key, found in mail.raw_items() if key.lower() == name.lower()), "")
    try:
        value.encode("utf-8")
        return value
    except UnicodeEncodeError:
        content = value.encode("ascii", "surrogateescape") if _escaped(value) else value.encode("utf-8", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


def _escaped(value: str) -> bool:
    return all(letter.isascii() or "\udc80" <= letter <= "\udcff" for letter in value)


def _decoded(text: str) -> str:
    try:
        return clean(str(make_header(decode_header(text))))
    except (ValueError, LookupError, UnicodeError, IndexError):
        return clean(text)


def _address(mail: Mail) -> str:
    """The one address in From; none where it is missing or there are several."""
    found = [address for _name, address in getaddresses([str(value) for value in mail.get_all("From", [])]) if "@" in address]
    return found[0].strip().lower()[:320] if len(found) == 1 else ""


def _references(mail: Mail) -> list[str]:
    return re.findall(r"<[^<>\s]{1,900}>", f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}")[:30]


def _automatic(mail: Mail) -> bool:
    """Out-of-office notes, bounces and other machines are never answered."""
    submitted = _raw(mail, "Auto-Submitted").strip().lower()
    return (submitted not in ("", "no") or _raw(mail, "Precedence").strip().lower() == "auto_reply"
            or any(_raw(mail, name) for name in ("X-Autoreply", "X-Autorespond"))
            or mail.get_content_type() == "multipart/report" or bool(AUTOMATIC_SENDERS.match(_address(mail))))


def _bulk(mail: Mail) -> bool:
    """Lists and what else asks for no answer."""
    precedence = _raw(mail, "Precedence").strip().lower()
    return precedence in ("bulk", "list", "junk") or any(_raw(mail, name) for name in ("List-Id", "X-Auto-Response-Suppress"))


def _from_html(marked: str) -> str:
    if not marked:
        return ""
    broken = re.sub(r"(?i)<(br|/p|/div|/tr|/li|/h\d)[^>]*>", "\n", marked)
    bare = nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "head", "title"})
    return re.sub(r"\n{3,}", "\n\n", html.unescape(bare)).strip()
