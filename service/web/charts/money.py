"""Charts of what a company spends."""

from __future__ import annotations

from flask_babel import gettext as _

from service.insight.shapes import Bar, Bars, Share, Shares, scale
from service.insight.spending import Month, Spending
from service.web.charts.labels import month_name, per_cent, spoken, three_letters
from service.web.filters import sums, work

# A limit more than this many times the highest bar is left out: beside it the bars would be too
# small.
FAR = 3


def by_month(found: Spending, currency: str, promised: int = 0, limit: int | None = None) -> Bars:
    """Return what was spent in each of twelve months; on this month's bar what is promised, and a
    line at the month's limit."""
    bars = [
        _month(
            one,
            currency,
            first=place == 0,
            promised=promised if one is found.months[-1] else None,
            columns=promised > 0,
        )
        for place, one in enumerate(found.months)
    ]
    highest = max(*(month.amount for month in found.months), found.months[-1].amount + promised)
    line = (
        (limit, _("Limit %(sum)s", sum=sums.rate(limit, currency)))
        if limit is not None and limit <= FAR * max(highest, 1)
        else None
    )
    grid = [
        (height, sums.rate(height, currency))
        for height in scale(max(highest, line[0] if line else 0), 1000)
    ]
    heads = (_("Month"), _("Spent"), *((_("Committed"),) if promised else ()), _("Tasks"))
    return Bars(
        bars,
        _apart(grid, line),
        heads,
        _("Spending by month"),
        _told(found, currency, promised, limit),
        limit=line,
        plan=_("committed to tasks in progress") if promised else "",
    )


def _told(found: Spending, currency: str, promised: int, limit: int | None) -> str:
    last, most = found.months[-1], max(found.months, key=lambda month: month.amount)
    told = [
        _(
            "Spending by month, %(first)s to %(last)s. Most in %(most)s: %(sum)s. This month so "
            "far: %(now)s.",
            first=month_name(found.months[0].first),
            last=month_name(last.first),
            most=month_name(most.first),
            sum=sums.money(most.amount, currency),
            now=sums.money(last.amount, currency),
        )
    ]
    if promised:
        told.append(_("Committed: %(sum)s.", sum=sums.money(promised, currency)))
    if limit is not None:
        told.append(_("Monthly limit: %(sum)s.", sum=sums.money(limit, currency)))
    return " ".join(told)


def _apart(grid: list[tuple[int, str]], line: tuple[int, str] | None) -> list[tuple[int, str]]:
    """Leave the label off a grid line that would collide with that of the limit."""
    top = grid[-1][0]
    return [
        (height, "" if line and abs(height - line[0]) * 8 < top else words)
        for height, words in grid
    ]


def _month(one: Month, currency: str, *, first: bool, promised: int | None, columns: bool) -> Bar:
    year = f"{one.first:%Y}" if one.first.month == 1 or (first and one.first.month < 11) else ""
    more = (sums.money(promised, currency),) if columns else ()
    cells = (sums.money(one.amount, currency), *more, str(one.count))
    return Bar(
        three_letters(one.first),
        year,
        month_name(one.first),
        cells,
        one.amount,
        promised or 0,
        now=promised is not None,
    )


def by_kind(found: Spending, currency: str) -> Shares:
    """Return what was spent in each category: the eight highest, the rest in one."""
    kinds, rest = list(found.kinds[:8]), found.kinds[8:]
    named = [(work.kind(one.category), one.amount, one.count) for one in kinds]
    if rest:
        named.append(
            (_("everything else"), sum(one.amount for one in rest), sum(one.count for one in rest))
        )
    rows = [_of_sum(label, amount, count, found.total, currency) for label, amount, count in named]
    about = _("Spending by category")
    return Shares(
        rows, (_("Category"), _("Share"), _("Spent"), _("Tasks")), about, spoken(about, rows)
    )


def _of_sum(label: str, amount: int, count: int, total: int, currency: str) -> Share:
    share, sum_ = 100 * amount / max(1, total), sums.money(amount, currency)
    return Share(label, share, sum_, per_cent(share), (per_cent(share), sum_, str(count)))
