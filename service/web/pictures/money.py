"""What a company spends, as pictures."""

from __future__ import annotations

from flask_babel import gettext as _

from service.insight.shapes import Bar, Bars, Share, Shares, scale
from service.insight.spending import Month, Spending
from service.web import render
from service.web.pictures.said import month_name, per_cent, spoken, three_letters


def by_month(found: Spending, currency: str) -> Bars:
    """What was spent in each of twelve months."""
    bars = [_month(one, currency, first=place == 0, now=one is found.months[-1]) for place, one in enumerate(found.months)]
    heights = scale(max(month.amount for month in found.months), 1000)
    last, most = found.months[-1], max(found.months, key=lambda month: month.amount)
    told = _("Spent by month, %(first)s to %(last)s. Most in %(most)s: %(sum)s. This month so far: %(now)s.",
             first=month_name(found.months[0].first), last=month_name(last.first), most=month_name(most.first),
             sum=render.money(most.amount, currency), now=render.money(last.amount, currency))
    grid = [(height, render.round_money(height, currency)) for height in heights]
    return Bars(bars, grid, (_("Month"), _("Spent"), _("Tasks")), _("Spent by month"), told)


def _month(one: Month, currency: str, *, first: bool, now: bool) -> Bar:
    year = f"{one.first:%Y}" if one.first.month == 1 or (first and one.first.month < 11) else ""
    return Bar(three_letters(one.first), year, month_name(one.first), (render.money(one.amount, currency), str(one.count)), one.amount, now=now)


def by_kind(found: Spending, currency: str) -> Shares:
    """What was spent on each kind of work: the eight dearest, the rest in one."""
    kinds, rest = list(found.kinds[:8]), found.kinds[8:]
    named = [(render.kind(one.category), one.amount, one.count) for one in kinds]
    if rest:
        named.append((_("everything else"), sum(one.amount for one in rest), sum(one.count for one in rest)))
    rows = [_of_sum(label, amount, count, found.total, currency) for label, amount, count in named]
    about = _("Spent by kind of work")
    return Shares(rows, (_("Kind of work"), _("Share"), _("Spent"), _("Tasks")), about, spoken(about, rows))


def _of_sum(label: str, amount: int, count: int, total: int, currency: str) -> Share:
    share, sum_ = 100 * amount / max(1, total), render.money(amount, currency)
    return Share(label, share, sum_, per_cent(share), (per_cent(share), sum_, str(count)))
