"""Language detection between English and Russian by the letters, which is enough for these two."""

from __future__ import annotations

import re

CYRILLIC, LATIN = re.compile("[\u0400-\u04ff]"), re.compile("[A-Za-z]")


def language_of(text: str) -> str:
    """Return `ru` where Cyrillic letters are in the majority, else `en`."""
    return "ru" if len(CYRILLIC.findall(text)) > len(LATIN.findall(text)) else "en"
