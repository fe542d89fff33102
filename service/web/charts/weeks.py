"""Weekly bars: their labels, and the charts of one assistant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from service.insight.my_month import Kind, Week
from service.insight.shapes import Bar, Bars, Share, Shares, scale
from service.web.charts.labels import day_name, in_time, per_cent, spoken, tasks, three_letters
from service.web.filters import work


def week_bar(
    place: int, monday: date, cells: tuple[str, ...], first: int, second: int, *, now: bool
) -> Bar:
    """Return a week's bar: labelled with its Monday, and with the month where one begins."""
    below = three_letters(monday) if place == 0 or monday.day <= 7 else ""
    return Bar(str(monday.day), below, day_name(monday), cells, first, second, now=now)


def my_weeks(found: Sequence[Week]) -> Bars:
    """Return an assistant's accepted tasks by week: those in time with at least 80 % below, the
    others above."""
    bars = [
        week_bar(
            place,
            week.monday,
            (str(week.accepted), str(week.successful)),
            week.successful,
            week.accepted - week.successful,
            now=week is found[-1],
        )
        for place, week in enumerate(found)
    ]
    total, good = sum(week.accepted for week in found), sum(week.successful for week in found)
    told = _(
        "Accepted by week, the last %(weeks)s: %(total)s, of them %(good)s at 80 %% or more and "
        "on time.",
        weeks=len(found),
        total=tasks(total),
        good=good,
    )
    heights = scale(max(week.accepted for week in found))
    heads, tones = (
        (_("Week of"), _("Accepted"), in_time()),
        (in_time(), _("late or below 80 %%") % {}),
    )
    return Bars(
        bars,
        [(height, str(height)) for height in heights],
        heads,
        _("Accepted by week"),
        told,
        tones,
    )


def my_kinds(found: Sequence[Kind]) -> Shares:
    """Return an assistant's success by category."""
    rows = []
    for one in found:
        share = 100 * one.successful / one.accepted
        rows.append(
            Share(
                work.kind(one.category),
                share,
                per_cent(share),
                tasks(one.accepted),
                (per_cent(share), str(one.accepted)),
            )
        )
    return Shares(
        rows,
        (_("Category"), in_time(), _("Accepted")),
        _("Success by category"),
        spoken(_("Success by category"), rows),
        mark=80,
        most=10,
    )
