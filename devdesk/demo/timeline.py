"""Times of the demo data: spans as people write them, and deadlines at the hours that people
choose."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RU_DAYS = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")
HOURS = (10, 12, 12, 14, 16, 17, 18, 18)
NAMES = re.compile(r"<(month|this month|day)>")


def span(words: str) -> timedelta:
    """Return `-30h`, `+2d` or `+45m` as a span of time."""
    return timedelta(**{UNITS[words[-1]]: float(words[:-1])})


def quarter(moment: datetime) -> datetime:
    """Return the full quarter of an hour before a time."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def day_end(moment: datetime, zone: ZoneInfo, chance: random.Random) -> datetime:
    """Return an hour that people would choose, on a working day in their zone."""
    local = moment.astimezone(zone)
    while local.weekday() > 4:
        local += timedelta(days=1)
    return local.replace(hour=chance.choice(HOURS), minute=0, second=0, microsecond=0).astimezone(
        moment.tzinfo
    )


def named(words: str, created: datetime, deadline: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the text with the last month, this month and the deadline's day by their names."""
    here = created.astimezone(zone)
    last = here.replace(day=1) - timedelta(days=1)
    due = deadline.astimezone(zone)
    names: dict[str, Callable[[], str]] = {
        "month": lambda: format_date(last, "LLLL", locale=language),
        "this month": lambda: format_date(here, "LLLL", locale=language),
        "day": lambda: (
            RU_DAYS[due.weekday()] if language == "ru" else format_date(due, "EEEE", locale="en")
        ),
    }
    return NAMES.sub(lambda match: names[match[1]](), words)
