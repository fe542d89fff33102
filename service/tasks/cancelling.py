"""Cancelling: the client may stop a task at any time, and pays for what was done by then.

Where a delivery was sent back, disputed or met less than 80 % of the criteria, an operator decides
how much that is.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from service.core.actor import Actor
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.core.time import now
from service.tasks import acceptance, bounds, delivery, pauses, red_line
from service.tasks.changes import NO_ALARM, TaskChanges
from service.tasks.events import check, record
from service.tasks.task import Task
from service.tasks.task_state import TaskState


def undecided(task: Task) -> int:
    """Return the agreed price (minor units) of which an operator decides a share if the task is
    stopped now.

    0 where the price is known, because no delivery is in doubt.
    """
    return acceptance.agreed_price(task) if _doubted(task) else 0


def _doubted(task: Task) -> bool:
    if task.state == TaskState.DELIVERED:
        return bool(task.disputed_at) or (delivery.met_share(task) or 0) < delivery.SUCCESS
    return task.met_share is not None  # delivered once, and sent back since


def price_now(task: Task) -> int:
    """Return what stopping costs now, in minor units: nothing before the agreement, then the
    reported share of the price; 0 for the time being where an operator decides."""
    if _doubted(task):
        return 0
    if task.state == TaskState.DELIVERED:
        return task.price or 0
    if task.state != TaskState.WORKING:
        return 0
    said = red_line.last_report(task)
    return acceptance.share_of(task.price or 0, said.progress if said else 0, task.currency)


def cancel(task: Task, by: Actor, reason: str = "") -> int:
    """Stop the task; return what is charged for what was done, in minor units. Raises
    InvalidInput."""
    check(task, EventKind.TASK_CANCELLED, by)
    if not bounds.CANCEL_REASON.allows(reason):
        raise InvalidInput({"reason": _("Up to 2,000 characters")})
    due, agreed = price_now(task), undecided(task)
    changes = TaskChanges(
        price=due,
        reason=reason.strip(),
        ended_at=now(),
        disputed_at=None,
        waiting_for="operator" if agreed else None,
    )
    facts: dict[str, Any] = {"agreed": agreed} if agreed else {}
    record(
        task,
        EventKind.TASK_CANCELLED,
        by,
        set_=pauses.resume(task) | changes | NO_ALARM,
        price=due,
        **facts,
    )
    return due
