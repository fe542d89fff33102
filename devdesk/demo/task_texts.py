"""The tasks' words: what clients asked for, and what was said and done about it, read from the
files in `words/`.

A block begins with `== company person kind` and what else is to be known of it; a line's first sign
says what it is:

    > retelling   + plan   * delivery   - criterion   ! another way | share of the price | hours
    sooner ~ client's words | what they were made
    ? question | option | option   . answer   ^ help that is needed   % word on the delivery   = why
    it ended   " praise c client's words   a assistant's words   # file | its content

`{one|two|three}` makes as many tasks of a block, one for each month back.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

WORDS = Path(__file__).with_name("words")
MARKS = {
    ">": "retelling",
    "+": "plan",
    "*": "delivery",
    "-": "criteria",
    "!": "proposal",
    "~": "points",
    "?": "question",
    ".": "answer",
    "^": "help",
    "%": "comment",
    "=": "reason",
    '"': "praise",
    "c": "talk",
    "a": "talk",
    "#": "files",
}
CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")


@dataclass
class Work:
    """The texts of one task. `said` has them by their kind, `flags` what else the first line
    says."""

    company: str
    person: str
    category: str
    state: str
    times: tuple[str, ...]
    flags: dict[str, str]
    text: str
    said: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return the text of this kind, or an empty one."""
        return "\n".join(self.said.get(name, ()))

    def parts(self, name: str) -> list[str]:
        """Return the text of this kind, split at the bars."""
        return [part.strip() for part in self.one(name).split("|")] if name in self.said else []

    @property
    def language(self) -> str:
        """Return the language that the client wrote in."""
        return "ru" if re.search("[а-яё]", self.text, re.IGNORECASE) else "en"


def read(name: str) -> list[Work]:
    """Return the blocks of a file."""
    blocks = (WORDS / f"{name}.txt").read_text(encoding="utf-8").split("\n== ")[1:]
    return [_work(block) for block in blocks]


def variants(name: str) -> list[tuple[int, Work]]:
    """Return the blocks of a file, one for each choice of words, with the number of months back it
    belongs."""
    blocks = (WORDS / f"{name}.txt").read_text(encoding="utf-8").split("\n== ")[1:]
    return [
        (back, _work(_chosen(block, back))) for block in blocks for back in range(_choices(block))
    ]


def _chosen(block: str, place: int) -> str:
    """Return the block with this one of each choice of words."""
    return CHOICE.sub(lambda match: match[1].split("|")[place], block)


def _choices(block: str) -> int:
    return max((len(match[1].split("|")) for match in CHOICE.finditer(block)), default=1)


def _work(block: str) -> Work:
    head, *lines = block.strip().split("\n")
    company, person, category, state, *rest = shlex.split(head)
    flags = {
        name: value or "1"
        for name, _, value in (word.partition("=") for word in rest if word[0] not in "+-")
    }
    work = Work(
        company, person, category, state, tuple(word for word in rest if word[0] in "+-"), flags, ""
    )
    for line in lines:
        _take(work, line)
    work.text = work.text.strip()
    return work


def _take(work: Work, line: str) -> None:
    mark, _, words = line.partition(" ")
    if mark in MARKS and words:
        work.said.setdefault(MARKS[mark], []).append(
            line if MARKS[mark] == "talk" else words.strip()
        )
    else:
        work.text += f"{line}\n"
