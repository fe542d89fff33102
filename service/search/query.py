"""Search: tasks by their words and messages, companies and people by name, each as far as the
reader may see it.

The database's own functions (migration 0003) return ids, in the order of rank; the rows are read
under tenant isolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy import text as sql
from sqlalchemy.orm import InstrumentedAttribute

from service.core.text import clean
from service.tasks import lists
from service.tasks.lists import Narrow, Page, Row
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tenants.membership import Membership
from tenants.people import Person

MAX_RESULTS = 200
MAX_QUERY = 200
# A search that takes longer than this is aborted, and the page says that the service is busy. It is
# set for the rest of the transaction: on a function it would have no effect, since the timer of a
# statement is set when the statement begins.
PATIENCE = "2s"
READERS = ("client", "assistant", "operator")
WAIT = sql("select set_config('statement_timeout', :patience, true)")
FIND = {
    role: sql(
        f"select id from find_for_{role}(:q, :most, :states, :category, :assignee) order by rank"
        " desc, id desc"
    )
    for role in READERS
}


@dataclass(frozen=True)
class Named:
    """A person or a company that was found."""

    id: int
    name: str


def tasks(
    q: str,
    limit: int = lists.PAGE_SIZE,
    *,
    states: Sequence[str] = (),
    category: str | None = None,
    assignee: int | None = None,
    narrow: Narrow | None = None,
) -> list[Row]:
    """Return the tasks that match best, best first; at most 200. The last word may be a prefix; a
    lone number is a task's number. `narrow` applies a board's filters to the 200 best matches."""
    words = tidy(q)
    role = isolation.current().role
    if not words or role not in FIND:
        return []
    most = MAX_RESULTS if narrow else min(limit, MAX_RESULTS)
    ids = _ids(
        role,
        {
            "q": words,
            "most": most,
            "states": list(states) or None,
            "category": category,
            "assignee": assignee,
        },
    )
    return lists.by_ids(ids, narrow)[:limit]


def page(q: str, limit: int = lists.PAGE_SIZE, **narrowed: Any) -> Page:
    """Return the best matches as a page of a list; there is no next page."""
    return Page(tasks(q, limit, **narrowed), None)


def companies(q: str, limit: int = 8) -> list[Named]:
    """Return companies with this name, for the operators."""
    if isolation.current().role != "operator":
        return []
    return _named(select(Company.id, Company.name), Company.name, q, limit)


def people(q: str, limit: int = 8) -> list[Named]:
    """Return people with this name: everybody for operators, a company's own people for its
    members, nobody for assistants."""
    role = isolation.current().role
    if role == "operator":
        return _named(select(Person.id, Person.name), Person.name, q, limit)
    if role != "client":
        return []
    # From the company's own memberships, so that the policies are checked for a few people and not
    # for all.
    ours = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.ended_at.is_(None))
    )
    return _named(ours, Person.name, q, limit)


def tidy(q: str) -> str:
    """Return the query as the database functions take it."""
    return " ".join(clean(q[:MAX_QUERY]).split())


def _ids(role: str, values: dict[str, object]) -> list[int]:
    """Return the ids, best first, under a time limit."""
    db.session.execute(WAIT, {"patience": PATIENCE})
    return list(db.session.scalars(FIND[role], values))


def _named(
    wanted: Select[int, str], name: InstrumentedAttribute[str], q: str, limit: int
) -> list[Named]:
    """Return those whose name contains this text; where there are none, those with a similar
    name."""
    words = tidy(q)
    if not words:
        return []
    within = wanted.where(name.icontains(words, autoescape=True)).limit(limit)
    near = (
        wanted.where(literal(words).op("<%")(name))
        .order_by(func.word_similarity(words, name).desc())
        .limit(limit)
    )
    rows = db.session.execute(within).all() or (
        db.session.execute(near).all() if len(words) > 3 else []
    )
    return [Named(id_, named) for id_, named in rows]
