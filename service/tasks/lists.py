"""Lists of tasks: each is a keyset page that walks an index; tenant isolation leaves out what the
reader may not see.

No filter here compares companies or skills: the policies do. (Repeated in the query, the planner
would combine bitmaps and sort: 25 ms instead of 0.8.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.core import paging
from service.core.time import now
from service.tasks import to_decide
from service.tasks.states import ASSIGNED_STATES, OPEN_STATES
from service.tasks.task import FIRST_NUMBER, UNDER_WAY, Task
from service.tasks.task_state import TaskState
from tenants.company import Company
from tenants.isolation import db
from tenants.literals import literal_in, literal_limit
from tenants.people import Person

PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    """A task in a list with the names that the list shows, read in the same query."""

    task: Task
    company: str
    client: str
    holder: str | None
    zone: str


_HOLDER = aliased(Person)
# A task with the names beside it, in one query.
_WIDE: Any = (
    select(Task, Company.name, Person.name, _HOLDER.name, Person.zone)
    .outerjoin(Company, Company.id == Task.company_id)
    .outerjoin(Person, Person.id == Task.person_id)
    .outerjoin(_HOLDER, _HOLDER.id == Task.holder_id)
)


Page = paging.Page[Row]


def queued(after: str | None = None, limit: int = PAGE_SIZE) -> Page:
    """Return the queue as this reader sees it, most urgent first."""
    return _by_deadline((_is(TaskState.QUEUED),), after, limit)


def assigned_to(person_id: int) -> list[Row]:
    """Return the tasks that are assigned to an assistant and in work, most urgent first; delivered
    tasks come last."""
    return _rows(
        _WIDE.where(Task.holder_id == person_id, _is(*ASSIGNED_STATES, TaskState.DELIVERED))
        .order_by(Task.state == TaskState.DELIVERED, Task.deadline_at, Task.id)
        .limit(literal_limit(100))
    )


def count_assigned(person_id: int, most: int) -> int:
    """Return how many tasks `assigned_to` lists, counted up to `most`."""
    return (
        db.session.scalar(
            _counted(
                [Task.holder_id == person_id, _is(*ASSIGNED_STATES, TaskState.DELIVERED)], most
            )
        )
        or 0
    )


def triage(after: str | None = None, limit: int = PAGE_SIZE, *, asked: bool = False) -> Page:
    """Return the tasks that wait for an operator's decision, oldest first; with `asked` those that
    wait for the client's answer."""
    return _by_id(to_decide.waits(asked=asked), after, limit, newest_first=False)


@dataclass(frozen=True)
class Narrow:
    """The filters of a board of open tasks: a view (a state, late, red line within a day, waiting
    for the client, disputed), one skill, one company, one assignee, one team (its assistants); by
    deadline, or the newest first."""

    view: str = ""
    trade: str = ""
    company: int | None = None
    holder: int | None = None
    team: Sequence[int] | None = None
    newest: bool = False


def board(narrow: Narrow | None = None, after: str | None = None, limit: int = 28) -> Page:
    """Return open tasks, most urgent first unless the newest are wanted; each order walks an index
    of its own."""
    one = narrow or Narrow()
    wanted = [*_of_view(one), *_beside_view(one)]
    return _by_id(wanted, after, limit) if one.newest else _by_deadline(wanted, after, limit)


def _beside_view(one: Narrow) -> list[ColumnElement[bool]]:
    return [
        *([Task.category == one.trade] if one.trade else []),
        *([Task.company_id == one.company] if one.company else []),
        *([Task.holder_id == one.holder] if one.holder else []),
        *([Task.holder_id.in_(one.team)] if one.team is not None else []),
    ]


def _of_view(one: Narrow) -> list[ColumnElement[bool]]:
    """Return the states of a view; where the list is filtered or the newest come first, the planner
    also has to see the condition of the partial index."""
    wanted = (
        list(_VIEWS[one.view]())
        if one.view in _VIEWS
        else [_is(one.view)]
        if one.view in OPEN_STATES
        else [_UNDER_WAY]
    )
    return [*wanted, _UNDER_WAY] if one.view and (one.company or one.newest) else wanted


