"""Whitespace removal in templates: they are laid out for readers, one element a line, and none of
that layout is sent to the browser.

The rule is the one of JSX. A line break, with the indentation around it, becomes

- nothing beside a tag or one of Jinja's delimiters (`{{ }}`, `{% %}`), and one space between two
  words;
- inside a tag one space before an attribute, and nothing before the tag's end or one of Jinja's
  delimiters, so that `{% if on %} checked{% endif %}` on a line of its own brings its own space.

Spaces on one line stay as they are written. A space that matters where a line ends is written out:
`{{ ' ' }}`. Text in quotes, in `pre`, `textarea`, `script` and `style` stays unchanged.

Why not one space for every break: most breaks are between blocks, where a space only adds bytes,
and between two inline elements a changed layout would move a word on the page. This way a break
never shows, whatever `display` or `white-space` applies, and a space that shows can be seen in the
source. The extension replaces `trim_blocks` and `lstrip_blocks`, and costs nothing on a request: it
runs when a template is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

TO_THE_LETTER = ("pre", "textarea", "script", "style")
PIECE = re.compile(r"</?[a-z][a-z0-9]*|[>\"']|\s*\n\s*|[^\S\n]+|[^\s<>\"']+|<", re.IGNORECASE)


class Whitespace(Extension):
    """A Jinja extension that removes the layout of a template when it is compiled; line numbers in
    errors stay correct."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the template's tokens, with layout removed from text. What is not a page, such as a
        mail's plain text, stays as it is."""
        if not (stream.name or "").endswith(".html"):
            yield from stream
            return
        layout = _Layout()
        for token in _joined(stream):
            if token.type != "data":
                yield token
            elif kept := layout.out_of(token.value):
                yield Token(token.lineno, token.type, kept)


def _joined(tokens: Iterable[Token]) -> Iterator[Token]:
    """Join the text before and after a comment: a comment is not a delimiter and leaves no
    trace."""
    text: Token | None = None
    for token in tokens:
        if token.type == "data":
            text = Token(text.lineno, "data", text.value + token.value) if text else token
            continue
        if text:
            yield text
        text = None
        yield token
    if text:
        yield text


class _Layout:
    """The position in the page: within a tag, in quotes, or in an element whose text stays
    unchanged."""

    def __init__(self) -> None:
        self.tag = self.quote = self.letter = ""

    def out_of(self, text: str) -> str:
        """Return a stretch of text between two delimiters, without its layout."""
        return "".join(
            self._piece(text, found.start(), found.end()) for found in PIECE.finditer(text)
        )

    def _piece(self, text: str, start: int, end: int) -> str:
        piece = text[start:end]
        if "\n" in piece and not (self.quote or self.letter):
            return self._gap(text[start - 1 : start], text[end : end + 1])
        self._moves_over(piece.lower())
        return piece

    def _gap(self, before: str, after: str) -> str:
        if self.tag:
            return "" if after in ("", ">", "/") else " "
        return "" if before in ("", ">") or after in ("", "<") else " "

    def _moves_over(self, piece: str) -> None:
        if self.quote:
            self.quote = "" if piece == self.quote else self.quote
        elif self.tag:
            self._moves_in_tag(piece)
        elif self.letter:
            self.tag, self.letter = (
                (piece, "") if piece == f"</{self.letter}" else ("", self.letter)
            )
        elif len(piece) > 1 and piece.startswith("<"):
            self.tag = piece

    def _moves_in_tag(self, piece: str) -> None:
        if piece in ('"', "'"):
            self.quote = piece
        elif piece == ">":
            self.letter = self.tag[1:] if self.tag[1:] in TO_THE_LETTER else ""
            self.tag = ""
