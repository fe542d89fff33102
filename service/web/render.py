"""How things are written on a page: money, moments in the reader's zone, names. Filters and globals
of the templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names, get_timezone_location
from babel.numbers import format_decimal, get_currency_symbol
from flask import Flask, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from service.access.locale import here, reads_in
from service.access.locale import zone as reader_zone
from service.catalogue import quantities
from service.catalogue.categories import all_categories
from service.core import channels, text
from service.core.config import settings
from service.core.money import Money
from service.core.time import now
from service.core.whitespace import Whitespace
from service.tasks import attachments
from service.tasks.pauses import retell_by
from service.tasks.states import STATE_NAMES
from service.tasks.task import Task
from service.web import markup, menu_counts, ruler, strings, term, words
from service.web.contact import reach
from service.web.fragment_cache import drawn

# A word that no column of ours is wide enough for.
LONG = re.compile(r"\S{25}")


def init(app: Flask) -> None:
    """Make them known to the templates."""
    strings.init(app)
    app.jinja_env.filters.update(
        money=money,
        share_of=share_of,
        moment=moment,
        moment_by=moment_by,
        each=each,
        day=day,
        short_day=short_day,
        by=by,
        clock=clock,
        number=number,
        kind=kind,
        state=state,
        unit=unit,
        amount=amount,
        paragraphs=markup.paragraphs,
        initials=initials,
        local=local,
        size=size,
        date=named_date,
        span=words.span,
        late_by=words.late_by,
        city=city,
        counted=menu_counts.counted,
        clock_in=clock_in,
        browser=browser,
        translated=translated,
        weekday=weekday,
        rate=rate,
        compared=markup.compared,
        date_of=date_of,
        card=card,
        plain_sum=plain_sum,
        apart=apart,
        said=said,
        cut=text.cut,
        alone=text.apart,
        as_pair=lambda value: (value, value.replace("_", " ")),
        with_kind=lambda code: (code, kind(code)),
        as_itself=lambda value: (value, value),
    )
    app.jinja_env.globals.update(
        asset=asset,
        term_line=term.line,
        badge=words.badge,
        marked=markup.marked,
        event_words=words.event_words,
        STEP_NAMES=words.STEP_NAMES,
        STEP_OF=words.STEP_OF,
        CHANNELS=channels.LABELS,
        CHANNEL_ICONS=channels.ICONS,
        can_answer=channels.can_answer,
        QUIET=words.QUIET,
        HANDED=words.HANDED,
        ROLES=words.ROLES,
        STATE_COUNTS=words.STATE_COUNTS,
        now=now,
        retell_by=retell_by,
        language=language,
        zone_name=zone_name,
        categories=all_categories,
        here=here,
        reach=reach,
        sign=sign,
        beside=menu_counts.beside,
        drawn=drawn,
    )
    app.jinja_env.globals.update(
        desk_address=lambda: f"tasks@{settings().mail_domain}",
        source_url=lambda: settings().source_url,
        ground_of=lambda stretch: ruler.ground(stretch, here(), now()),
    )
    app.jinja_env.add_extension(Whitespace)


def translated(kept: str | None) -> str:
    """Words of our own that were kept untranslated, in the reader's language; what a person wrote
    stays as it is."""
    return _(kept) if kept else ""


def language() -> str:
    """The reader's language."""
    return reads_in()


def zone_name() -> str:
    """The reader's zone as people call it: its city."""
    return city(reader_zone())


def clock_in(value: datetime, zone: str) -> str:
    """The hour alone, in another zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def city(zone: str) -> str:
    """The city of a zone's name."""
    return _city(zone, language())


@lru_cache(maxsize=1000)
def _city(zone: str, language: str) -> str:
    return str(get_timezone_location(ZoneInfo(zone), locale=language, return_city=True))


def money(minor: int | None, currency: str) -> str:
    """Return a sum in the reader's manner; empty where there is none yet."""
    return "" if minor is None else Money(minor, currency).words(language())


def share_of(minor: int, percent: int, currency: str) -> str:
    """Return so many percent of a sum, in the reader's manner."""
    return Money(minor, currency).share(percent).words(language())


def rate(minor: int, currency: str) -> str:
    """Return a rate of the price list: without decimals where it has none."""
    return Money(minor, currency).short(language())


def plain_sum(minor: int | None, currency: str) -> str:
    """Return a sum as it is typed into a field: without its currency."""
    return "" if minor is None else Money(minor, currency).figure(language())


def sign(currency: str) -> str:
    """The sign of a currency."""
    return str(get_currency_symbol(currency, locale=language()))


def number(value: object) -> str:
    """A number in the reader's manner."""
    return format_decimal(Decimal(str(value)).normalize(), locale=language())


def day(value: datetime | None) -> str:
    """A named day with its hour: "Wed 14:00", with the date where it is more than six days away."""
    return "" if value is None else _day(value, here(), _today(), language())


@lru_cache(maxsize=16384)
def _day(value: datetime, zone: ZoneInfo, today: date, language_: str) -> str:
    at, names = value.astimezone(zone), _names(language_)
    if at.date() == today:
        return _("today %(time)s", time=f"{at:%H:%M}")
    if abs((at.date() - today).days) < 6:
        return f"{names.days[at.weekday()]} {at:%H:%M}"
    return f"{names.days[at.weekday()]} {at.day} {names.months[at.month]} {at:%H:%M}"


def _today() -> date:
    """The reader's."""
    return now().astimezone(here()).date()