_VIEWS: dict[str, Callable[[], Sequence[ColumnElement[bool]]]] = {
    "late": lambda: (
        _is(TaskState.QUEUED, *ASSIGNED_STATES),
        Task.deadline_at < now(),
        Task.waiting_since.is_(None),
    ),
    "red": lambda: (
        _is(TaskState.WORKING),
        Task.red_line_at.between(now(), now() + timedelta(days=1)),
    ),
    "client": lambda: (
        _is(*OPEN_STATES),
        or_(Task.waiting_since.is_not(None), _is(TaskState.DELIVERED)),
    ),
    "disputed": lambda: (Task.disputed_at.is_not(None), _is(TaskState.DELIVERED)),
}


def _is(*states: str) -> ColumnElement[bool]:
    return literal_in(Task.state, states)


_UNDER_WAY, _STILL_OPEN = _is(*UNDER_WAY), _is(*OPEN_STATES)
_UNDECIDED = literal_in(Task.waiting_for, ("operator",))


# So many of what goes wrong are listed; that there are more is said.
WRONG = 50


def exceptions(limit: int = WRONG) -> list[Row]:
    """Return the exceptions, all from an index of few rows: first what an operator has to decide,
    then what is overdue, then what is off track."""
    wrong = or_(
        *(column.is_not(None) for column in (Task.disputed_at, Task.overdue_at, Task.off_course_at))
    )
    later = and_(Task.disputed_at.is_(None), Task.waiting_for.is_distinct_from("operator"))
    return _rows(
        _WIDE.where(or_(and_(wrong, _STILL_OPEN), _UNDECIDED))
        .order_by(later, Task.overdue_at.is_(None), Task.deadline_at, Task.id)
        .limit(literal_limit(limit))
    )


def waiting_for_client(person_id: int, *, all_people: bool = False) -> list[Row]:
    """Return the tasks that wait for the client: retellings, questions, deliveries. An owner may
    see everybody's."""
    waits = or_(
        Task.waiting_since.is_not(None), and_(_is(TaskState.DELIVERED), Task.disputed_at.is_(None))
    )
    mine = () if all_people else (Task.person_id == person_id,)
    return _rows(
        _WIDE.where(_is(*OPEN_STATES), waits, *mine)
        .order_by(Task.deadline_at, Task.id)
        .limit(literal_limit(50))
    )


