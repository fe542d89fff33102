"""Step 2: the parameters, by SMART: outcome, acceptance criteria, quantity, price, dates. The
client may change them until the red line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Integer, String, delete, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.catalogue.categories import all_categories, category
from service.core.actor import CLIENT, Actor
from service.core.errors import Conflict, InvalidInput
from service.core.event_kinds import EventKind
from service.core.time import now
from service.tasks import bounds, pauses
from service.tasks.changes import TaskChanges
from service.tasks.events import RecordedEvent, check, record
from service.tasks.task import Task, TaskOwned
from service.tasks.task_state import TaskState
from tenants.isolation import Base, db
from tenants.literals import literal_limit

MAX_CRITERIA = 20
MAX_QUANTITY = Decimal(100_000)
MAX_AMOUNT = 100_000_000
MIN_QUANTITY = Decimal("0.01")
# A deadline further away than this is taken for a typing error.
MAX_AHEAD = timedelta(days=730)
# From the retelling on the price is part of what the client confirms.
AGREED = ("retold", "working")


class Criterion(TaskOwned, Base):
    """One condition that has to be met for the work to be well done."""

    __tablename__ = "criterion"

    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(500))


@dataclass
class Parameters:
    """The parameters that may change; None leaves one as it is. Money in minor units."""

    outcome: str | None = None
    criteria: list[str] | None = None
    deadline_at: datetime | None = None
    deadline_fixed: bool | None = None
    budget: int | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    category: str | None = None
    priority: str | None = None
    errors: dict[str, str] = field(default_factory=dict)


def criteria_of(task: Task) -> list[Criterion]:
    """Return the task's criteria in their order."""
    return list(
        db.session.scalars(
            select(Criterion)
            .where(Criterion.task_id == task.id)
            .order_by(Criterion.position)
            .limit(literal_limit(MAX_CRITERIA))
        )
    )


def change(task: Task, by: Actor, wanted: Parameters) -> RecordedEvent:
    """Change the parameters. Raises InvalidInput by field, Conflict for a client after the red
    line."""
    check(task, EventKind.TASK_CHANGED, by)
    if (
        by.kind == CLIENT
        and task.state == TaskState.WORKING
        and task.red_line_at
        and task.red_line_at <= now()
    ):
        raise Conflict(
            _(
                "The red line has passed, so a change needs a new agreement on price and time. "
                "Write to the assistant."
            )
        )
    validate(wanted)
    if task.state in AGREED and (wanted.quantity is not None or wanted.category is not None):
        raise Conflict(
            _(
                "Quantity and category are part of what was agreed. Write to the assistant, who "
                "will retell the task."
            ),
            state=task.state,
        )
    changes = changes_for(task, wanted)
    if wanted.criteria is not None:
        set_criteria(task, wanted.criteria, by)
    changed = sorted(
        set(changes.columns())
        & {"outcome", "deadline_at", "budget", "quantity", "category", "price", "priority"}
    )
    return record(
        task,
        EventKind.TASK_CHANGED,
        by,
        set_=changes,
        changed=[*changed, *(["criteria"] if wanted.criteria is not None else [])],
        **_before(task, wanted),
    )


def _before(task: Task, wanted: Parameters) -> dict[str, Any]:
    """Return date and priority as they were, where one of them changes: the event stores them, so
    that the change can be undone."""
    date = task.deadline_at.isoformat() if task.deadline_at else None
    return {
        **({"was_deadline_at": date} if wanted.deadline_at is not None else {}),
        **({"was_priority": task.priority} if wanted.priority is not None else {}),
    }


