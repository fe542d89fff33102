"""HTML as plain text, in linear time: links keep their addresses, cells stand apart, what is struck
out or hidden is marked.

inscriptis lays the text out. It gets a tree of known elements without attributes, at most DEEPEST
deep, and only tables that are small enough to be laid out side by side: left to itself it drops
what is nested deeper, and its time and memory grow with the square of a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree

from service.channels.email.parts import BLANKS

DEEPEST, DEEPEST_LIST = 200, 8
# inscriptis copies a paragraph at each of its elements: after so many elements the rest is text
# without layout, and text ends after so many characters.
MAX_ELEMENTS, MAX_TEXT = 50_000, 200_000
# All addresses behind links together; of more the words alone stay.
MAX_LINK_TEXT = 50_000
# A table with a longer cell, or of more cells than this, is read cell by cell, one below the other.
MAX_CELL, MAX_IN_CELL, MAX_CELLS = 120, 20, 20_000
SILENT = frozenset({"head", "title", "style", "script", "template"})
TABLE = frozenset({"table", "tr", "td", "th"})
LISTS = frozenset({"ul", "ol"})
AS_IT_IS = TABLE | LISTS | {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre"}
AS_BLOCK = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "main",
        "nav",
        "option",
        "section",
        "summary",
        "tbody",
        "tfoot",
        "thead",
    }
)
CELLS = frozenset({"td", "th", "caption"})
# Put into the source where words begin and end to be struck out: the parser ends such elements
# before a paragraph in them.
BEGINS, ENDS = "\ue001", "\ue002"
STRUCK_TAGS = re.compile(r"<(/?)(?:s|strike|del)(?=[\s/>])[^<>]*>", re.IGNORECASE)
STRUCK = re.compile(r"text-decoration[a-z-]*:[^;]*line-through")
HIDDEN = re.compile(r"(?:^|[;\s])(?:display:none|visibility:hidden)")
PREFORMATTED = re.compile(r"white-space:(?:pre|break-spaces)")
WEB = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
# Stands for "&" while inscriptis lays out, because it would read character references a second
# time.
AMPERSAND = "\ue000"
OURS = str.maketrans("", "", AMPERSAND + BEGINS + ENDS)


@dataclass
class HtmlText:
    """The text of an HTML part, the addresses behind its links, and whether something in it is
    struck out."""

    text: str
    links: list[str]
    struck: bool


def read(source: str) -> HtmlText:
    """Return the text of an HTML document; empty where there is none. Takes time linear in its
    length."""
    parser = etree.HTMLParser(target=_Target(), huge_tree=True, encoding="utf-8")
    signed = STRUCK_TAGS.sub(lambda tag: ENDS if tag[1] else BEGINS, source.translate(OURS))
    target = etree.fromstring(signed.encode(), parser) if source.strip() else None
    if target is None:
        return HtmlText("", [], False)
    _lay_flat(target.root)
    laid_out = Inscriptis(target.root, ParserConfig(css=CSS_PROFILES["strict"])).get_text()
    return HtmlText(_tidy(laid_out.replace(AMPERSAND, "&")), target.links, target.struck)


def _tidy(text: str) -> str:
    """Without blanks at the ends of lines, and with at most one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _lay_flat(root: etree._Element) -> None:
    """Make lines of the cells of each table that only arranges the page, or that is too large to be
    laid out."""
    kept = {table for table in root.iter("table") if _lies_side_by_side(table)}
    for element in [one for one in root.iter(*TABLE) if _table_of(one) not in kept]:
        element.tag = "div"


def _table_of(element: etree._Element) -> etree._Element | None:
    return element if element.tag == "table" else next(element.iterancestors("table"), None)


def _lies_side_by_side(table: etree._Element) -> bool:
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = list(table.iterdescendants("tr"))
    widest = max((len(row) for row in rows), default=0)
    return widest * len(rows) <= MAX_CELLS and all(
        _is_short(cell) for cell in table.iterdescendants("td", "th")
    )


def _is_short(cell: etree._Element) -> bool:
    length = 0
    for count, element in enumerate(cell.iter()):
        length += len(element.text or "") + len(element.tail or "" if element is not cell else "")
        if length > MAX_CELL or count > MAX_IN_CELL:
            return False
    return True


@dataclass
class _Open:
    """An open element: its name in the new tree (none where it was too deep), and what ends with
    it."""

    name: str | None
    silent: bool = False
    mark: str = ""
    struck_before: int = 0
    link: str = ""


