"""The words and files of a mail's parts. Where the same words come as plain text and as HTML, their
content decides.

Plain text is taken where it says all that the HTML says: nearly all its words, the addresses behind
its links, nothing struck out. Else the HTML is: some programs put a blank or a placeholder beside
it, and plain text says the opposite of "do ~~not~~ call". Where plain text quotes an earlier mail
(lines with ">"), links do not decide: quotes can be cut from it alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message as Mail

from service.channels.email.parts import BLANKS, Part, bytes_of, file_name, text_of

MAX_PARTS, MAX_DEPTH = 2_000, 50
LARGEST_TEXT, LARGEST_HTML, MOST_LINKS = 200_000, 4_000_000, 500
NEARLY_ALL = 0.8
WORD = re.compile(r"\w+")
BEHIND_LINK = re.compile(r"<[^<>\s]+>")
QUOTING = re.compile(r"^\s*>", re.MULTILINE)


class TooDeep(ValueError):
    """The parts lie in each other more than DEEPEST deep, or are more than MOST_PARTS."""


@dataclass
class Words:
    """What a part says: its text, whether it was HTML, what stands behind its links, whether
    something is struck out."""

    text: str = ""
    marked: bool = False
    links: list[str] = field(default_factory=list)
    struck: bool = False


@dataclass
class Body:
    """All parts of a mail that were read so far: its files, how many parts, how much more HTML may
    come."""

    files: list[Part] = field(default_factory=list)
    parts: int = 0
    html_left: int = LARGEST_HTML

    def words(self, part: Mail, depth: int = 0) -> Words:
        """Return what this part and all in it say, and keep its files. Raises TooDeep."""
        self.parts += 1
        if depth > MAX_DEPTH:
            raise TooDeep
        if self.parts > MAX_PARTS:
            raise TooDeep  # a person looks at it: what came behind would be lost without a word
        if not part.is_multipart():
            return self._leaf(part)
        inner = [
            self.words(child, depth + 1) for child in part.get_payload() if isinstance(child, Mail)
        ]
        return (
            _chosen(inner) if part.get_content_type() == "multipart/alternative" else _joined(inner)
        )

    def _leaf(self, part: Mail) -> Words:
        kind, name = part.get_content_type(), file_name(part)
        if name or not kind.startswith("text/"):
            # What is too much for a task is said there; what has a name or a byte is not dropped.
            if (content := bytes_of(part)) or name:
                self.files.append(Part(name or "attachment", kind, content))
            return Words()
        if kind != "text/html":
            return Words(text_of(part))
        from service.channels.email import html_text  # 8 MB that only the child needs

        source = text_of(part)[: self.html_left]
        self.html_left -= len(source)
        found = html_text.read(source)
        return Words(found.text, marked=True, links=found.links[:MOST_LINKS], struck=found.struck)


def _joined(words: list[Words]) -> Words:
    said = [one for one in words if not _blank(one)]
    return Words(
        "\n".join(one.text for one in said),
        any(one.marked for one in said),
        [link for one in said for link in one.links][:MOST_LINKS],
        any(one.struck for one in said),
    )


def _chosen(words: list[Words]) -> Words:
    """Of the forms of the same words the one that says all."""
    plain, marked = (
        _joined([one for one in words if not one.marked]),
        _joined([one for one in words if one.marked]),
    )
    if _blank(plain) or _blank(marked):
        return plain if _blank(marked) else marked
    return plain if _says_all(plain.text, marked) else marked


def _blank(words: Words) -> bool:
    return not words.text.strip(BLANKS)


def _says_all(plain: str, marked: Words) -> bool:
    said = set(WORD.findall(plain.casefold()))
    wanted = set(WORD.findall(BEHIND_LINK.sub(" ", marked.text).casefold()))
    if marked.struck or len(wanted & said) < NEARLY_ALL * len(wanted):
        return False
    return bool(QUOTING.search(plain)) or all(link.rstrip("/") in plain for link in marked.links)
