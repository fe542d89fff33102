"""A pseudo language for development: each string 40 % longer and with accents, so that text which
would be cut off is seen before translation."""

from __future__ import annotations

import re
from typing import Any

from babel.support import NullTranslations
from flask_babel import Domain

GAPS = re.compile(r"(%\(\w+\)[0-9.]*\w|%%)")
ACCENTS = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")
LONGER = 0.4


class Longer(NullTranslations):
    """Translations into longer text."""

    def gettext(self, message: str) -> str:
        """Return the string itself, longer."""
        return lengthen(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return singular or plural, longer."""
        return lengthen(msgid1 if n == 1 else msgid2)

    def upgettext(self, _context: str, message: str) -> str:
        """Return the string of a context, longer."""
        return lengthen(message)

    ugettext = gettext
    ungettext = ngettext


def lengthen(text: str) -> str:
    """Return the text with an accent on each vowel, and vowels doubled until it is 40 % longer;
    placeholders stay unchanged."""
    parts = GAPS.split(text)
    wanted = round(sum(len(part) for part in parts[::2]) * LONGER)
    for place in range(0, len(parts), 2):
        parts[place], wanted = _doubled(parts[place].translate(ACCENTS), wanted)
    return "".join(parts) + "é" * wanted


def _doubled(part: str, wanted: int) -> tuple[str, int]:
    letters: list[str] = []
    for letter in part:
        more = letter.lower() in "áéíóúý" and wanted > 0
        letters.append(letter + letter.lower() if more else letter)
        wanted -= more
    return "".join(letters), wanted


def install() -> None:
    """Make every string longer from here on, in the whole process."""
    found = Longer()

    def translations(_self: Any) -> NullTranslations:
        return found

    Domain.get_translations = translations
