"""Tasks received, by week and channel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from service.core.time import now
from service.insight import period
from tenants.isolation import db

WEEKS = 13


@dataclass(frozen=True)
class Week:
    """A week from its Monday on, and how many tasks were received by each channel."""

    monday: date
    channels: Counter[str]


CAME_IN = text("""
select cast(date_trunc('week', created_at at time zone :zone) as date), channel, count(*)
from task where id > :first and created_at >= :since group by 1, 2
""")


def mondays(zone: ZoneInfo, weeks: int = WEEKS) -> list[date]:
    """Return the Mondays of the last `weeks` weeks in a zone, this week's last."""
    today = now().astimezone(zone).date()
    last = today - timedelta(days=today.weekday())
    return [last - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]


def begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day in the zone."""
    return datetime.combine(day, time(), zone)


def by_week(zone: ZoneInfo) -> list[Week]:
    """Return thirteen weeks, oldest first, including those without a task."""
    days = mondays(zone)
    found: dict[date, Counter[str]] = {day: Counter() for day in days}
    for monday, channel, count in db.session.execute(
        CAME_IN, {"zone": zone.key, "first": period.first_task(), "since": begins(days[0], zone)}
    ):
        found[monday][channel] = count
    return [Week(day, found[day]) for day in days]
