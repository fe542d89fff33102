"""Texts from outside: what PostgreSQL cannot store is removed before anything reads them."""

from __future__ import annotations

import re

# Scripts that run from right to left, and the control characters that reverse a line.
BACKWARDS = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069"
    "\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def clean(text: str) -> str:
    """Return the text without NUL and lone surrogates, with line ends normalised to LF."""
    return (
        text.replace("\x00", "")
        .encode("utf-8", "replace")
        .decode("utf-8")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )


def reads_backwards(text: str) -> bool:
    """Return whether some part of it runs from right to left."""
    return BACKWARDS.search(text) is not None


def apart(name: str) -> str:
    """Return a name isolated within a sentence, so that it does not reverse the sentence's
    direction."""
    return f"\u2068{name}\u2069" if reads_backwards(name) else name


def to_translate(words: str) -> str:
    """Mark a text that is stored as it is and translated for each reader; found by `make
    messages`."""
    return words


def forms_to_translate(one: str, many: str) -> tuple[str, str]:
    """Mark the singular and plural English forms of a text with a number, translated when the
    number is known; found by `make messages`."""
    return one, many


def cut(text: str, most: int) -> str:
    """Return at most `most` characters, cut between words, with an ellipsis."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def ended(text: str) -> str:
    """Return a sentence with its full stop, where it has no final punctuation of its own."""
    bare = text.rstrip()
    return bare if not bare or bare[-1] in ".!?…:;" else f"{bare}."
