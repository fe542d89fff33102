"""A mail in its two forms: plain text, and the same words as a page with one button. No picture,
nothing fetched."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template

from service.channels.email.blocks import NUMBER, blocks, unbroken
from service.core.whitespace import Whitespace
from service.messages.wording import BUTTONS, saying


def plain_of(text: str, about: dict[str, Any]) -> str:
    """The words, and below a signature's dashes what stands around them."""
    return "\n".join([text, "", "-- ", *_foot(about)])


def html_of(subject: str, text: str, template: str, about: dict[str, Any]) -> str:
    """The page. Links are made of addresses of this desk alone, whatever somebody wrote into a name
    or a task."""
    pieces, language = blocks(text), about.get("language", "en")
    boxes = [place for place, block in enumerate(pieces) if block.ways]
    return _page().render(
        {"task": None, "title": None, "term": None, "settings": None, "why": "", **about},
        language=language,
        subject=subject,
        heading=_heading(subject, about),
        blocks=pieces,
        bar_before=boxes[0] if boxes else None,
        label=BUTTONS.get(template, BUTTONS[""])[language],
        what_we_write=saying("what_we_write", language),
    )


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
    rest = NUMBER.sub(lambda found: unbroken(found[0]), rest)
    return rest[:1].upper() + rest[1:]


@lru_cache
def _page() -> Template:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, extensions=[Whitespace]
    )
    return pages.get_template("letter.html")
