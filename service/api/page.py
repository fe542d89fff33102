"""What the document looks like as a page: its words with code in them, types that lead to their
schema, addresses that break."""

from __future__ import annotations

import re
from collections.abc import Container

from markupsafe import Markup, escape

CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"\w+")


def written(text: str) -> Markup:
    """Paragraphs of our own words: a single line end joins, backticks are code."""
    parts = (" ".join(part.split()) for part in re.split(r"\n{2,}", text.strip()))
    return Markup("").join(Markup("<p>{}</p>").format(coded(part)) for part in parts)


def coded(text: str) -> Markup:
    """A line with its code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped above)


def linked(type_: str, schemas: Container[str]) -> Markup:
    """A type whose names lead to their schema on the page."""
    link = Markup('<a href="#schema-{0}">{0}</a>')
    type_ = NAME.sub(
        lambda name: str(link.format(name[0])) if name[0] in schemas else name[0],
        str(escape(type_)),
    )
    return Markup(type_)  # noqa: S704 (escaped above)


def breaking(path: str) -> Markup:
    """An address that may break after each stroke."""
    return Markup(str(escape(path)).replace("/", "/<wbr>"))  # noqa: S704 (escaped above)
