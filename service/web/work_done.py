"""What a charge is for: quantity and rate, and the settlement where the price differs."""

from __future__ import annotations

from flask_babel import gettext as _

from service.billing.lists import ChargeRow
from service.core.money import Money
from service.tasks.delivery import SUCCESS
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from service.web.filters.work import amount, each


def work(row: ChargeRow) -> str:
    """Return what was done: "7 posts at €12.00", "40 calls at €3.80, settled at 65 %", "1
    report"."""
    if row.charge.kind == "tip":
        return _("tip")
    if row.task.category is None:
        return ""
    if row.charge.amount == full(row.task):
        return each(row.task)
    if row.task.state == TaskState.CANCELLED and row.task.score is not None:
        return _(
            "%(work)s, cancelled, settled at %(score)s %%",
            work=each(row.task),
            score=row.task.score,
        )
    if row.task.state == TaskState.CANCELLED:
        return _("%(work)s, cancelled in progress", work=each(row.task))
    if row.task.score is not None and row.task.score < SUCCESS:
        return _("%(work)s, settled at %(score)s %%", work=each(row.task), score=row.task.score)
    return _("%(work)s, price agreed", work=amount(row.task.quantity, row.task.category))


def full(task: Task) -> int | None:
    """Return the price by the rate, in minor units."""
    if task.quantity is None or task.unit_price is None:
        return None
    return Money(task.unit_price, task.currency).times(task.quantity).amount
