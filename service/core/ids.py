"""Ids as they appear in URLs and forms."""

from __future__ import annotations

MAX_ID = 2**63 - 1


def id_of(text: str | None) -> int | None:
    """Return the id in a text: ASCII digits up to the largest bigint; None for any other text."""
    if not text or not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    return number if (number := int(text)) <= MAX_ID else None
