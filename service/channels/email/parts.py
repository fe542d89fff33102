"""One part of a mail, decoded. Real mail is odd: each part is guarded by itself."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail

from service.core.text import clean

# Longer headers are cut: decoding one takes time that grows with the square of its length.
MAX_HEADER = 8_000
# What nobody sees: blanks, and what newsletters fill their hidden first line with.
BLANKS = " \t\r\n\u00a0\u00ad\u034f\u200b\u200c\u200d\u2060\ufeff"


@dataclass
class Part:
    """An attached file."""

    name: str
    type: str
    content: bytes


def text_of(part: Mail) -> str:
    """Return a text part's text, in the charset it names, else in the likeliest."""
    content, charset = bytes_of(part), str(part.get_content_charset() or "utf-8")
    for name in (charset, "utf-8", "cp1251", "latin-1"):
        try:
            return clean(content.decode(name))
        except (LookupError, UnicodeError):
            continue
    return ""


def bytes_of(part: Mail) -> bytes:
    """Return a part's content without its transfer encoding."""
    try:
        found = part.get_payload(decode=True)
    except (ValueError, KeyError, AttributeError, LookupError):
        found = str(part.get_payload()).encode("utf-8", "replace")
    return found if isinstance(found, bytes) else b""


def file_name(part: Mail) -> str:
    """Return an attached file's name; empty where the part is no file."""
    try:
        name = part.get_filename()
    except (ValueError, KeyError, AttributeError, LookupError, TypeError):
        return "attachment"
    if name:
        return decoded(name)
    return (
        "attachment"
        if str(part.get("Content-Disposition", "")).lower().startswith("attachment")
        else ""
    )


def decoded(text: str) -> str:
    """Return a header's text, its encoded words read."""
    text = text[:MAX_HEADER]
    try:
        return clean(str(make_header(decode_header(text))))
    except (ValueError, LookupError, UnicodeError, IndexError, MessageError):
        return clean(text)
