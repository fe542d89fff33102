"""The triage list: how many tasks wait for a decision or for the client, and which comes next."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from service.tasks import undoing
from service.tasks.events import Event
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants.isolation import db
from tenants.literals import literal_in, literal_limit


def waits(*, asked: bool = False) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions of the list; with `asked` of the tasks that wait for the client's
    answer."""
    still = Task.waiting_since.is_not(None) if asked else Task.waiting_since.is_(None)
    return literal_in(Task.state, (TaskState.TRIAGE,)), still


def count(most: int, *, asked: bool = False) -> int:
    """Return how many tasks the list has, counted up to `most`."""
    rows = select(Task.id).where(*waits(asked=asked)).limit(literal_limit(most)).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def below(task_id: int, *, asked: bool = False) -> int | None:
    """Return the id of the next task below this id in the list: the oldest after it."""
    wanted = select(Task.id).where(*waits(asked=asked), Task.id > task_id)
    return db.session.scalar(wanted.order_by(Task.id).limit(literal_limit(1)))


def above(task_id: int | None = None, *, asked: bool = False) -> int | None:
    """Return the id of the next task above this id in the list; without an id the last."""
    older = [Task.id < task_id] if task_id is not None else []
    wanted = select(Task.id).where(*waits(asked=asked), *older)
    return db.session.scalar(wanted.order_by(Task.id.desc()).limit(literal_limit(1)))


def decision_on(task: Task) -> Event | None:
    """Return the event by which the task last left triage; None where it left otherwise."""
    wanted = select(Event).where(Event.task_id == task.id, Event.kind.in_(undoing.DECISIONS))
    return db.session.scalar(wanted.order_by(Event.id.desc()).limit(literal_limit(1)))