def validate(wanted: Parameters) -> None:
    """Raise InvalidInput with a sentence for each wrong field."""
    errors = dict(wanted.errors)
    if wanted.deadline_at is not None and wanted.deadline_at <= now():
        errors["deadline_at"] = _("The deadline is in the past. Choose a later one.")
    if wanted.deadline_at is not None and wanted.deadline_at > now() + MAX_AHEAD:
        errors["deadline_at"] = _(
            "The deadline is more than two years away. Choose an earlier one."
        )
    if wanted.outcome is not None and not bounds.OUTCOME.allows(wanted.outcome):
        errors["outcome"] = _("Up to 5,000 characters")
    if wanted.budget is not None and not 0 <= wanted.budget <= MAX_AMOUNT:
        errors["budget"] = _("Enter an amount of 0 or more")
    if wanted.quantity is not None and not MIN_QUANTITY <= wanted.quantity <= MAX_QUANTITY:
        errors["quantity"] = _("Enter a quantity above 0, up to 100,000")
    if wanted.category is not None and wanted.category not in all_categories():
        errors["category"] = _("No such category")
    if wanted.priority is not None and wanted.priority not in ("low", "ordinary", "urgent"):
        errors["priority"] = _("Use low, ordinary or urgent")
    if wanted.criteria is not None:
        errors.update(_wrong_criteria(wanted.criteria))
    if errors:
        raise InvalidInput(errors)


def _wrong_criteria(criteria: list[str]) -> dict[str, str]:
    if not criteria or len(criteria) > MAX_CRITERIA:
        return {"criteria": _("Enter 1 to 20 criteria")}
    if not all(bounds.CRITERION.allows(text) for text in criteria):
        return {"criteria": _("Each criterion: 1 to 500 characters")}
    return {}


def changes_for(task: Task, wanted: Parameters) -> TaskChanges:
    """Return what these parameters change in the task; the price follows from category and quantity
    until it is agreed."""
    given = {
        name: value
        for name in ("outcome", "budget", "deadline_fixed", "priority")
        if (value := getattr(wanted, name)) is not None
    }
    changes = TaskChanges(**given)
    if wanted.category or wanted.quantity is not None:
        code, quantity = wanted.category or task.category, rounded(wanted.quantity)
        changes |= priced(task, code, quantity or task.quantity)
    if wanted.deadline_at is not None:
        changes |= dated(task, wanted.deadline_at)
    return changes


def rounded(quantity: Decimal | None) -> Decimal | None:
    """Return a quantity with two decimals, as it is stored, so that the price matches the stored
    quantity."""
    return None if quantity is None else quantity.quantize(MIN_QUANTITY)


def priced(task: Task, code: str | None, quantity: Decimal | None) -> TaskChanges:
    """Return category, unit, quantity and price of a task, by the rate in the company's
    currency."""
    if code is None:
        return TaskChanges(quantity=quantity)
    kind = category(code)
    other_kind = code != task.category and task.category
    amount = kind.quantity if quantity is None or other_kind else quantity
    return TaskChanges(
        category=code,
        unit=kind.unit(task.language),
        quantity=amount,
        unit_price=kind.rate(task.currency),
        price=kind.price(amount, task.currency),
    )


def dated(task: Task, deadline: datetime) -> TaskChanges:
    """Return deadline, red line and the next alarm for a new deadline."""
    red_line = pauses.red_line_for(task, deadline)
    dates = TaskChanges(deadline_at=deadline, red_line_at=red_line, overdue_at=None)
    if task.waiting_since:
        return dates | pauses.restart_pause(task)
    return dates | pauses.alarms(task.state, red_line, deadline, None)


def set_criteria(task: Task, criteria: list[str], by: Actor) -> None:
    """Replace the task's criteria."""
    db.session.execute(delete(Criterion).where(Criterion.task_id == task.id))
    add_criteria(task, criteria, by)


def add_criteria(task: Task, criteria: list[str], by: Actor) -> None:
    """Give a task its first criteria."""
    db.session.add_all(
        Criterion(
            company_id=task.company_id,
            task_id=task.id,
            by_id=by.person_id,
            position=place,
            text=text.strip(),
        )
        for place, text in enumerate(criteria, 1)
    )
    db.session.flush()


def add_usual_criterion(task: Task, criterion: str, by: Actor) -> None:
    """Give a task this criterion where it has none."""
    db.session.execute(
        USUAL, {"company": task.company_id, "task": task.id, "by": by.person_id, "text": criterion}
    )


USUAL = sql(
    "insert into criterion (company_id, task_id, by_id, position, text) select :company, :task,"
    " cast(:by as bigint), 1, :text where not exists (select from criterion where task_id = :task)"
)
