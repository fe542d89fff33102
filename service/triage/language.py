"""English or Russian: told by the letters, which is enough between these two."""

from __future__ import annotations


def language_of(text: str) -> str:
    """`ru` where Cyrillic letters are in the majority, else `en`."""
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return "ru" if cyrillic > latin else "en"