def of_company(
    company_id: int,
    *,
    states: Sequence[str] = (),
    category: str | None = None,
    assignee: int | None = None,
    after: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page:
    """Return a company's tasks, newest first, through an index of their own."""
    wanted: list[ColumnElement[bool]] = [
        Task.company_id == company_id,
        *_filters(states, category, assignee),
    ]
    return _by_id(wanted, after, limit)


def seen(
    *,
    states: Sequence[str] = (),
    category: str | None = None,
    assignee: int | None = None,
    after: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page:
    """Return all tasks that this reader may see, newest first (staff)."""
    return _by_id(_filters(states, category, assignee), after, limit)


def by_ids(ids: Sequence[int], narrow: Narrow | None = None) -> list[Row]:
    """Return these tasks in this order, or the newest first where that is wanted, without those
    that this reader may not see or that the filters exclude; without a view tasks of every state
    stay."""
    one = narrow or Narrow()
    wanted = [Task.id.in_(ids), *(_of_view(one) if one.view else ()), *_beside_view(one)]
    found = {row.task.id: row for row in _rows(_WIDE.where(*wanted))} if ids else {}
    return [
        found[task_id]
        for task_id in (sorted(ids, reverse=True) if one.newest else ids)
        if task_id in found
    ]


def counts(*states: str, most: int = 1000) -> dict[str, int]:
    """Return how many tasks are in these states, each counted up to `most`, so that the cost does
    not grow with the table; all in one query."""
    counted = [_counted([_is(state)], most).scalar_subquery() for state in states]
    return dict(zip(states, db.session.execute(select(*counted)).one(), strict=True))


def view_counts(most: int = 100) -> dict[str, int]:
    """Return how many tasks each view of the board shows, each counted up to `most`, all in one
    query. Tasks that wait for the client are in two indexes, and are counted in each of them."""
    parts: list[tuple[str, Sequence[ColumnElement[bool]]]] = [
        ("client", (Task.waiting_since.is_not(None), _STILL_OPEN)),
        ("client", (Task.waiting_since.is_(None), _is(TaskState.DELIVERED))),
        *((view, _VIEWS[view]()) for view in ("red", "late", "disputed")),
    ]
    counted = [_counted(wanted, most).scalar_subquery() for _view, wanted in parts]
    found: dict[str, int] = {}
    for (view, _wanted), count in zip(
        parts, db.session.execute(select(*counted)).one(), strict=True
    ):
        found[view] = min(most, found.get(view, 0) + count)
    return found


def _counted(wanted: Sequence[ColumnElement[bool]], most: int) -> Select[int]:
    return select(func.count()).select_from(
        select(Task.id).where(*wanted).limit(literal_limit(most)).subquery()
    )


def urgent_share(most: int = 1000) -> int:
    """Return the percentage of urgent tasks among open ones, of the thousand most urgent by
    deadline."""
    rows = (
        select(Task.priority)
        .where(_UNDER_WAY)
        .order_by(Task.deadline_at, Task.id)
        .limit(literal_limit(most))
        .subquery()
    )
    urgent = func.count().filter(rows.c.priority == "urgent")
    return int(
        db.session.scalar(
            select(
                func.coalesce(func.round(100.0 * urgent / func.nullif(func.count(), 0)), 0)
            ).select_from(rows)
        )
        or 0
    )


def _filters(
    states: Sequence[str], category: str | None, assignee: int | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(_is(*states))
    if category:
        wanted.append(Task.category == category)
    if assignee:
        wanted.append(Task.holder_id == assignee)
    return wanted


def _rows(wanted: Any) -> list[Row]:
    return [
        Row(task, company or "", client or "", holder, zone or "Europe/Riga")
        for task, company, client, holder, zone in db.session.execute(wanted)
    ]


def _by_deadline(wanted: Sequence[ColumnElement[bool]], after: str | None, limit: int) -> Page:
    query = _WIDE.where(*wanted).order_by(Task.deadline_at, Task.id)
    if after:
        moment, last = paging.read_cursor(after, 2)
        query = query.where(
            tuple_(Task.deadline_at, Task.id) > tuple_(datetime.fromisoformat(str(moment)), last)
        )
    rows = _rows(query.limit(literal_limit(limit + 1)))
    return paging.cut(rows, limit, _deadline_cursor)


def _deadline_cursor(row: Row) -> str:
    deadline = row.task.deadline_at
    return paging.cursor([deadline.isoformat() if deadline else "", row.task.id])


def _by_id(
    wanted: Sequence[ColumnElement[bool]],
    after: str | None,
    limit: int,
    *,
    newest_first: bool = True,
) -> Page:
    column: InstrumentedAttribute[int] = Task.id
    query = _WIDE.where(*wanted).order_by(column.desc() if newest_first else column.asc())
    if after:
        last = paging.read_cursor(after, 1)[0]
        query = query.where(column < last if newest_first else column > last)
    rows = _rows(query.limit(literal_limit(limit + 1)))
    return paging.cut(rows, limit, lambda row: paging.cursor([row.task.id]))


def handed_over(company_ids: Sequence[int]) -> dict[int, int]:
    """Return how many tasks each of these companies has submitted, from the number of its newest:
    one index lookup for each."""
    newest = aliased(Task)
    last = (
        select(newest.number)
        .where(newest.company_id == Company.id)
        .order_by(newest.id.desc())
        .limit(literal_limit(1))
        .scalar_subquery()
    )
    count = func.coalesce(last - FIRST_NUMBER, 0).label("tasks")
    rows = db.session.execute(select(Company.id, count).where(Company.id.in_(company_ids)))
    return {row.id: row.tasks for row in rows}
