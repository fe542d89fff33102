"""The present, asked from one function so that tests can set it, and how people's hours are
counted."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present in UTC, with its zone."""
    return datetime.now(UTC)


def minute(value: datetime) -> datetime:
    """The minute of the clock that a moment lies in."""
    return value.replace(second=0, microsecond=0)


def working(start: datetime, end: datetime) -> timedelta:
    """The working time between two moments. The first calendar counts plain hours; agreed calendars
    come behind this name."""
    return max(end - start, timedelta(0))


def after_working(start: datetime, term: timedelta) -> datetime:
    """The moment when so much working time has passed."""
    return start + term


def half_of(start: datetime, end: datetime) -> datetime:
    """The red line: half of the working time, rounded to a quarter of an hour where the term is
    longer than two hours."""
    half = after_working(start, working(start, end) / 2)
    if end - start < timedelta(hours=2):
        return half
    quarter = timedelta(minutes=15)
    return datetime.fromtimestamp(
        round(half.timestamp() / quarter.total_seconds()) * quarter.total_seconds(), UTC
    )


def working_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same hour so many Mondays-to-Fridays later, in the zone of those who wait."""
    moment = start.astimezone(zone)
    while days > 0:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment.astimezone(UTC)


def awake(moment: datetime, zone: ZoneInfo, quiet_from: int, quiet_to: int) -> datetime:
    """The moment itself, or the next one at which somebody in this zone may be texted (hours of the
    clock)."""
    local = moment.astimezone(zone)
    if not _quiet(local.hour, quiet_from, quiet_to):
        return moment
    day = local.date() if local.hour < quiet_to else local.date() + timedelta(days=1)
    return datetime.combine(day, time(quiet_to), zone).astimezone(UTC)


def _quiet(hour: int, quiet_from: int, quiet_to: int) -> bool:
    """From one hour to the other, over midnight where the first is the later one; the same hour
    twice is never."""
    if quiet_from <= quiet_to:
        return quiet_from <= hour < quiet_to
    return hour >= quiet_from or hour < quiet_to
