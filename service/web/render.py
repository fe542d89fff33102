"""How things are written on a page: money, moments in the reader's zone, names. Filters and globals of the templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names
from babel.numbers import format_currency, format_decimal
from flask import Flask, g, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from service.now import now
from service.tasks.states import STATE_NAMES
from service.triage.categories import all_categories
from service.triage.language import language_of
from service.web import amounts, ruler, term, words
from service.web.language import zone as reader_zone


def init(app: Flask) -> None:
    """Make them known to the templates."""
    app.jinja_env.filters.update(
        money=money, moment=moment, day=day, clock=clock, number=number, kind=kind, state=state, unit=unit, amount=amount, paragraphs=paragraphs,
        said=said, initials=initials, local=local, size=size, date=named_date, span=words.span, city=city, clock_in=clock_in, browser=browser,
        translated=translated,
        as_pair=lambda value: (value, value.replace("_", " ")),
        with_kind=lambda code: (code, kind(code)))
    app.jinja_env.globals.update(asset=asset, term_line=term.line, badge=words.badge, marked=marked, event_words=words.event_words,
                                 STEP_NAMES=words.STEP_NAMES, STEP_OF=words.STEP_OF, CHANNELS=words.CHANNELS, QUIET=words.QUIET,
                                 HANDED=words.HANDED, ROLES=words.ROLES,
                                 now=now, language=language, zone_name=zone_name, categories=all_categories, here=here)
    app.jinja_env.globals.update(ground_of=lambda stretch: ruler.ground(stretch, here(), now()))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def translated(kept: str | None) -> str:
    """Words of our own that were kept untranslated, in the reader's language; what a person wrote stays as it is."""
    return _(kept) if kept else ""


def language() -> str:
    """The reader's language."""
    locale = get_locale()
    return locale.language if locale else "en"


def here() -> ZoneInfo:
    """The reader's zone."""
    if "zone_info" not in g:
        g.zone_info = ZoneInfo(reader_zone())
    return g.zone_info  # type: ignore[no-any-return]


def zone_name() -> str:
    """The reader's zone as people call it: its city."""
    return city(reader_zone())


def clock_in(value: datetime, zone: str) -> str:
    """The hour alone, in another zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def city(zone: str) -> str:
    """The city of a zone's name."""
    return zone.rpartition("/")[2].replace("_", " ")


def money(minor: int | None, currency: str) -> str:
    """A sum in the reader's manner; empty where there is none yet."""
    if minor is None:
        return ""
    return _money(minor, currency, language())


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language_: str) -> str:
    return format_currency(Decimal(minor) / 100, currency, locale=language_)


def number(value: object) -> str:
    """A number in the reader's manner."""
    return format_decimal(Decimal(str(value)).normalize(), locale=language())


def day(value: datetime | None) -> str:
    """A named day with its hour: "Wed 14:00", with the date where it is more than six days away."""
    if value is None:
        return ""
    at = value.astimezone(here())
    today = now().astimezone(here()).date()
    if at.date() == today:
        return _("today %(time)s", time=f"{at:%H:%M}")
    names, near = _names(language()), abs((at.date() - today).days) < 6
    return f"{names.days[at.weekday()]} {at:%H:%M}" if near else f"{names.days[at.weekday()]} {at.day} {names.months[at.month]} {at:%H:%M}"


@dataclass(frozen=True)
class _Names:
    """Short names of days and months in one language; a list of fifty moments asks for them a hundred times."""

    days: Mapping[int, str]
    months: Mapping[int, str]


@lru_cache
def _names(language_: str) -> _Names:
    return _Names(get_day_names("abbreviated", locale=language_), get_month_names("abbreviated", locale=language_))


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
    at = value.astimezone(here())
    names = _names(language())
    exact = f"{names.days[at.weekday()]} {at.day} {names.months[at.month]} {at:%Y, %H:%M}"
    return Markup('<time datetime="{}" title="{}, {}">{}</time>').format(at.isoformat(timespec="minutes"), exact, zone_name(), day(value))


def local(value: datetime | None) -> str:
    """A moment for a datetime-local field, in the reader's zone."""
    return f"{value.astimezone(here()):%Y-%m-%dT%H:%M}" if value else ""


def kind(code: str | None) -> str:
    """The name of a kind of work."""
    found = all_categories().get(code or "")
    return found.name(language()) if found else _("not sorted yet")


def unit(code: str | None) -> str:
    """The unit of a kind of work."""
    found = all_categories().get(code or "")
    return found.unit(language()) if found else ""


def amount(quantity: Decimal | None, code: str | None) -> str:
    """So much with its unit, in the reader's manner."""
    return amounts.amount(quantity, code, number(quantity) if quantity is not None else "")


def state(value: str) -> str:
    """The name of a state."""
    return str(STATE_NAMES[value])


def size(count: int) -> str:
    """A file's size."""
    return f"{count / 1048576:.1f} MB" if count >= 1048576 else f"{max(1, round(count / 1024))} KB"


def other_language(text: str) -> str:
    """The language of somebody's words where it is not the page's; empty where it is, or where there are no words."""
    told = language_of(text)
    return told if told != language() and any(map(str.isalpha, text)) else ""


def said(text: str) -> Markup:
    """Somebody's words in a line; marked where they are in another language than the page, so that they are read out in it."""
    told = other_language(text)
    return Markup('<span lang="{}">{}</span>').format(told, text) if told else escape(text)


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, marked as `said` marks a line; nothing in it is markup."""
    told = other_language(text)
    return _paragraphs(text, Markup(' lang="{}"').format(told) if told else Markup(""))


def _paragraphs(text: str, mark: Markup) -> Markup:
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p{}>{}</p>").format(mark, Markup("<br>").join(map(escape, part.split("\n")))) for part in parts)


# Words that stand in markup itself.
ENTITIES = frozenset(("amp", "quot", "#34", "#39"))


def marked(text: str, told: Sequence[tuple[str, float]]) -> Markup:
    """A text as paragraphs with the words marked that spoke for its kind of work."""
    loud = {word for word, weight in told if weight > 0 and len(word) > 2 and word not in ENTITIES}
    plain = _paragraphs(text, Markup(""))
    if not loud:
        return plain
    words = re.compile(r"\b(" + "|".join(map(re.escape, sorted(map(str, escape_all(loud)), key=len, reverse=True))) + r")\b")
    return Markup(words.sub(r'<mark role="none">\1</mark>', str(plain)))  # noqa: S704 (the text is escaped by `_paragraphs`)


def escape_all(words: Iterable[str]) -> list[Markup]:
    """Words as they stand in markup."""
    return [escape(word) for word in words]


def initials(name: str | None) -> str:
    """Two letters for a face."""
    parts = (name or "?").split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("YaBrowser", "Yandex Browser"), ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"), ("Safari/", "Safari"))
DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


def browser(agent: str | None) -> str:
    """What a browser says of itself, as people call it: "Firefox, Windows"."""
    said = [next((name for sign, name in signs if sign in (agent or "")), "") for signs in (BROWSERS, DEVICES)]
    return ", ".join(filter(None, said)) or _("a browser")


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """A static file's address with a hash of its content, so that browsers may keep it for long."""
    file = Path(__file__).resolve().parent.parent.parent / "static" / path
    return url_for("static", filename=path, v=hashlib.sha256(file.read_bytes()).hexdigest()[:10], _external=False)
