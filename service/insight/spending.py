"""A company's spending: by month, by category, what is promised and what is open. Tenant isolation
leaves out what the reader may not see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from service.core.time import now
from service.insight.arrivals import begins
from tenants.company import Company
from tenants.isolation import db

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """The charges of a month that begins on this day, in minor units, and for how many tasks."""

    first: date
    amount: int
    count: int


@dataclass(frozen=True)
class Kind:
    """The charges for a category in the twelve months."""

    category: str | None
    amount: int
    count: int


@dataclass(frozen=True)
class Spending:
    """Twelve months, oldest first, and the categories, most expensive first."""

    months: list[Month]
    kinds: list[Kind]

    @property
    def total(self) -> int:
        """Return the sum of the twelve months."""
        return sum(month.amount for month in self.months)


@dataclass(frozen=True)
class Promised:
    """Open tasks whose retelling was confirmed, and the sum of their agreed prices."""

    count: int
    amount: int


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice that is not paid yet. `state` is its charge's: open, paying or failed."""

    number: str
    total: int
    currency: str
    issued_at: datetime
    charge_id: int
    state: str
    error: str | None
    title: str
    task_number: int


# The newest twenty thousand charges of the company, by an index of their own.
CHARGED = text("""
select cast(date_trunc('month', c.created_at at time zone :zone) as date), t.category,
  sum(c.amount)::bigint, count(*)
from (select task_id, amount, currency, created_at from charge where company_id = :company
  order by id desc limit 20000) c
join task t on t.id = c.task_id
where c.created_at >= :since and c.currency = :currency group by 1, 2
""")
PROMISED = text("""
select count(*), coalesce(sum(price), 0)::bigint from task
where company_id = :company and state in ('working', 'delivered') and understood_at is not null
  and currency = :currency
""")
IN_MONTH = text("""
select coalesce(sum(amount), 0)::bigint, count(*) from charge
where company_id = :company and amount > 0 and created_at >= :since and currency = :currency
""")
OPEN = text("""
select i.number, i.total, i.currency, i.issued_at, c.id, c.state, c.error, t.title, t.number
from (select id, task_id, state, error from charge where company_id = :company order by id desc
  limit 20000) c
join invoice i on i.charge_id = c.id join task t on t.id = c.task_id
where c.state <> 'paid' order by i.id desc limit 10
""")


def months_back(zone: ZoneInfo, count: int = MONTHS) -> list[date]:
    """Return the first days of the last `count` months in a zone, this month's last."""
    today = now().astimezone(zone).date()
    places = [today.year * 12 + today.month - 1 - back for back in range(count - 1, -1, -1)]
    return [date(place // 12, place % 12 + 1, 1) for place in places]


def spending(company: Company, zone: ZoneInfo) -> Spending:
    """Return what was charged in this month and the eleven before it, in the company's currency."""
    firsts = months_back(zone)
    amounts: Counter[date] = Counter()
    counts: Counter[date] = Counter()
    kinds: dict[str | None, Kind] = {}
    values = {
        "company": company.id,
        "currency": company.currency,
        "zone": zone.key,
        "since": begins(firsts[0], zone),
    }
    for first, category, amount, count in db.session.execute(CHARGED, values):
        amounts[first] += amount
        counts[first] += count
        before = kinds.get(category, Kind(category, 0, 0))
        kinds[category] = Kind(category, before.amount + amount, before.count + count)
    dearest = sorted(kinds.values(), key=lambda kind: (-kind.amount, kind.category or ""))
    return Spending([Month(first, amounts[first], counts[first]) for first in firsts], dearest)


def this_month(company: Company) -> Month:
    """Return what was charged since the start of this month in the company's zone."""
    first = months_back(ZoneInfo(company.zone), 1)[0]
    values = {
        "company": company.id,
        "currency": company.currency,
        "since": begins(first, ZoneInfo(company.zone)),
    }
    return Month(first, *db.session.execute(IN_MONTH, values).one())


def promised(company: Company) -> Promised:
    """Return what the company owes when its running tasks are accepted as agreed."""
    return Promised(
        *db.session.execute(PROMISED, {"company": company.id, "currency": company.currency}).one()
    )


def open_invoices(company: Company) -> list[OpenInvoice]:
    """Return invoices that are not paid, newest first, at most ten."""
    return [OpenInvoice(*row) for row in db.session.execute(OPEN, {"company": company.id})]
