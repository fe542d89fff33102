"""A text for the phone fitted into three parts: what varies is shortened, what is agreed to (price,
date, letters) never."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from service.channels.sms.segments import MAX_SEGMENTS, count, plain
from service.core.text import cut

VARIES = (
    "words",
    "retelling",
    "proposal",
    "question",
    "delivery",
    "reason",
    "why",
    "help",
    "title",
    "name",
    "who",
)
MAX_SHARE, MIN_SHARE, STEP = 450, 12, 6


def fit(words: str, facts: defaultdict[str, Any], link: str = "") -> str:
    """The words with their facts. Where something had to be shortened the link leads to the
    whole."""
    whole = _filled(words, facts)
    if count(whole) <= MAX_SEGMENTS and not facts.get("shortened"):
        return whole
    ending = f" {link}" if link and "{link}" not in words else ""
    for most in range(MAX_SHARE, MIN_SHARE, -STEP):
        text = _filled(words, _shorter(facts, most)) + ending
        if count(text) <= MAX_SEGMENTS:
            return text
    return text


def _filled(words: str, facts: defaultdict[str, Any]) -> str:
    return plain(" ".join(words.format_map(facts).split()))


def _shorter(facts: defaultdict[str, Any], most: int) -> defaultdict[str, Any]:
    short = facts.copy()
    short.update(
        {name: cut(" ".join(str(facts[name]).split()), most) for name in VARIES if facts.get(name)}
    )
    return short
