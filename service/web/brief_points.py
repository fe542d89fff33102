"""The points of a brief, each with the word stems by which a retelling covers it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from service.access.locale import here
from service.core.money import Money
from service.tasks.parameters import Criterion
from service.tasks.task import Task

WORD = re.compile(r"[^\W_]+")
# Shorter words carry too little meaning; of longer ones the first letters count, so that endings do
# not matter.
SHORTEST, BEGINNING, MOST_STEMS = 4, 5, 12


@dataclass(frozen=True)
class Point:
    """A point that a retelling should cover: its label, and the stems of its words in lower
    case."""

    name: str
    stems: tuple[str, ...]


def points_of(task: Task, criteria: Sequence[Criterion]) -> list[Point]:
    """Return outcome, quantity, deadline, budget and each criterion, as far as the brief has
    them."""
    found = [Point(_("the outcome"), stems(task.outcome))] if task.outcome else []
    if task.quantity is not None:
        found.append(Point(_("the quantity"), (f"{task.quantity:g}", *stems(task.unit or ""))))
    if task.deadline_at is not None:
        at = task.deadline_at.astimezone(here())
        found.append(
            Point(_("the deadline"), (f"{at:%H:%M}", str(at.day), *_weekday(at.weekday())))
        )
    if task.budget is not None:
        found.append(
            Point(
                _("the budget"),
                (str(int(Money(task.budget, task.currency).value)), "budge", "бюдже"),
            )
        )
    return [*found, *(Point(criterion.text[:60], stems(criterion.text)) for criterion in criteria)]


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words."""
    words = [
        word.lower() for word in WORD.findall(text) if len(word) >= SHORTEST or word.isdecimal()
    ]
    return tuple(dict.fromkeys(word[:BEGINNING] for word in words))[:MOST_STEMS]


def _weekday(number: int) -> tuple[str, str]:
    return (
        ("monda", "понед"),
        ("tuesd", "вторн"),
        ("wedne", "сред"),
        ("thurs", "четве"),
        ("frida", "пятни"),
        ("satur", "суббо"),
        ("sunda", "воскр"),
    )[number]
