"""Step 1: do, delegate or delete. Where the classifier is sure the task goes to the queue; an
operator decides the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import set_committed_value

from service.catalogue.categories import all_categories, category
from service.core.actor import THE_SYSTEM, Actor
from service.core.config import settings
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.core.time import after_working, now
from service.tasks import bounds, parameters, pauses
from service.tasks.changes import NO_ALARM, TaskChanges
from service.tasks.events import lock, record
from service.tasks.task import Task
from service.tasks.task_state import TaskState

DECISIONS = {
    "refuse": EventKind.TASK_REFUSED,
    "delete": EventKind.TASK_DELETED,
    "do": EventKind.TASK_DONE_AT_ONCE,
}


def apply_triage(
    task: Task, code: str, confidence: float, deadline: datetime | None, *, sure: bool
) -> None:
    """Apply the result of triage to a new task: to the queue where it is sure, else to the
    operators' list with its guess."""
    if task.state != TaskState.RECEIVED:
        return
    chosen = task.category or code
    changes = TaskChanges(
        confidence=confidence, chosen_by="client" if task.category else "service"
    ) | _guess(task, chosen, deadline)
    if sure:
        _queue(task, THE_SYSTEM, chosen, changes)
    else:
        record(
            task,
            EventKind.TASK_UNSURE,
            THE_SYSTEM,
            set_=changes,
            category=chosen,
            confidence=round(confidence, 3),
        )


def decide(task: Task, by: Actor, decision: str, code: str | None = None, reason: str = "") -> None:
    """Carry out an operator's decision. Raises InvalidInput where a category or a reason is
    missing."""
    lock(task)
    if decision == "delegate":
        return _delegate(task, by, code)
    if decision not in DECISIONS:
        raise InvalidInput({"decision": _("Use delegate, do, delete or refuse")})
    if not reason.strip():
        raise InvalidInput({"reason": _("Enter a reason; the client will read it")})
    if not bounds.DECISION_REASON.allows(reason):
        raise InvalidInput({"reason": _("Up to 2,000 characters")})
    record(
        task,
        DECISIONS[decision],
        by,
        later_=now() + timedelta(seconds=settings().undo_seconds),
        set_=TaskChanges(ended_at=now(), reason=reason.strip()) | NO_ALARM,
    )


def _delegate(task: Task, by: Actor, code: str | None) -> None:
    chosen = code or task.category
    if chosen is None or chosen not in all_categories():
        raise InvalidInput({"category": _("Choose a category")})
    changes = TaskChanges(chosen_by="operator") | _guess(task, chosen, task.deadline_at)
    _queue(task, by, chosen, changes)


def _queue(task: Task, by: Actor, code: str, changes: TaskChanges) -> None:
    for name, value in changes.columns().items():
        # The transition's conditions look at it; the transition itself writes it.
        set_committed_value(task, name, value)
    if not task.waiting_since:
        changes |= pauses.alarms(TaskState.QUEUED, task.red_line_at, task.deadline_at, None)
    record(task, EventKind.TASK_QUEUED, by, category=code, set_=changes)
    parameters.add_usual_criterion(task, category(code).criterion(task.language), by)


def _guess(task: Task, code: str, deadline: datetime | None) -> TaskChanges:
    """Return price and dates as far as they are known; where no deadline is given, from the usual
    term of the category."""
    usual = after_working(now(), timedelta(hours=category(code).term_hours))
    day = task.deadline_at or deadline or usual
    return parameters.priced(task, code, task.quantity) | parameters.dated(task, day)
