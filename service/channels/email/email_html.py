"""A mail in its two forms: plain text, and the same words as a page with one button. No picture,
nothing fetched."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup, escape

from service.core.config import settings
from service.core.whitespace import Whitespace
from service.messages import blocks
from service.messages.blocks import Block, Span
from service.messages.wording import saying

# Where no line breaks: between a figure and its sign, between a day and its hour.
TOGETHER = re.compile(r"(?<=\d) (?=[%$£¢¥\u20a0-\u20cf])|(?<=\w) (?=\d\d:\d\d)")
INVOICE = re.compile(r"(?<![\w/-])PO-\d{4}-\d+")
LINK = Markup('<a href="{}" style="color:#2540b4">{}</a>')


def plain_of(text: str, about: dict[str, Any]) -> str:
    """The words, and below a signature's dashes what stands around them."""
    return "\n".join([text, "", "-- ", *_foot(about)])


def html_of(subject: str, text: str, about: dict[str, Any]) -> str:
    """The page, of the blocks in `about`; a message that was stored without them is shown as the
    paragraphs of its text. Links are made of addresses of this desk alone, whatever somebody wrote
    into a name or a task."""
    language = about.get("language", "en")
    return _page().render(
        {"task": None, "title": None, "term": None, "settings": None, "why": "", **about},
        language=language,
        subject=subject,
        heading=_heading(subject, about),
        blocks=_blocks(text, about),
        words=_words,
        what_we_write=saying("what_we_write", language),
    )


def _blocks(text: str, about: dict[str, Any]) -> list[Block]:
    if "blocks" in about:
        return blocks.restored(about["blocks"])
    return [*blocks.paragraphs(text), Block("term")]


def _foot(about: dict[str, Any]) -> list[str]:
    """The lines below: the task, its moments, why this mail came, and where that is changed."""
    language, term = about.get("language", "en"), about.get("term")
    lines = [
        f"{about['task']}, {about['title']}" if about.get("task") else "",
        ". ".join(filter(None, term["moments"])) + "." if term else "",
        about.get("why", ""),
        f"{saying('what_we_write', language)}: {about['settings']}"
        if about.get("settings")
        else "",
    ]
    return ["Poruchi", *filter(None, lines)]


def _heading(subject: str, about: dict[str, Any]) -> str:
    """The subject without the number, which stands above it, and without the sign of an answer."""
    rest = subject.removeprefix(f"{about.get('number')}: ").removeprefix("Re: ")
    return _unbroken(rest[:1].upper() + rest[1:])


def _words(spans: list[Span]) -> Markup:
    return Markup("").join(_span(span) for span in spans)


def _span(span: Span) -> Markup:
    if span.strong:
        return Markup("<b>{}</b>").format(span.words)
    if span.href and _is_ours(span.href):
        return LINK.format(span.href, span.words)
    return _with_links(span.words)


def _with_links(text: str) -> Markup:
    """The text with each address of this desk as a link, without its scheme."""
    address = re.compile(rf"(?<!\S){re.escape(settings().url)}/[^\s<>\"']*(?<![.,])")
    pieces, end = Markup(""), 0
    for match in address.finditer(text):
        pieces += _typeset(text[end : match.start()])
        pieces += LINK.format(match[0], match[0].partition("://")[2])
        end = match.end()
    return pieces + _typeset(text[end:])


def _is_ours(address: str) -> bool:
    return address.startswith(f"{settings().url}/")


def _typeset(text: str) -> Markup:
    return escape(_unbroken(TOGETHER.sub("\u00a0", text))).replace("\n", Markup("<br>"))


def _unbroken(text: str) -> str:
    """With hyphens in the numbers of invoices at which no line breaks."""
    return INVOICE.sub(lambda number: number[0].replace("-", "\u2011"), text)


@lru_cache
def _page() -> Template:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, extensions=[Whitespace]
    )
    return pages.get_template("letter.html")