class _Target:
    """Takes the parser's events and builds the bounded tree of them."""

    def __init__(self) -> None:
        self.tree = etree.TreeBuilder()
        self.open: list[_Open] = []
        self.depth = self.lists = self.silent = self.elements = self.length = 0
        self.links: list[str] = []
        self.addresses = 0
        self.struck = False
        self.root: etree._Element
        # How often what comes now is struck out or hidden, by tags and by styles; what stands in
        # the bracket that is open, and blanks that wait for what follows.
        self.struck_tags = 0
        self.marks = {"struck": 0, "hidden": 0}
        self.bracket = self.blanks = ""
        # Inside a link: the text so far, to see whether it says the address by itself.
        self.in_link: list[str] | None = None
        self.tree.start("html", {})

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        name = tag.lower()
        style = re.sub(r"\s*:\s*", ":", attributes.get("style", "").lower()[:2000])
        element = _Open(None, silent=name in SILENT, struck_before=self.struck_tags)
        self.silent += element.silent
        if name == "br" or name in AS_IT_IS or name in AS_BLOCK:
            self._end_bracket()
        self._begin(element, name, style, attributes)
        element.mark = (
            "struck" if STRUCK.search(style) else "hidden" if HIDDEN.search(style) else ""
        )
        if element.mark:
            self.marks[element.mark] += 1
        if (
            name == "a"
            and self.in_link is None
            and (address := attributes.get("href", "").translate(OURS).strip())
        ):
            element.link, self.in_link = address, []
        elif name == "img" and self.in_link is not None:
            self.data(attributes.get("alt", "").translate(OURS))
        self.open.append(element)

    def end(self, tag: str) -> None:
        """End the element that was begun last."""
        element = self.open.pop()
        self.silent -= element.silent
        if element.mark or tag.lower() in AS_IT_IS | AS_BLOCK:
            self._end_bracket()
        if element.mark:
            self.marks[element.mark] -= 1
        if tag.lower() in CELLS:
            self.struck_tags = element.struck_before  # what is struck out in a cell ends with it
        if element.link:
            self._end_link(element.link)
        if element.name:
            self.tree.end(element.name)
            self.depth -= 1
            self.lists -= element.name in LISTS
        elif tag.lower() in AS_IT_IS | AS_BLOCK:
            self._break()

    def data(self, text: str) -> None:
        """Take text of a page's words; each piece of what is struck out or hidden lies in a
        bracket."""
        if self.silent or self.length > MAX_TEXT:
            return
        for piece in re.split(f"([{BEGINS}{ENDS}])", text):
            if piece in (BEGINS, ENDS):
                self._end_bracket()
                self.struck_tags = max(0, self.struck_tags + (1 if piece == BEGINS else -1))
            elif piece:
                self._words(piece)

    def _words(self, text: str) -> None:
        if self.in_link is not None:
            self.in_link.append(text)
        if (
            mark := "struck"
            if self.struck_tags or self.marks["struck"]
            else "hidden"
            if self.marks["hidden"]
            else ""
        ):
            text = self._bracketed(text, mark)
        self.length += len(text)
        self.tree.data(text.replace("&", AMPERSAND))

    def comment(self, text: str) -> None:
        """Leave comments out."""

    def pi(self, target: str, text: str | None = None) -> None:
        """Leave instructions of other programs out."""

    def close(self) -> _Target:
        """End the tree."""
        self._end_bracket()
        self.tree.end("html")
        self.root = self.tree.close()
        return self

    def _begin(self, element: _Open, name: str, style: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self._break()
        elif self.depth >= DEEPEST or self.elements >= MAX_ELEMENTS:
            if name in AS_IT_IS or name in AS_BLOCK:
                self._break()
        else:
            element.name = self._known(name)
            keeps = {"style": "white-space: pre"} if PREFORMATTED.search(style) else {}
            number = attributes.get("value", "")
            self.tree.start(
                element.name,
                keeps | ({"value": number} if number.isdecimal() and len(number) < 6 else {}),
            )
            self.depth += 1
            self.elements += 1
            self.lists += element.name in LISTS

    def _known(self, name: str) -> str:
        if name in AS_BLOCK or (name in LISTS and self.lists >= DEEPEST_LIST):
            return "div"
        return name if name in AS_IT_IS else "span"

    def _break(self) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            return self.tree.data(" ")
        self.tree.start("br", {})
        self.tree.end("br")

    def _bracketed(self, text: str, mark: str) -> str:
        bare = text.strip(BLANKS)
        if not bare:
            self.blanks += " " if self.bracket else ""
            return "" if self.bracket else text
        before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
        opened = "" if self.bracket else f"[{mark}: "
        self.struck = self.struck or mark == "struck"
        found = f"{self.blanks}{before}{opened}{bare}"
        self.bracket, self.blanks = mark, after
        return found

    def _end_bracket(self) -> None:
        if self.bracket:
            self.tree.data("]" + self.blanks)
            self.bracket = self.blanks = ""

    def _end_link(self, address: str) -> None:
        """The address after its words, where they do not say it themselves."""
        words, self.in_link = "".join(self.in_link or []).strip(), None
        plain = address.removeprefix("mailto:").removeprefix("tel:")
        if plain == address and not WEB.match(address):
            return
        if WEB.match(address):
            self.links.append(address)
        self.addresses += len(plain)
        if _bare(plain) != _bare(words) and self.addresses < MAX_LINK_TEXT:
            self.data(f" <{plain}>" if words else f"<{plain}>")


def _bare(address: str) -> str:
    return re.sub(r"(?i)^\w+://(?:www\.)?", "", address).rstrip("/").casefold()
