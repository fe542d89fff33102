"""Charts of what comes in, what waits, and what is assigned."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.core import channels
from service.insight.arrivals import WEEKS, Week
from service.insight.shapes import Bars, Share, Shares, scale
from service.insight.waits import Wait
from service.web import words
from service.web.charts.labels import day_name, per_cent, spoken, tasks
from service.web.charts.weeks import week_bar

WAIT_WORDS = {
    "retelling": _l("Retellings"),
    "question": _l("Questions"),
    "delivery": _l("Deliveries"),
}
# So many of the pool stand in the picture, all in its table.
FULLEST = 12


def of_waits(found: Sequence[Wait]) -> Shares:
    """Return the chart of how long tasks wait for a client's decision: the median."""
    longest = max((one.median for one in found), default=None)
    rows = [_wait(one, 100 * (one.median / longest) if longest else 0) for one in found]
    heads, about = (
        (_("Waiting for"), _("Median"), _("90th percentile"), _("Answers")),
        _("Client reply times"),
    )
    return Shares(rows, heads, about, spoken(about, rows))


def _wait(one: Wait, percent: float) -> Share:
    half, most = words.span(one.median), words.span(one.p90)
    return Share(
        str(WAIT_WORDS[one.kind]),
        percent,
        half,
        _("90th percentile: %(time)s", time=most),
        (half, most, str(one.count)),
    )


def came_in(found: Sequence[Week]) -> Bars:
    """Return tasks by week: submitted on the site or through the API below, by message or call
    above."""
    shown = [code for code in _codes() if any(week.channels[code] for week in found)]
    bars = [
        week_bar(
            place,
            week.monday,
            (*(str(week.channels[code]) for code in shown), str(week.channels.total())),
            week.channels.total() - _written(week),
            _written(week),
            now=week is found[-1],
        )
        for place, week in enumerate(found)
    ]
    total, most = (
        sum(week.channels.total() for week in found),
        max(found, key=lambda week: week.channels.total()),
    )
    told = _(
        "Tasks by week, the last %(weeks)s: %(total)s. Most in the week of %(day)s: %(count)s.",
        weeks=WEEKS,
        total=tasks(total),
        day=day_name(most.monday),
        count=most.channels.total(),
    )
    heads = (_("Week of"), *(str(channels.LABELS[code]) for code in shown), _("all together"))
    heights = scale(most.channels.total())
    return Bars(
        bars,
        [(height, str(height)) for height in heights],
        heads,
        _("Tasks by week"),
        told,
        (_("on the site or by API"), _("written or by phone")),
    )


def _written(week: Week) -> int:
    """Tasks that somebody wrote or called in; by a form they are handed over as tasks."""
    forms = {channel.code for channel in channels.every() if channel.is_form}
    return sum(week.channels[code] for code in _codes() if code not in forms)


def _codes() -> list[str]:
    return [channel.code for channel in channels.every() if channel.comes_in]


def by_channel(found: Sequence[Week]) -> Shares:
    """Return the tasks of thirteen weeks by channel."""
    counts = {code: sum(week.channels[code] for week in found) for code in _codes()}
    total = sum(counts.values())
    rows = [
        _came_by(code, count, 100 * count / total)
        for code, count in sorted(counts.items(), key=lambda one: -one[1])
        if count
    ]
    return Shares(
        rows,
        (_("Channel"), _("Share"), _("Tasks")),
        _("Tasks by channel"),
        spoken(_("Tasks by channel"), rows),
    )


def _came_by(code: str, count: int, percent: float) -> Share:
    return Share(
        str(channels.LABELS[code]),
        percent,
        per_cent(percent),
        tasks(count),
        (per_cent(percent), str(count)),
    )


def of_load(found: Sequence[tuple[str, int, int]]) -> Shares:
    """Return how many tasks each assistant has and may have, the fullest first."""
    fullest = sorted(found, key=lambda one: (-one[1] / max(1, one[2]), one[0]))
    rows = [_held(*one) for one in fullest]
    about = _("Pool load now")
    return Shares(
        rows,
        (_("Assistant"), _("In hand"), _("Task limit")),
        about,
        spoken(about, rows[:FULLEST]),
        most=FULLEST,
    )


def _held(name: str, held: int, limit: int) -> Share:
    free = _("%(count)s free", count=limit - held) if limit > held else _("no free slots")
    return Share(
        name,
        100 * held / max(1, limit),
        _("%(held)s of %(limit)s", held=held, limit=limit),
        free,
        (str(held), str(limit)),
    )
