"""Texts from outside: what PostgreSQL cannot keep is taken out before anything looks at them."""

from __future__ import annotations

import re

# Scripts that run from right to left, and the signs that turn a line around.
BACKWARDS = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def clean(text: str) -> str:
    """The text without NUL and lone surrogates, line ends as \\n."""
    return (
        text.replace("\x00", "")
        .encode("utf-8", "replace")
        .decode("utf-8")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )


def reads_backwards(text: str) -> bool:
    """Whether something in it runs from right to left."""
    return BACKWARDS.search(text) is not None


def apart(name: str) -> str:
    """A name within a sentence, which it does not turn around."""
    return f"\u2068{name}\u2069" if reads_backwards(name) else name


def to_translate(words: str) -> str:
    """Words that are kept as they are and translated for whoever reads them; found by `make
    messages`."""
    return words


def forms_to_translate(one: str, many: str) -> tuple[str, str]:
    """Both English forms of words with a number, translated when the number is known; found by
    `make messages`."""
    return one, many


def cut(text: str, most: int) -> str:
    """At most so many letters, cut between words, with an ellipsis."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def ended(text: str) -> str:
    """A sentence with its full stop, where it has no sign of its own."""
    bare = text.rstrip()
    return bare if not bare or bare[-1] in ".!?…:;" else f"{bare}."
