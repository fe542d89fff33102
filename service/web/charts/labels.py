"""Words and numbers as they stand in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import get_month_names
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from service.core.language import current_language
from service.insight.shapes import Share
from service.web.filters import work

# What is shown where there is nothing.
DASH = "–"


def tasks(count: int) -> str:
    """So many tasks."""
    return ngettext("%(count)s task", "%(count)s tasks", count, count=work.number(count))


def in_time() -> str:
    """What success is, as a head of a column."""
    return _("80 %% and on time") % {}


def per_cent(value: float | None) -> str:
    """A share as people write it; a dash of nothing."""
    return DASH if value is None else f"{round(value)} %"


def month_alone(first: date) -> str:
    """A month without its year."""
    return str(format_date(first, "LLLL"))


def month_name(first: date) -> str:
    """A month in words: "November 2026"."""
    return str(format_date(first, "LLLL y"))


def three_letters(first: date) -> str:
    """A month in three letters."""
    return str(get_month_names("abbreviated", "stand-alone", current_language())[first.month])[
        :3
    ].capitalize()


def day_name(day: date) -> str:
    """A day and its month: "3 November"."""
    return str(format_date(day, "d MMMM"))


def heard(value: str) -> str:
    """A value for those who hear it, to whom a dash says nothing."""
    return _("none") if value == DASH else value


def spoken(about: str, rows: Sequence[Share]) -> str:
    """What shares say, in a sentence."""
    return (
        f"{about}: "
        + "; ".join(f"{row.label} {heard(row.value)}, {row.small}" for row in rows)
        + "."
    )
