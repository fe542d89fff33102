"""What a kept text says, from the raw form."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from service.core.text import clean
from service.inbound.inbound_message import Inbound

MAX_MEDIA = 10


@dataclass(frozen=True)
class Medium:
    """A picture or another file of a text, as Twilio names it: where it lies and what it is."""

    address: str
    type: str


def words_of(inbound: Inbound) -> str:
    """The body of the text."""
    return clean(_form(inbound).get("Body", "")).strip()


def media_of(inbound: Inbound) -> list[Medium]:
    """What came with the text, at most ten files."""
    form = _form(inbound)
    count = form.get("NumMedia", "0")
    most = min(int(count), MAX_MEDIA) if count.isdecimal() and len(count) < 4 else 0
    return [
        Medium(form[f"MediaUrl{place}"], form.get(f"MediaContentType{place}", ""))
        for place in range(most)
        if form.get(f"MediaUrl{place}")
    ]


def _form(inbound: Inbound) -> dict[str, str]:
    return dict(parse_qsl(inbound.raw.decode("utf-8", "replace"), keep_blank_values=True))
