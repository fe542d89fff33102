"""A mail's plain words taken apart for its page: paragraphs, ways with their prices, and where the
one button stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

from service.core.config import settings
from service.messages.wording import SAYINGS

# "A. As you asked: €160.00, ready Fri 18:00." and "Price €160.00, ready Fri 18:00."
WAY = re.compile(r"(?:(?P<letter>[ABАБ])\. |(?=Price |Цена ))(?P<what>.+)", re.DOTALL)
SUM = re.compile(
    r"(.*?)[:.]?\s+((?:[€$]|RUB\s)?\d[\d.,\s\u00a0\u202f]*[€$₽]?, (?:ready|готово) .+?)\.?",
    re.DOTALL,
)
# Our own sentences that say how to answer, and the letters in them.
HOW = re.compile(
    "^(?:(?:Or reply|Reply|Or answer|Answer|To stop it|To cancel it|To thank|Или "
    "ответьте|Ответьте|Чтобы отменить|Чтобы поблагодарить)\\b)"
)
THANKS = {"To thank": "en", "Чтобы поблагодарить": "ru"}
# Our own lines above what somebody made of a task; the first of them begins the part with a rule at
# its side.
LABEL = re.compile(
    r"(?P<told>As .+ understood it|Как понимает .+)|Details we clarified|"
    r"Points we made exact|Что мы уточнили"
)
# Where no line breaks: between a figure and its sign, between a day and its hour.
TOGETHER = re.compile(
    r"(?<=\d) (?=[€$₽%])|(?<=\b[A-Z][a-z]{2}) (?=\d\d:\d\d)|(?<=\b[а-я]{2}) (?=\d\d:\d\d)"
)
NUMBER = re.compile(r"(?<![\w/-])PO-\d{4}-\d+")
LETTER = re.compile(
    r"(?<![\w.&;])([YNABTДНАБС])(?![\w:;])|(?<=eply )1|(?<=nswer )1|(?<=тветьте )1|"
    r"(?<=, )2(?= if|, если)"
)


@dataclass
class Block:
    """A piece of the page: `words` of a paragraph, or the ways of a box (letter, words, sum), or
    the `button`; `label` stands above the words, and what was `told` has a rule at its side."""

    words: Markup = field(default_factory=Markup)
    ways: list[tuple[str, str, str]] = field(default_factory=list)
    button: str = ""
    label: str = ""
    told: bool = False


def blocks(text: str) -> list[Block]:
    """The pieces, in their order; the first address of this desk is the button, the others are
    links, whatever somebody wrote."""
    ours = list(
        dict.fromkeys(
            word.rstrip(".,") for word in text.split() if word.startswith(settings().url + "/")
        )
    )
    found: list[Block] = []
    for part in filter(None, (part.strip() for part in re.split(r"\n{2,}", text))):
        found += (
            _ways(part)
            or _labelled(part, ours)
            or _paragraph(part, ours, done=any(block.button for block in found))
        )
    if ours and not any(block.button for block in found):
        found.append(Block(button=ours[0]))
    _mark_told(found)
    return found


def _labelled(part: str, ours: list[str]) -> list[Block]:
    """A part whose first line is one of our labels."""
    first, _, rest = part.partition("\n")
    label = LABEL.fullmatch(first.removesuffix(":"))
    return (
        [Block(_marked(rest, ours), label=label[0], told=bool(label["told"]))]
        if label and first.endswith(":")
        else []
    )


def _mark_told(found: list[Block]) -> None:
    """The paragraphs below the label of what was told, as far as the next label, box or button."""
    for before, block in pairwise(found):
        block.told = block.told or (before.told and not (block.label or block.ways or block.button))


def _ways(part: str) -> list[Block]:
    """A box, where every line of the part begins like a way; a way may have several lines."""
    lines = re.split(r"\n(?=[ABАБ]\. )", part)
    matches = [WAY.fullmatch(line) for line in lines]
    if not all(matches):
        return []
    return [Block(ways=[_way(match["letter"] or "", match["what"]) for match in matches if match])]


def _way(letter: str, what: str) -> tuple[str, str, str]:
    priced = SUM.fullmatch(what)
    return (letter, priced[1], priced[2]) if priced else (letter, what, "")


def _paragraph(part: str, ours: list[str], done: bool) -> list[Block]:
    """A paragraph; one that ends with the first address is followed by the button in its place."""
    bare = part.rstrip(".")
    if not done and ours and bare.endswith(ours[0]) and part.count(ours[0]) == 1:
        rest = bare.removesuffix(ours[0]).rstrip()
        return [*([Block(_marked(rest, ours))] if rest else []), Block(button=ours[0])]
    return [Block(_marked(part, ours))]


def _marked(part: str, ours: list[str]) -> Markup:
    written = NUMBER.sub(
        lambda found: unbroken(found[0]),
        TOGETHER.sub("\u00a0", str(escape(part))).replace("\n", "<br>"),
    )
    if HOW.match(part):
        written = LETTER.sub(lambda found: f"<b>{found[0]}</b>", written)
    if ours:
        addresses = "|".join(
            re.escape(str(escape(one))) for one in sorted(ours, key=len, reverse=True)
        )
        thanks = next(
            (SAYINGS["say_thanks"][THANKS[words]] for words in THANKS if part.startswith(words)), ""
        )
        written = re.sub(addresses, lambda found: _link(found[0], thanks), written)
    return Markup(written)  # noqa: S704 (what people wrote is escaped above)


def unbroken(text: str) -> str:
    """With hyphens at which no line breaks."""
    return text.replace("-", "\u2011")


def _link(address: str, words: str) -> str:
    """A link with our words, else with the address without its scheme."""
    return f'<a href="{address}" style="color:#2540b4">{words or address.partition("://")[2]}</a>'
