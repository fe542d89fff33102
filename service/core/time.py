"""The current time, from one function so that tests can set it, and working time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the current time in UTC, with its zone."""
    return datetime.now(UTC)


def minute(value: datetime) -> datetime:
    """Return the datetime rounded down to the minute."""
    return value.replace(second=0, microsecond=0)


def working(start: datetime, end: datetime) -> timedelta:
    """Return the working time between two datetimes. The first calendar counts plain hours; agreed
    calendars will be added behind this function."""
    return max(end - start, timedelta(0))


def after_working(start: datetime, term: timedelta) -> datetime:
    """Return the datetime after so much working time has passed."""
    return start + term


def half_of(start: datetime, end: datetime) -> datetime:
    """Return the red line: half of the working time, rounded to a quarter of an hour where the term
    is two hours or longer."""
    half = after_working(start, working(start, end) / 2)
    if end - start < timedelta(hours=2):
        return half
    quarter = timedelta(minutes=15)
    return datetime.fromtimestamp(
        round(half.timestamp() / quarter.total_seconds()) * quarter.total_seconds(), UTC
    )


def working_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same time of day, `days` working days (Monday to Friday) later, in the zone of
    those who wait."""
    moment = start.astimezone(zone)
    while days > 0:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment.astimezone(UTC)


def awake(moment: datetime, zone: ZoneInfo, quiet_from: int, quiet_to: int) -> datetime:
    """Return `moment`, or the next time at which someone in this zone may receive a text message
    (`quiet_from` and `quiet_to` are hours of the day)."""
    local = moment.astimezone(zone)
    if not _quiet(local.hour, quiet_from, quiet_to):
        return moment
    day = local.date() if local.hour < quiet_to else local.date() + timedelta(days=1)
    return datetime.combine(day, time(quiet_to), zone).astimezone(UTC)


def _quiet(hour: int, quiet_from: int, quiet_to: int) -> bool:
    """Return whether the hour is quiet: from one hour to the other, over midnight where the first
    is later; the same hour twice means never."""
    if quiet_from <= quiet_to:
        return quiet_from <= hour < quiet_to
    return hour >= quiet_from or hour < quiet_to
