"""Cancelling: the client may stop a task at any time, and pays for what was done by then."""

from __future__ import annotations

from flask_babel import gettext as _

from service.actor import Actor
from service.errors import BadInput
from service.now import now
from service.tasks import clock, dead_line, red_line
from service.tasks.events import check, record
from service.tasks.task import Task


def price_now(task: Task) -> int:
    """What cancelling costs at this moment: nothing before the agreement, then the reported share of the price."""
    if task.state == "delivered":
        return task.price or 0
    if task.state != "working":
        return 0
    said = red_line.last_report(task)
    return dead_line.share_of(task.price or 0, said.progress if said else 0)


def cancel(task: Task, by: Actor, reason: str = "") -> int:
    """Stop the task; gives what is charged for what was done, in minor units. Raises BadInput."""
    check(task, "task.cancelled", by)
    if len(reason) > 2000:
        raise BadInput({"reason": _("At most 2,000 letters.")})
    due = price_now(task)
    record(task, "task.cancelled", by, price=due, set_={
        **clock.ended_wait(task), "price": due, "reason": reason.strip(), "ended_at": now(), "alarm_at": None, "alarm": None})
    return due
