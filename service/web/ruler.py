"""A time scale: the position of a time on a stretch, with days and nights in the reader's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_BEGINS, DAY_ENDS = time(9), time(18)
# A longer stretch shows its days without hours, and beyond the second bound not every day.
WITH_HOURS, EACH_DAY = timedelta(days=5), timedelta(days=12)


@dataclass(frozen=True)
class Stretch:
    """A stretch from one time to a later one; positions are in percent of it, one decimal."""

    start: datetime
    end: datetime

    def at(self, when: datetime) -> float:
        """Return a time's position, clamped to 0 to 100."""
        return min(100.0, max(0.0, self.place(when)))

    def place(self, when: datetime) -> float:
        """Return a time's position, which may be outside 0 to 100."""
        return round(
            (when - self.start) / max(self.end - self.start, timedelta(minutes=1)) * 100, 1
        )

    def shows(self, when: datetime) -> bool:
        """Return whether the time lies on the stretch."""
        return self.start <= when <= self.end


@dataclass(frozen=True)
class Night:
    """A stretch outside working hours, in percent."""

    x: float
    width: float


@dataclass(frozen=True)
class Day:
    """The start of a working day, in percent."""

    x: float
    on: date
    today: bool


@dataclass(frozen=True)
class Ground:
    """The background of a stretch."""

    nights: tuple[Night, ...]
    days: tuple[Day, ...]
    hours: tuple[float, ...]


def ground(stretch: Stretch, zone: ZoneInfo, moment: datetime) -> Ground:
    """Return nights and weekends, days and hours of a stretch in a zone."""
    first, last = stretch.start.astimezone(zone).date(), stretch.end.astimezone(zone).date()
    dates = [first + timedelta(days=n) for n in range(min((last - first).days, 400) + 1)]
    long = stretch.end - stretch.start
    step = 1 if long <= EACH_DAY else max(2, round(long / EACH_DAY))
    begins = {day: datetime.combine(day, DAY_BEGINS, zone) for day in dates}
    today = moment.astimezone(zone).date()
    days = tuple(
        Day(stretch.place(begins[day]), day, day == today)
        for place, day in enumerate(dates)
        if place % step == 0 and stretch.shows(begins[day])
    )
    hours = (
        tuple(
            stretch.place(begin + timedelta(hours=n))
            for day, begin in begins.items()
            if day.weekday() < 5
            for n in range(10)
            if stretch.shows(begin + timedelta(hours=n))
        )
        if long <= WITH_HOURS
        else ()
    )
    return Ground(_nights(stretch, dates, zone) if long <= EACH_DAY * 2 else (), days, hours)


def _nights(stretch: Stretch, dates: list[date], zone: ZoneInfo) -> tuple[Night, ...]:
    """Return each night from the end of a working day to the start of the next; a weekend is one
    long night."""
    work = [
        (datetime.combine(day, DAY_BEGINS, zone), datetime.combine(day, DAY_ENDS, zone))
        for day in dates
        if day.weekday() < 5
    ]
    edges = [stretch.start, *(edge for pair in work for edge in pair), stretch.end]
    found = []
    for dusk, dawn in zip(edges[::2], edges[1::2], strict=True):
        x, until = stretch.at(dusk), stretch.at(dawn)
        if until > x:
            found.append(Night(x, round(until - x, 1)))
    return tuple(found)
