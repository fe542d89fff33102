"""Texts and numbers in charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import get_month_names
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from service.core.language import current_language
from service.insight.shapes import Share
from service.web.filters import work

# Shown where there is no value.
DASH = "–"


def tasks(count: int) -> str:
    """Return a number of tasks in words."""
    return ngettext("%(count)s task", "%(count)s tasks", count, count=work.number(count))


def in_time() -> str:
    """Return the column heading of the success rate."""
    return _("80 %% and on time") % {}


def per_cent(value: float | None) -> str:
    """Return a percentage in the reader's format; a dash for no value."""
    return DASH if value is None else f"{round(value)} %"


def month_alone(first: date) -> str:
    """Return a month without its year."""
    return str(format_date(first, "LLLL"))


def month_name(first: date) -> str:
    """Return a month with its year: "November 2026"."""
    return str(format_date(first, "LLLL y"))


def three_letters(first: date) -> str:
    """Return a month in three letters."""
    return str(get_month_names("abbreviated", "stand-alone", current_language())[first.month])[
        :3
    ].capitalize()


def day_name(day: date) -> str:
    """Return a day and its month: "3 November"."""
    return str(format_date(day, "d MMMM"))


def heard(value: str) -> str:
    """Return a value for screen readers, which need a word instead of a dash."""
    return _("none") if value == DASH else value


def spoken(about: str, rows: Sequence[Share]) -> str:
    """Return the shares as a sentence."""
    return (
        f"{about}: "
        + "; ".join(f"{row.label} {heard(row.value)}, {row.small}" for row in rows)
        + "."
    )
