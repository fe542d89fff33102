"""Undo: a triage decision or a claim is reversed by whoever made it, while nothing else has
happened since.

It takes the place of asking "are you sure": the notification of the client about a decision waits
so long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from service.core.actor import Actor
from service.core.errors import Conflict
from service.core.event_kinds import EventKind
from service.core.time import now
from service.tasks import parameters, pauses
from service.tasks.assignment import end_assignment
from service.tasks.changes import NO_ALARM, NOTHING, UNSET, TaskChanges
from service.tasks.events import Event, check, record
from service.tasks.states import TRANSITIONS
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants import isolation
from tenants.isolation import db

# How long a decision can be taken back on the page; longer than what is told waits, so that late
# clicks are answered kindly.
OFFERED = timedelta(minutes=5)
DECISIONS = (
    EventKind.TASK_QUEUED,
    EventKind.TASK_REFUSED,
    EventKind.TASK_DELETED,
    EventKind.TASK_DONE_AT_ONCE,
)


def undo_triage(task: Task, by: Actor) -> None:
    """Put the task back on the triage list. Raises Conflict where something has happened since, or
    someone else decided."""
    check(task, EventKind.TASK_TRIAGE_UNDONE, by)
    _last_is_mine(task, by, DECISIONS)
    record(
        task,
        EventKind.TASK_TRIAGE_UNDONE,
        by,
        set_=TaskChanges(ended_at=None, reason="") | NO_ALARM,
    )


def undo_claim(task: Task, by: Actor) -> None:
    """Put the task back into the queue without a reason, as if it had not been claimed. Raises
    Conflict."""
    check(task, EventKind.TASK_UNCLAIMED, by)
    _last_is_mine(task, by, (EventKind.TASK_CLAIMED,))
    end_assignment(task, _("returned right away"))
    changes = TaskChanges(holder_id=None) | pauses.on_state(task, TaskState.QUEUED)
    with isolation.as_system():
        record(task, EventKind.TASK_UNCLAIMED, by, set_=changes)


def undo_change(task: Task, by: Actor, event_id: int) -> None:
    """Restore date and priority as they were before this change of theirs. Raises Conflict where
    something has happened since."""
    check(task, EventKind.TASK_CHANGED, by)
    last = _last_is_mine(task, by, (EventKind.TASK_CHANGED,))
    if last.id != event_id or not (changes := _as_it_was(task, last.facts)):
        raise Conflict(_("This can no longer be undone."), state=task.state)
    record(
        task,
        EventKind.TASK_CHANGED,
        by,
        set_=changes,
        changed=sorted(set(changes.columns()) & {"deadline_at", "priority"}),
    )


def _as_it_was(task: Task, facts: dict[str, Any]) -> TaskChanges:
    """Return the columns that the event's change overwrote, with their old values. A date that has
    passed is restored too."""
    date = facts.get("was_deadline_at")
    dates = parameters.dated(task, datetime.fromisoformat(date)) if date else NOTHING
    return dates | TaskChanges(priority=facts.get("was_priority", UNSET))


def _last_is_mine(task: Task, by: Actor, kinds: tuple[str, ...]) -> Event:
    last = db.session.scalar(
        select(Event)
        .where(Event.task_id == task.id, Event.kind.in_(TRANSITIONS))
        .order_by(Event.id.desc())
        .limit(1)
    )
    if (
        last is None
        or last.kind not in kinds
        or last.by_id != by.person_id
        or now() - last.at > OFFERED
    ):
        raise Conflict(_("This can no longer be undone."), state=task.state)
    return last
