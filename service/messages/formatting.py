"""How sums, days and lists stand in a message of a language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from service.core.money import Money
from service.core.time import now
from service.messages import wording
from service.messages.wording import saying


def tidied(text: str) -> str:
    """Return a text without blanks at the ends of lines, and one empty line for several."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    return "\n".join(
        line for place, line in enumerate(lines) if line or (place and lines[place - 1])
    )


def points(differences: list[dict[str, str]], language: str) -> str:
    """What a retelling made exact, point by point; "" where there is none."""
    lines = [
        saying("point", language, place=place, **point)
        for place, point in enumerate(differences, 1)
    ]
    return "\n".join([saying("points", language), *lines]) if lines else ""


def money(minor: int, currency: str, language: str) -> str:
    """Return a sum as people read it in this language."""
    return Money(minor, currency).words(language)


def day(moment: datetime | None, zone: ZoneInfo, language: str) -> str:
    """A named day with the hour, in the reader's zone; the date as well where it is more than six
    days away."""
    if moment is None:
        return ""
    near = abs((moment - now()).days) < 6
    days = wording.language(language).days
    return format_datetime(
        moment.astimezone(zone), days.near if near else days.far, locale=language
    )
