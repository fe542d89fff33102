"""Markup of people's texts: paragraphs, the words behind a guess highlighted, two texts side by
side with numbered differences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup, escape

from service.core import text as core_text
from service.core.language import current_language
from service.nlu.language_of_text import language_of

# Entities that appear in escaped markup itself.
ENTITIES = frozenset(("amp", "quot", "#34", "#39"))
LETTERS = re.compile("[A-Za-z\u0400-\u04ff]")
# Characters that no text contains stand for the marks until the text is escaped.
OPEN, CLOSE = "\ue000", "\ue001"
SIGNS = str.maketrans("", "", OPEN + CLOSE)
MARKS = {"words": ('<span class="was">', "</span>"), "exact": ("<ins>", "</ins>")}


def other_language(text: str) -> str:
    """Return the language of a text where it is not the page's, so that screen readers use it;
    empty where it is, or where the text has neither English nor Russian letters."""
    told = language_of(text)
    return told if LETTERS.search(text) and told != current_language() else ""


def paragraphs(text: str) -> Markup:
    """Return plain text as escaped paragraphs, each in the direction of its own script, marked
    where its language is not the page's."""
    told = other_language(text)
    lang = Markup(' lang="{}"').format(told) if told else Markup("")
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(_paragraph(part, lang) for part in parts)


def _paragraph(part: str, lang: Markup) -> Markup:
    way = Markup(' dir="auto"') if core_text.reads_backwards(part) else Markup("")
    return Markup("<p{}{}>{}</p>").format(
        lang if LETTERS.search(part) else "",
        way,
        Markup("<br>").join(escape(line) for line in part.split("\n")),
    )


def marked(text: str, told: Sequence[tuple[str, float]]) -> Markup:
    """Return a text as paragraphs with the words highlighted that decided its category."""
    loud = {word for word, weight in told if weight > 0 and len(word) > 2 and word not in ENTITIES}
    if not loud:
        return paragraphs(text)
    words = re.compile(
        r"\b("
        + "|".join(map(re.escape, sorted(map(str, escape_all(loud)), key=len, reverse=True)))
        + r")\b(?![^<>]*>)"
    )
    marked_words = words.sub(r'<mark role="none">\1</mark>', str(paragraphs(text)))
    return Markup(marked_words)  # noqa: S704 (the text is escaped by `paragraphs`)


def escape_all(words: Iterable[str]) -> list[Markup]:
    """Return the words as they appear in markup."""
    return [escape(word) for word in words]


def compared(text: str, differences: Sequence[dict[str, Any]], side: str) -> Markup:
    """Return a text as paragraphs with one side of each difference marked and numbered; `side` is
    `words` or `exact`."""
    begin, end = MARKS[side]
    signed = _signed(text.translate(SIGNS), [one[side] for one in differences])
    marked = re.sub(
        f"{OPEN}(\\d+){OPEN}(.*?){CLOSE}",
        rf"{begin}\2{end}<sup>\1</sup>",
        str(paragraphs(signed)),
        flags=re.DOTALL,
    )
    return Markup(marked)  # noqa: S704 (the text was escaped by `paragraphs`)


def _signed(text: str, phrases: Sequence[str]) -> str:
    """Return the text with marks around the first occurrence of each phrase; of two that overlap
    the first stays."""
    found = sorted(
        (match.start(), match.end(), n)
        for n, phrase in enumerate(phrases, 1)
        if (match := re.search(_loosely(phrase), text, re.IGNORECASE))
    )
    out, at = [], 0
    for start, end, n in found:
        if start >= at:
            out += [text[at:start], OPEN, str(n), OPEN, text[start:end], CLOSE]
            at = end
    return "".join([*out, text[at:]])


def _loosely(phrase: str) -> str:
    """Return a pattern of the phrase that matches any white space in it, but no empty line."""
    return r"[^\S\n]*\n?[^\S\n]*".join(re.escape(word) for word in phrase.split(" "))
