"""A message's blocks with its facts filled in, as they are stored with it: what a mail's page is
made of when it is sent. Plain data, so that another process or version can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from service.messages.template import LEADS_TO, MARK, Part, Template

BLANK_LINES = re.compile(r"\n\s*\n")
ENDS_OF_LINES = re.compile(r"[^\S\n]+\n")
LETTERED = re.compile(r"(?P<letter>\w)\. (?P<rest>.+)", re.DOTALL)


@dataclass
class Span:
    """Words in a line: `strong`, or a link to `href`, or neither."""

    words: str
    strong: bool = False
    href: str = ""


@dataclass
class Row:
    """A line of a box: a letter to answer with or "", what it is, and its price and date or ""."""

    letter: str
    what: str
    sum: str


@dataclass
class Block:
    """A piece of a mail, of a kind of `template.KINDS`; `label` is a heading or a button's words,
    `href` a button's address."""

    kind: str
    spans: list[Span] = field(default_factory=list)
    label: str = ""
    href: str = ""
    rows: list[Row] = field(default_factory=list)


def filled(template: Template, facts: Mapping[str, Any]) -> list[Block]:
    """Return the template's blocks with these facts; those in which nothing is left are missing.

    `facts` answers for every name, as a defaultdict does.
    """
    return [block for part in template.parts for block in MAKERS[part.kind](part, facts)]


def stored(blocks: list[Block]) -> list[dict[str, Any]]:
    """Return them as JSON can hold them, without what is empty."""
    return [
        {name: value for name, value in asdict(block).items() if value or name == "kind"}
        for block in blocks
    ]


def restored(rows: list[dict[str, Any]]) -> list[Block]:
    """Return the blocks that `stored` gave."""
    return [
        Block(
            row["kind"],
            [Span(**span) for span in row.get("spans", [])],
            row.get("label", ""),
            row.get("href", ""),
            [Row(**line) for line in row.get("rows", [])],
        )
        for row in rows
    ]


def paragraphs(text: str) -> list[Block]:
    """Return plain words as paragraphs: of a message that was stored without blocks."""
    return [Block("lead", spans) for spans in _parted([Span(text)])]


def _words(part: Part, facts: Mapping[str, Any]) -> list[Block]:
    return [Block(part.kind, spans) for spans in _parted(_spans(part.text, facts))]


def _headed(part: Part, facts: Mapping[str, Any]) -> list[Block]:
    """The first line is the heading of what follows."""
    first, *more = BLANK_LINES.split(part.plain.format_map(facts).strip())
    label, _, rest = first.partition("\n")
    if not label:
        return []
    below = [Block(part.kind, spans) for text in more for spans in _parted([Span(text)])]
    return [Block(part.kind, _one(rest), label.strip().removesuffix(":")), *below]


def _box(part: Part, facts: Mapping[str, Any]) -> list[Block]:
    return [Block(part.kind, rows=[_row(line, facts) for line in part.text.split("\n")])]


def _row(line: str, facts: Mapping[str, Any]) -> Row:
    lettered = LETTERED.fullmatch(line)
    what, amount = (lettered["rest"] if lettered else line).split(" | ")
    return Row(
        lettered["letter"] if lettered else "",
        what.format_map(facts).strip().removesuffix(":").removesuffix("."),
        amount.format_map(facts).strip().removesuffix("."),
    )


def _term(part: Part, facts: Mapping[str, Any]) -> list[Block]:
    return [Block(part.kind)]


def _button(part: Part, facts: Mapping[str, Any]) -> list[Block]:
    """The words that lead to it, and the button."""
    match = LEADS_TO.fullmatch(part.text)
    assert match  # looked at when the template was read
    words = [Block("lead", spans) for spans in _parted(_spans(match["words"], facts))]
    href = match["href"].format_map(facts)
    return [*words, *([Block("button", label=part.label, href=href)] if href else [])]


MAKERS = {
    "lead": _words,
    "small": _words,
    "quote": _headed,
    "points": _headed,
    "price": _box,
    "options": _box,
    "term": _term,
    "button": _button,
}


def _spans(text: str, facts: Mapping[str, Any]) -> list[Span]:
    spans, end = [], 0
    for mark in MARK.finditer(text):
        spans.append(Span(text[end : mark.start()].format_map(facts)))
        words, href = mark["strong"] or mark["words"], (mark["href"] or "").format_map(facts)
        spans.append(Span(words.format_map(facts), strong=bool(mark["strong"]), href=href))
        end = mark.end()
    return [*spans, Span(text[end:].format_map(facts))]


def _parted(spans: list[Span]) -> Iterator[list[Span]]:
    """The paragraphs of a run of words, each without blanks around it."""
    paragraph: list[Span] = []
    for span in spans:
        first, *more = [span.words] if span.strong or span.href else BLANK_LINES.split(span.words)
        paragraph.append(Span(first, span.strong, span.href))
        for words in more:
            yield from _trimmed(paragraph)
            paragraph = [Span(words)]
    yield from _trimmed(paragraph)


def _trimmed(spans: list[Span]) -> Iterator[list[Span]]:
    """The paragraph without blanks around it; nothing where it has no words."""
    spans[0].words = spans[0].words.lstrip()
    spans[-1].words = spans[-1].words.rstrip()
    for span in spans:
        span.words = ENDS_OF_LINES.sub("\n", span.words)
    if kept := [span for span in spans if span.words]:
        yield kept


def _one(text: str) -> list[Span]:
    return next(iter(_parted([Span(text.strip())])), [])
