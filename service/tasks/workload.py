"""The load of the pool: who has which tasks, and who could take one more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, all_, any_, func, literal, select

from service.tasks.states import ASSIGNED_STATES
from service.tasks.task import Task
from tenants.company import Company
from tenants.isolation import db
from tenants.literals import literal_in, literal_limit
from tenants.membership import Staff
from tenants.people import Person

Load = tuple[Person, int, int]
# How many tasks an assistant works on.
_ASSIGNED = (
    select(func.count())
    .where(Task.holder_id == Staff.person_id, literal_in(Task.state, ASSIGNED_STATES))
    .scalar_subquery()
)
_POOL = (
    select(Person, _ASSIGNED, Staff.held_limit)
    .join(Staff, Staff.person_id == Person.id)
    .where(Staff.role == "assistant", Staff.ended_at.is_(None))
)


def paired(person_id: int, companies: Collection[int]) -> set[int]:
    """Return the companies among these for which this assistant has worked before."""
    if not companies:
        return set()
    worked = select(Task.id).where(Task.company_id == Company.id, Task.holder_id == person_id)
    wanted = select(Company.id).where(Company.id.in_(companies), worked.exists())
    return set(db.session.scalars(wanted))


def could_do(code: str) -> list[Load]:
    """Return the assistants with this skill, those with most room first: each with their number of
    tasks and their limit, at most fifty."""
    skilled = _POOL.where(literal(code) == any_(Staff.trades))
    return _read(skilled.order_by(_ASSIGNED - Staff.held_limit, Person.name), 50)


def loads(trade: str | None = None, most: int = 500) -> list[Load]:
    """Return the assistants of the pool by name, at most `most`: each with their number of tasks
    and their limit. With a `trade`: those who have the skill first, by how much room they have."""
    if trade is None:
        return _read(_POOL.order_by(Person.name), most)
    others_last = literal(trade) != all_(Staff.trades)
    return _read(_POOL.order_by(others_last, _ASSIGNED - Staff.held_limit, Person.name), most)


def _read(wanted: Select[Person, int, int], most: int) -> list[Load]:
    rows = db.session.execute(wanted.limit(literal_limit(most)))
    return [(person, count or 0, limit) for person, count, limit in rows]
