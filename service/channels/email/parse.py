"""What a kept mail says. Real mail is odd: each part is guarded by itself, and the raw mail stays
whatever happens here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message as Mail
from email.parser import BytesHeaderParser

from service.channels.email import automatic, body, quotes
from service.channels.email.body import LARGEST_TEXT
from service.channels.email.parts import MAX_HEADER, Part, decoded
from service.core.text import clean

__all__ = ["ParsedEmail", "Part", "identity", "is_plain", "read", "unread"]
LARGEST_HEAD, MOST_RESULTS = 256 * 1024, 5
# Python reads no header in such a line; other servers do.
SPACED_FROM = re.compile(rb"^from[ \t]+:", re.IGNORECASE | re.MULTILINE)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
ADDRESS = re.compile(r"[^\s<>()\[\],;:@\"]+@[^\s<>()\[\],;:@\"]+")


@dataclass
class ParsedEmail:
    """A mail as the house understands it: `text` is the whole of it. `automatic` mail comes from a
    machine that answers or reports, `bulk` mail from a list, which a person may have written; of an
    `unread` one the headers alone could be read.
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
    unread: bool = False

    @property
    def new_words(self) -> str:
        """What its writer wrote now, where it is an answer: without what was quoted."""
        return quotes.new_words(self.text)


def read(raw: bytes) -> ParsedEmail:
    """Read a mail; never raises for what is odd in it. What it takes of time and memory is bounded
    by whoever calls it: see `reader`."""
    mail, found = _parsed(raw), body.Body()
    try:
        words = found.words(mail)
    except body.TooDeep:
        return unread(raw)
    return _letter(mail, _head(raw), words.text[:LARGEST_TEXT].strip(), found.files)


def unread(raw: bytes) -> ParsedEmail:
    """Return what the headers say of a mail that cannot be read, with the whole of it as one file.
    Takes little time."""
    head = _head(raw)
    letter = _letter(_heading(head), head, "", [Part("mail.eml", "message/rfc822", raw)])
    letter.unread = True
    return letter


def is_plain(raw: bytes, longest: int) -> bool:
    """Return whether a mail of at most so many bytes is one piece of plain text."""
    return len(raw) <= longest and _heading(_head(raw)).get_content_type() == "text/plain"


def _letter(mail: Mail, head: bytes, text: str, files: list[Part]) -> ParsedEmail:
    sender = _address(mail, head)
    return ParsedEmail(
        sender=sender,
        subject=_header(mail, "Subject")[:300],
        text=text,
        message_id=_header(mail, "Message-ID")[:990],
        references=_references(mail),
        automatic=automatic.marked(lambda name: _raw(mail, name), sender, mail.get_content_type()),
        results=[str(value)[:MAX_HEADER] for value in mail.get_all("Authentication-Results", [])][
            :MOST_RESULTS
        ],
        files=files,
        bulk=automatic.bulk(lambda name: _raw(mail, name), mail.keys()),
    )


def _parsed(raw: bytes) -> Mail:
    """The mail; of one that is nested too deeply the headers alone, with all the rest as one
    attachment."""
    try:
        return message_from_bytes(raw, policy=policy.compat32)
    except RecursionError:
        return _heading(raw)


def _heading(raw: bytes) -> Mail:
    return BytesHeaderParser(policy=policy.compat32).parsebytes(raw)


def _head(raw: bytes) -> bytes:
    """The headers, as far as they are looked at."""
    ends = [place for blank in (b"\r\n\r\n", b"\n\n") if (place := raw.find(blank)) >= 0]
    return raw[: min([*ends, LARGEST_HEAD])]


def identity(raw: bytes) -> str:
    """Return what makes a mail the same delivery: its Message-ID together with a hash of its
    content after the transport's headers. Takes time linear in its length, and reads its headers
    alone."""
    head = _head(raw)
    mail = _heading(head)
    content = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2]
    digest = hashlib.sha256(
        "\n".join([_address(mail, head), _header(mail, "Subject"), _header(mail, "Date")]).encode()
    )
    digest.update(content.replace(b"\r\n", b"\n").strip())
    return f"{_header(mail, 'Message-ID')[:900] or '<none>'} {digest.hexdigest()[:32]}"


def _header(mail: Mail, name: str) -> str:
    return " ".join(decoded(_raw(mail, name)).split())


def _raw(mail: Mail, name: str) -> str:
    """A header as it came, its first occurrence; raw bytes are read as UTF-8, else as cp1251."""
    value = next(
        (str(found) for key, found in mail.raw_items() if key.lower() == name.lower()), ""
    )[:MAX_HEADER]
    try:
        value.encode("utf-8")
        return value
    except UnicodeEncodeError:
        content = (
            value.encode("ascii", "surrogateescape")
            if _escaped(value)
            else value.encode("utf-8", "replace")
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


def _escaped(value: str) -> bool:
    return all(letter.isascii() or "\udc80" <= letter <= "\udcff" for letter in value)


def _address(mail: Mail, head: bytes) -> str:
    """The one address in From. None where it is missing, where there are several, and where two
    readers could see two: an address within a comment or a name without quotes, a route, a second
    From, a line among the headers that is none."""
    values = [str(value) for key, value in mail.raw_items() if key.lower() == "from"]
    broken = any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in mail.defects)
    if broken or SPACED_FROM.search(head) or len(values) != 1 or len(values[0]) > MAX_HEADER:
        return ""
    bare = QUOTED.sub(" ", values[0])
    found = ADDRESS.findall(bare)
    if (
        not found
        or '"' in bare
        or len({one.lower() for one in found}) > 1
        or bare.count("@") != len(found)
    ):
        return ""
    return str(clean(found[0]).lower()[:320])


def _references(mail: Mail) -> list[str]:
    return re.findall(
        r"<[^<>\s]{1,900}>", f"{_raw(mail, 'In-Reply-To')} {_raw(mail, 'References')}"
    )[:30]
