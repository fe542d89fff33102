"""An exchange by text, drawn as a phone: bubbles one under the other, their lines broken here, as
SVG breaks none."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, MARGIN, TOP, LINE, PAD = 340, 16, 76, 20, 12
# Letters in a line and units for each of them, wide enough for Cyrillic at a size of 14; a browser
# test holds them against the font.
LETTERS, LETTER = 28, 8.4
# No line breaks between a day and its hour, and between two letters to answer with.
KEPT = re.compile(r" (?=\d\d:\d\d)|(?<=\b[YДAА]) (?:or|или) (?=[NНBБ]\b)")


@dataclass(frozen=True)
class Said:
    """One text: who wrote it ("" for the service), its words, and when, as the reader reads it."""

    theirs: bool
    words: str
    when: str


@dataclass(frozen=True)
class Bubble:
    """Where a text stands, in units of the picture; `lines` are its words with their base lines."""

    theirs: bool
    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[float, str], ...]
    when: str


@dataclass(frozen=True)
class Phone:
    """The whole picture; `height` follows from what is said."""

    height: float
    bubbles: tuple[Bubble, ...]


def drawn(texts: Sequence[Said]) -> Phone:
    """The phone with these texts, oldest first."""
    bubbles: list[Bubble] = []
    y = float(TOP)
    for said in texts:
        bubbles.append(_bubble(said, y))
        y += bubbles[-1].height + 34
    return Phone(y + 8, tuple(bubbles))


def _bubble(said: Said, y: float) -> Bubble:
    lines = textwrap.wrap(
        KEPT.sub(lambda found: found[0].replace(" ", "\u00a0"), said.words), LETTERS
    )
    width = max(len(line) for line in lines) * LETTER + 2 * PAD
    x = WIDTH - MARGIN - width if said.theirs else MARGIN
    placed = tuple((y + PAD + 12 + LINE * place, line) for place, line in enumerate(lines))
    return Bubble(
        said.theirs,
        round(x, 1),
        y,
        round(width, 1),
        len(lines) * LINE + 2 * PAD - 4,
        placed,
        said.when,
    )