def short_day(value: datetime | None) -> str:
    """The same where there is little room: where the date stands, the name of the day does not."""
    if value is None or abs((value.astimezone(here()).date() - _today()).days) < 6:
        return day(value)
    at = value.astimezone(here())
    return f"{at.day} {_names(language()).months[at.month]} {at:%H:%M}"


def by(value: datetime) -> str:
    """Until when: the hour alone today, a named day with its hour else."""
    return clock(value) if value.astimezone(here()).date() == _today() else day(value)


@dataclass(frozen=True)
class _Names:
    """Short names of days and months in one language; a list of fifty moments asks for them a
    hundred times."""

    days: Mapping[int, str]
    months: Mapping[int, str]


@lru_cache
def _names(language_: str) -> _Names:
    return _Names(
        get_day_names("abbreviated", locale=language_),
        get_month_names("abbreviated", locale=language_),
    )


def weekday(value: datetime) -> str:
    """A day and its hour, wherever today is: "Wed 14:00"."""
    at = value.astimezone(here())
    return f"{_names(language()).days[at.weekday()]} {at:%H:%M}"


def named_date(value: date) -> str:
    """A day with its number: "Wed 25"."""
    return f"{_names(language()).days[value.weekday()]} {value.day}"


def clock(value: datetime) -> str:
    """The hour alone."""
    return f"{value.astimezone(here()):%H:%M}"


def moment(value: datetime | None) -> Markup:
    """A named day in a time element, with the exact moment and zone in its title."""
    if value is None:
        return Markup("")
    return _timed(value, here(), day(value), language())


def moment_by(value: datetime) -> Markup:
    """The same with the hour alone where it is today."""
    return _timed(value, here(), by(value), language())


@lru_cache(maxsize=16384)
def _timed(value: datetime, zone: ZoneInfo, words: str, language_: str) -> Markup:
    at, names = value.astimezone(zone), _names(language_)
    exact = f"{names.days[at.weekday()]} {at.day} {names.months[at.month]} {at:%Y, %H:%M}"
    return Markup('<time datetime="{}" title="{}, {}">{}</time>').format(
        at.isoformat(timespec="minutes"), exact, _city(zone.key, language_), words
    )


def date_of(value: datetime) -> Markup:
    """A day and its month, with the year where it is another one, in a time element with the exact
    moment in its title."""
    at = value.astimezone(here())
    year = "" if at.year == now().astimezone(here()).year else f" {at.year}"
    return _timed(
        value, here(), f"{at.day} {_names(language()).months[at.month]}{year}", language()
    )


def card(label: str) -> str:
    """A card by its brand and last digits, as it is kept: "visa •••• 4242"."""
    brand, between, digits = label.partition(" •••• ")
    return (
        _("%(brand)s ending in %(digits)s", brand=brand.capitalize(), digits=digits)
        if between
        else label
    )


def local(value: datetime | None) -> str:
    """A moment for a datetime-local field, in the reader's zone."""
    return f"{value.astimezone(here()):%Y-%m-%dT%H:%M}" if value else ""


def kind(code: str | None) -> str:
    """The name of a kind of work."""
    found = all_categories().get(code or "")
    return found.name(language()) if found else _("not sorted yet")


def each(task: Task) -> str:
    """So much work at so much: "7 posts at €12.00"; the work alone where it is one, or has no
    rate."""
    much = amount(task.quantity, task.category)
    if task.unit_price is None or task.quantity == 1:
        return much
    return _("%(work)s at %(price)s", work=much, price=money(task.unit_price, task.currency))


def unit(code: str | None) -> str:
    """The unit of a kind of work."""
    found = all_categories().get(code or "")
    return found.unit(language()) if found else ""


def amount(quantity: Decimal | None, code: str | None) -> str:
    """So much with its unit, in the reader's manner."""
    return quantities.amount(quantity, code, number(quantity) if quantity is not None else "")


def state(value: str) -> str:
    """The name of a state."""
    return str(STATE_NAMES[value])


def size(count: int) -> str:
    """A file's size: "1.4 MB", "12 KB"."""
    return attachments.size_words(count)


def apart(words: object) -> str:
    """Somebody's words within a line of ours: they turn nothing around that stands beside them, and
    break where they do not fit."""
    if isinstance(words, Markup):
        return words
    plain = str(words or "")
    return (
        Markup("<bdi>{}</bdi>").format(plain)
        if text.reads_backwards(plain) or LONG.search(plain)
        else plain
    )


def said(words: object) -> str:
    """What somebody says in a line of ours: apart, and in another language than the page's marked,
    so that it is read out in its own."""
    told = markup.other_language(str(words or ""))
    return Markup('<span lang="{}">{}</span>').format(told, apart(words)) if told else apart(words)


def initials(name: str | None) -> str:
    """Two letters for a face."""
    parts = (name or "?").split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()


BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser(agent: str | None) -> str:
    """What a browser says of itself, as people call it: "Firefox, Windows"."""
    said = [
        next((name for sign, name in signs if sign in (agent or "")), "")
        for signs in (BROWSERS, DEVICES)
    ]
    return ", ".join(filter(None, said)) or _("a browser")


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """A static file's address with a hash of its content, so that browsers may keep it for long."""
    file = Path(__file__).resolve().parent.parent.parent / "static" / path
    return url_for(
        "static",
        filename=path,
        v=hashlib.sha256(file.read_bytes()).hexdigest()[:10],
        _external=False,
    )
