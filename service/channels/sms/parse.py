"""What a kept text says, from the raw form."""

from __future__ import annotations

from urllib.parse import parse_qsl

from service.channels.kept import Inbound
from service.texts import clean


def words_of(inbound: Inbound) -> str:
    """The body of the text; a picture without words says so."""
    form = dict(parse_qsl(inbound.raw.decode("utf-8", "replace"), keep_blank_values=True))
    return clean(form.get("Body", "")).strip()
