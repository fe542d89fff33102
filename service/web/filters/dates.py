"""Template filters for dates and times, in the reader's language and zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names, get_timezone_location
from flask_babel import gettext as _
from markupsafe import Markup

from service.access.locale import here, zone
from service.core.language import current_language
from service.core.time import now


def zone_name() -> str:
    """Return the reader's zone as people call it: its city."""
    return city(zone())


def clock_in(value: datetime, zone: str) -> str:
    """Return the time of day in another zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def city(zone: str) -> str:
    """Return the city of a zone's name."""
    return _city(zone, current_language())


@lru_cache(maxsize=1000)
def _city(zone: str, language: str) -> str:
    return str(get_timezone_location(ZoneInfo(zone), locale=language, return_city=True))


def day(value: datetime | None) -> str:
    """Return a weekday with its time: "Wed 14:00", with the date where it is more than six days
    away."""
    return "" if value is None else _day(value, here(), _today(), current_language())


@lru_cache(maxsize=16384)
def _day(value: datetime, zone: ZoneInfo, today: date, language_: str) -> str:
    at, names = value.astimezone(zone), _names(language_)
    if at.date() == today:
        return _("today %(time)s", time=f"{at:%H:%M}")
    if abs((at.date() - today).days) < 6:
        return f"{names.days[at.weekday()]} {at:%H:%M}"
    return f"{names.days[at.weekday()]} {at.day} {names.months[at.month]} {at:%H:%M}"


def _today() -> date:
    """Return today's date in the reader's zone."""
    return now().astimezone(here()).date()


def short_day(value: datetime | None) -> str:
    """Return the same for narrow places: where the date is shown, the weekday is not."""
    if value is None or abs((value.astimezone(here()).date() - _today()).days) < 6:
        return day(value)
    at = value.astimezone(here())
    return f"{at.day} {_names(current_language()).months[at.month]} {at:%H:%M}"


def by(value: datetime) -> str:
    """Return a time limit: the time alone today, else a weekday with its time."""
    return clock(value) if value.astimezone(here()).date() == _today() else day(value)


@dataclass(frozen=True)
class _Names:
    """Short names of days and months in one language, cached because a list of fifty times needs a
    hundred of them."""

    days: Mapping[int, str]
    months: Mapping[int, str]


@lru_cache
def _names(language_: str) -> _Names:
    return _Names(
        get_day_names("abbreviated", locale=language_),
        get_month_names("abbreviated", locale=language_),
    )


def weekday(value: datetime) -> str:
    """Return a weekday with its time, whatever today is: "Wed 14:00"."""
    at = value.astimezone(here())
    return f"{_names(current_language()).days[at.weekday()]} {at:%H:%M}"


def named_date(value: date) -> str:
    """Return a weekday with its number: "Wed 25"."""
    return f"{_names(current_language()).days[value.weekday()]} {value.day}"


def clock(value: datetime) -> str:
    """Return the time of day alone."""
    return f"{value.astimezone(here()):%H:%M}"


def moment(value: datetime | None) -> Markup:
    """Return a weekday in a time element, with the exact time and zone in its title."""
    if value is None:
        return Markup("")
    return _timed(value, here(), day(value), current_language())


def moment_by(value: datetime) -> Markup:
    """Return the same, with the time of day alone where it is today."""
    return _timed(value, here(), by(value), current_language())


@lru_cache(maxsize=16384)
def _timed(value: datetime, zone: ZoneInfo, words: str, language_: str) -> Markup:
    at, names = value.astimezone(zone), _names(language_)
    exact = f"{names.days[at.weekday()]} {at.day} {names.months[at.month]} {at:%Y, %H:%M}"
    return Markup('<time datetime="{}" title="{}, {}">{}</time>').format(
        at.isoformat(timespec="minutes"), exact, _city(zone.key, language_), words
    )


def date_of(value: datetime) -> Markup:
    """Return a day and its month, with the year where it is another one, in a time element with the
    exact time in its title."""
    at = value.astimezone(here())
    year = "" if at.year == now().astimezone(here()).year else f" {at.year}"
    return _timed(
        value,
        here(),
        f"{at.day} {_names(current_language()).months[at.month]}{year}",
        current_language(),
    )


def local(value: datetime | None) -> str:
    """Return a time for a datetime-local field, in the reader's zone."""
    return f"{value.astimezone(here()):%Y-%m-%dT%H:%M}" if value else ""


FILTERS = {
    "moment": moment,
    "moment_by": moment_by,
    "day": day,
    "short_day": short_day,
    "by": by,
    "clock": clock,
    "local": local,
    "date": named_date,
    "city": city,
    "clock_in": clock_in,
    "weekday": weekday,
    "date_of": date_of,
}
