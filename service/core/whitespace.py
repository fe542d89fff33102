"""Templates are laid out for who reads them, one element a line; what goes to the browser has none
of that layout.

The rule is the one of JSX. A line break, with the indentation around it, is

- nothing beside a tag or one of Jinja's marks (`{{ }}`, `{% %}`), and one space between two words;
- inside a tag one space before an attribute, and nothing before the tag's end or one of Jinja's
marks, so that
  `{% if on %} checked{% endif %}` on a line of its own brings its own space.

Spaces on one line stay as they are written. A space that matters where a line ends is written out:
`{{ ' ' }}`. What stands in quotes, in `pre`, `textarea`, `script` and `style` stays to the letter.

Why not one space for every break: most breaks stand between blocks, where a space is only bytes,
and where it is not, between two inline elements, whoever lays a line out anew would move a word on
the page. This way a break never shows, whatever `display` or `white-space` the place has, and a
space that shows can be seen in the source. It takes the place of `trim_blocks` and `lstrip_blocks`,
and costs nothing on a request: it is done when a template is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

TO_THE_LETTER = ("pre", "textarea", "script", "style")
PIECE = re.compile(r"</?[a-z][a-z0-9]*|[>\"']|\s*\n\s*|[^\S\n]+|[^\s<>\"']+|<", re.IGNORECASE)


class Whitespace(Extension):
    """Takes the layout out of a template while it is compiled; numbers of lines in errors stay
    true."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template's tokens, its text without layout. What is no page, a mail's plain text
        say, stays as it is."""
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
    """With the text before and after a comment as one: a comment is no mark, it is not there."""
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
    """Where in the page the text goes on: within a tag, in quotes, in an element that stays to
    the letter."""

    def __init__(self) -> None:
        self.tag = self.quote = self.letter = ""

    def out_of(self, text: str) -> str:
        """A stretch of text between two marks, without its layout."""
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
