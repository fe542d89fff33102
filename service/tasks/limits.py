"""Spending limits: a task whose price would exceed one does not start without an owner's approval.

A month is the calendar month in the company's zone. What counts is what was charged in it and what
is promised to running tasks. A person's limit counts the tasks that they submitted; owners have no
limit of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import text

from service.core.actor import CLIENT, Actor
from service.core.errors import InvalidInput, NotAllowed, SpendingLimitExceeded
from service.core.event_kinds import EventKind
from service.core.language import current_language
from service.core.money import Money
from service.core.time import now
from service.tasks import events
from service.tasks.parameters import MAX_AMOUNT
from service.tasks.task import Task
from tenants import isolation, membership
from tenants.company import Company
from tenants.isolation import db

# Two people who confirm at the same instant are counted one after the other, or both would fit
# within the limit.
ONE_BY_ONE = text("select pg_advisory_xact_lock(hashtextextended('limit', :company))")
# By who submitted the task: this month's charges use an index of their own, running tasks the index
# of their state.
SPENT = text("""
select person_id, sum(amount)::bigint as amount from (
  select t.person_id, c.amount from charge c join task t on t.id = c.task_id
  where c.company_id = :company and c.amount > 0 and c.created_at >= :since
    and c.currency = :currency
  union all
  select person_id, price from task where state in ('working', 'delivered')
    and company_id = :company and understood_at is not null
  and currency = :currency) both_ group by person_id
""")


@dataclass(frozen=True)
class Past:
    """A limit that a price exceeds, and by how much, in minor units of `currency`."""

    kind: str
    limit: int
    by: int
    currency: str
    person: str = ""

    @property
    def why(self) -> str:
        """Return it as the end of a sentence."""
        limit, by = _sum(self.limit, self.currency), _sum(self.by, self.currency)
        if self.kind == "task":
            return _("above the limit of %(limit)s for one task", limit=limit)
        if self.kind == "person":
            return _(
                "over the limit of %(limit)s a month for %(person)s by %(over)s",
                limit=limit,
                over=by,
                person=self.person,
            )
        return _("over the limit of %(limit)s a month by %(over)s", limit=limit, over=by)


@dataclass(frozen=True)
class Standing:
    """A company's spending this month: its limits, its members' limits with their names, and what
    was spent by whom."""

    company: Company
    limits: dict[int, tuple[int, str]]
    spent: dict[int, int]

    @property
    def total(self) -> int:
        """Return what was charged this month and is promised, in minor units."""
        return sum(self.spent.values())

    def past(self, task: Task, price: int) -> Past | None:
        """Return the first limit that the task would exceed at this price; None where it exceeds
        none."""
        company, currency = self.company, self.company.currency
        if company.limit_task is not None and price > company.limit_task:
            return Past("task", company.limit_task, price - company.limit_task, currency)
        if company.limit_month is not None and self.total + price > company.limit_month:
            return Past(
                "month", company.limit_month, self.total + price - company.limit_month, currency
            )
        limit, name = self.limits.get(task.person_id, (None, ""))
        after = self.spent.get(task.person_id, 0) + price
        return (
            Past("person", limit, after - limit, currency, name)
            if limit is not None and after > limit
            else None
        )


def standing(company_id: int) -> Standing | None:
    """Return the company's spending and limits; None where nobody set a limit. The sums are those
    of the whole company, whatever part of it the reader may see."""
    company = db.session.get_one(Company, company_id)
    limits = membership.month_limits(company_id)
    if company.limit_month is None and company.limit_task is None and not limits:
        return None
    values = {"company": company.id, "currency": company.currency, "since": month_began(company)}
    with isolation.as_system():
        spent = {row.person_id: row.amount for row in db.session.execute(SPENT, values)}
    return Standing(company, limits, spent)


@dataclass(frozen=True)
class Wanted:
    """Limits to be set, in minor units; None is no limit. `members` is by person."""

    month: int | None
    task: int | None
    members: dict[int, int | None]


def set_them(company_id: int, by: Actor, wanted: Wanted) -> None:
    """Replace the company's limits; tasks that wait for approval are checked again. Raises
    InvalidInput, NotAllowed."""
    if not is_owner(by, company_id):
        raise NotAllowed(_("Only an owner can set limits."))
    fields = {
        "limit_month": wanted.month,
        "limit_task": wanted.task,
        **{f"limit_{person}": sum_ for person, sum_ in wanted.members.items()},
    }
    if wrong := {
        name: _("Enter an amount of 0 or more")
        for name, sum_ in fields.items()
        if sum_ is not None and not 0 <= sum_ <= MAX_AMOUNT
    }:
        raise InvalidInput(wrong)
    company = db.session.get_one(Company, company_id)
    company.limit_month, company.limit_task = wanted.month, wanted.task
    membership.limit_members(company_id, wanted.members)
    events.write(
        EventKind.COMPANY_LIMITED,
        by,
        company_id=company_id,
        in_month=wanted.month,
        one_task=wanted.task,
        members={str(person): sum_ for person, sum_ in wanted.members.items() if sum_ is not None},
    )


def month_began(company: Company) -> datetime:
    """Return the first instant of this month in the company's zone."""
    return (
        now()
        .astimezone(ZoneInfo(company.zone))
        .replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )


def check(task: Task, by: Actor, price: int) -> None:
    """Check the limits before work starts at this price. Raises SpendingLimitExceeded where a limit
    would be exceeded and the actor is not an owner."""
    db.session.execute(ONE_BY_ONE, {"company": task.company_id})
    stands = standing(task.company_id)
    past = stands.past(task, price) if stands else None
    if past and not is_owner(by, task.company_id):
        raise SpendingLimitExceeded(
            _("An owner has to approve this: %(why)s. We have asked them.", why=past.why)
        )


def past(task: Task, *prices: int) -> list[Past | None]:
    """Return for each price the limit that it would exceed."""
    stands = standing(task.company_id)
    return [stands.past(task, price) if stands else None for price in prices]


def is_owner(by: Actor, company_id: int) -> bool:
    """Return whether this actor is an owner of the company and acts as one."""
    return (
        by.kind == CLIENT
        and by.person_id is not None
        and membership.role_of(by.person_id, company_id) == "owner"
    )


def _sum(minor: int, currency: str) -> str:
    return Money(minor, currency).words(current_language())
