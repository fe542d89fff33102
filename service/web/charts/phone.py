"""A text message exchange, drawn as a phone: bubbles one below the other, with lines broken here
because SVG does not wrap."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, MARGIN, TOP, LINE, PAD = 340, 16, 76, 20, 12
# Characters per line and units for each, wide enough for Cyrillic at size 14; a browser test
# compares them with the font.
LETTERS, LETTER = 28, 8.4
# No line break between a day and its time, nor between two letters to answer with.
KEPT = re.compile(r" (?=\d\d:\d\d)|(?<=\b[YДAА]) (?:or|или) (?=[NНBБ]\b)")


@dataclass(frozen=True)
class Said:
    """A text message: its sender ("" for the service), its text, and its time as shown to the
    reader."""

    theirs: bool
    words: str
    when: str


@dataclass(frozen=True)
class Bubble:
    """The position of a message, in units of the picture; `lines` are its lines with their
    baselines."""

    theirs: bool
    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[float, str], ...]
    when: str


@dataclass(frozen=True)
class Phone:
    """The whole picture; `height` follows from the messages."""

    height: float
    bubbles: tuple[Bubble, ...]


def drawn(texts: Sequence[Said]) -> Phone:
    """Return the phone with these messages, oldest first."""
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
