"""One message of the service in one language: a file that an editor can read, and what code makes
of it. templates/README.md says how such a file is written.

Facts stand in braces. They are filled in last, so nothing that somebody wrote is taken for a mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

# What a block may be called: running words, somebody's words with a rule at their side, a list
# with its heading, a box of prices, the same with letters, the term line, the button, small print.
KINDS = ("lead", "quote", "points", "price", "options", "term", "button", "small")
HEADER = re.compile(r"(subject|sms): (.+)")
BLOCK = re.compile(r"\[(\w+)\](?: (.+))?")
# "*Y*" is a letter that stands out; "[say thank you]({link})" is a link with words of its own.
MARK = re.compile(r"\*(?P<strong>[^*\s]+)\*|\[(?P<words>[^\]]+)\]\((?P<href>\{\w+\})\)")
# The words that lead to a button, and the fact with its address.
LEADS_TO = re.compile(r"(?P<words>.*?)\s*(?P<href>\{\w+\})", re.DOTALL)


class BadTemplate(ValueError):
    """A file that is no template; the text names it and says what is wrong."""


@dataclass(frozen=True)
class Part:
    """A block as it is written: `label` is the button's, `text` still has its facts and marks."""

    kind: str
    label: str
    text: str

    @property
    def plain(self) -> str:
        """The text of the mail's plain form, with its facts in braces."""
        return MARK.sub(lambda mark: mark["strong"] or mark["href"], self.text).replace(" | ", " ")


@dataclass(frozen=True)
class Template:
    """A message in one language. `sms` is "" for what is never texted."""

    subject: str
    sms: str
    parts: tuple[Part, ...]

    @cached_property
    def mail(self) -> str:
        """The plain form of the mail, with its facts in braces."""
        return "\n\n".join(part.plain for part in self.parts if part.text)

    @cached_property
    def has_term(self) -> bool:
        """Whether the mail shows the term line of its task."""
        return any(part.kind == "term" for part in self.parts)


def parse(text: str, name: str) -> Template:
    """Read a template; `name` is the file's, for errors. Raises BadTemplate."""
    head, *blocks = re.split(r"^(?=\[)", _unfolded(text), flags=re.MULTILINE)
    headers = [HEADER.fullmatch(line) for line in head.strip().split("\n")]
    values = {header[1]: header[2] for header in headers if header}
    if "subject" not in values or len(values) != len(headers):
        raise BadTemplate(f"{name}: above the blocks stand a subject and perhaps an sms.")
    return Template(
        values["subject"], values.get("sms", ""), tuple(_part(block, name) for block in blocks)
    )


def _unfolded(text: str) -> str:
    """With lines that begin with spaces joined to the line above, as in the head of a mail."""
    return re.sub(r"\n {2,}", " ", text)


def _part(block: str, name: str) -> Part:
    first, _, text = block.partition("\n")
    heading = BLOCK.fullmatch(first.rstrip())
    if heading is None or heading[1] not in KINDS:
        raise BadTemplate(f"{name}: there is no block {first.strip()}; there are {KINDS}.")
    part = Part(heading[1], heading[2] or "", text.strip())
    if fault := _fault(part):
        raise BadTemplate(f"{name}: [{part.kind}] {fault}.")
    return part


def _fault(part: Part) -> str:
    """What is wrong with a block, "" where nothing is."""
    if bool(part.label) != (part.kind == "button"):
        return "has a label exactly where it is a button"
    if bool(part.text) == (part.kind == "term"):
        return "has words exactly where it is no term line"
    if part.kind == "button" and not LEADS_TO.fullmatch(part.text):
        return "ends with the fact that holds its address"
    if part.kind in ("price", "options") and not all(
        line.count(" | ") == 1 for line in part.text.split("\n")
    ):
        return "has one bar in each line, between what and how much"
    return ""
