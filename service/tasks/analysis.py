"""Step 1: do, delegate or delete. What the classifier is sure of goes to the queue; the rest is an
operator's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import set_committed_value

from service.catalogue.categories import all_categories, category
from service.core.actor import THE_SYSTEM, Actor
from service.core.config import settings
from service.core.errors import InvalidInput
from service.core.time import after_working, now
from service.tasks import parameters, pauses
from service.tasks.events import lock, record
from service.tasks.task import Task

DECISIONS = {"refuse": "task.refused", "delete": "task.deleted", "do": "task.done_at_once"}


def apply_triage(
    task: Task, code: str, confidence: float, deadline: datetime | None, *, sure: bool
) -> None:
    """Triage's word on a new task: to the queue where it is sure, else to the operator's list with
    its guess."""
    if task.state != "received":
        return
    columns = {
        "confidence": confidence,
        "chosen_by": "client" if task.category else "service",
        **_guess(task, task.category or code, deadline),
    }
    if sure:
        _queue(task, THE_SYSTEM, columns)
    else:
        record(
            task,
            "task.unsure",
            THE_SYSTEM,
            set_=columns,
            category=columns["category"],
            confidence=round(confidence, 3),
        )


def decide(task: Task, by: Actor, decision: str, code: str | None = None, reason: str = "") -> None:
    """An operator's decision. Raises BadInput where a category or a reason is missing."""
    lock(task)
    if decision == "delegate":
        return _delegate(task, by, code)
    if decision not in DECISIONS:
        raise InvalidInput({"decision": _("The decision is delegate, do, delete or refuse.")})
    if not reason.strip():
        raise InvalidInput({"reason": _("Say why, in a sentence that the client will read.")})
    if len(reason.strip()) > 2000:
        raise InvalidInput({"reason": _("At most 2,000 letters.")})
    record(
        task,
        DECISIONS[decision],
        by,
        later_=now() + timedelta(seconds=settings().undo_seconds),
        set_={"ended_at": now(), "alarm_at": None, "alarm": None, "reason": reason.strip()},
    )


def _delegate(task: Task, by: Actor, code: str | None) -> None:
    chosen = code or task.category
    if chosen not in all_categories():
        raise InvalidInput({"category": _("Choose a kind of work.")})
    _queue(task, by, {"chosen_by": "operator", **_guess(task, chosen, task.deadline_at)})


def _queue(task: Task, by: Actor, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        set_committed_value(
            task, name, value
        )  # looked at by what the move needs; written by the move itself
    record(
        task,
        "task.queued",
        by,
        category=columns["category"],
        set_={
            **columns,
            **(
                {}
                if task.waiting_since
                else pauses.alarms("queued", columns["red_line_at"], columns["deadline_at"], None)
            ),
        },
    )
    parameters.add_usual_criterion(task, category(columns["category"]).criterion(task.language), by)


def _guess(task: Task, code: str, deadline: datetime | None) -> dict[str, Any]:
    """Price and dates as far as they are known; where no dead line is given, the usual term of the
    kind of work."""
    usual = after_working(now(), timedelta(hours=category(code).term_hours))
    day = task.deadline_at or deadline or usual
    return {**parameters.priced(task, code, task.quantity), **parameters.dated(task, day)}
