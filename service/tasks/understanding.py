"""Step 5: the assistant retells the task in their own words; work starts when the client has
confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Boolean, DateTime, Numeric, String, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from service.catalogue.categories import category
from service.core.actor import Actor
from service.core.errors import Conflict, InvalidInput
from service.core.event_kinds import EventKind
from service.core.time import now
from service.tasks import bounds, clarified, limits, parameters, pauses
from service.tasks.changes import TaskChanges
from service.tasks.events import check, record
from service.tasks.task import Task, TaskOwned
from service.tasks.task_state import TaskState
from tenants.isolation import Base, db
from tenants.literals import literal_in, literal_limit


class Retelling(TaskOwned, Base):
    """A retelling: how the assistant understood the task, the price and date shown with it, and
    perhaps another option."""

    __tablename__ = "retelling"

    text: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text, server_default="")
    differences: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default="[]")
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    price: Mapped[int] = mapped_column(BigInteger)
    deadline_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    proposal: Mapped[str | None] = mapped_column(Text)
    proposal_price: Mapped[int | None] = mapped_column(BigInteger)
    proposal_deadline_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    correction: Mapped[str | None] = mapped_column(Text)


class Agreement(TaskOwned, Base):
    """An agreement: which retelling was confirmed, by whom, through which channel, and at which
    price and date."""

    __tablename__ = "agreement"
    refers = {"retelling_id": "retelling"}

    retelling_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(10))
    proposal: Mapped[bool] = mapped_column(Boolean, server_default="false")
    price: Mapped[int] = mapped_column(BigInteger)
    deadline_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Proposal:
    """Another option that the assistant offers, with its price (minor units) and date."""

    text: str
    price: int
    deadline_at: datetime


def retell(
    task: Task,
    by: Actor,
    text: str,
    plan: str = "",
    proposal: Proposal | None = None,
    quantity: Decimal | None = None,
    points: Iterable[tuple[str, str]] = (),
) -> Retelling:
    """Retell the task in the assistant's own words; `points` are words of the client, each with its
    exact version. The task is paused from here until the client answers. Raises InvalidInput."""
    check(task, EventKind.TASK_RETOLD, by)
    _validate(text, plan, proposal, quantity)
    quantity, price = _price_for(task, quantity)
    retelling = Retelling(
        company_id=task.company_id,
        task_id=task.id,
        by_id=by.person_id,
        text=text.strip(),
        plan=plan.strip(),
        differences=clarified.checked(points, task.text),
        deadline_at=task.deadline_at,
        quantity=quantity,
        price=price,
        proposal=proposal.text.strip() if proposal else None,
        proposal_price=proposal.price if proposal else None,
        proposal_deadline_at=proposal.deadline_at if proposal else None,
    )
    db.session.add(retelling)
    db.session.flush()
    record(
        task,
        EventKind.TASK_RETOLD,
        by,
        set_=TaskChanges(quantity=quantity, price=price) | pauses.pause(task, "retelling"),
        retelling=retelling.id,
    )
    return retelling


def confirm(task: Task, by: Actor, retelling_id: int, *, proposal: bool = False) -> Agreement:
    """Confirm exactly the retelling that was seen. Raises Conflict where there is a newer one,
    SpendingLimitExceeded where an owner has to approve."""
    check(task, EventKind.TASK_UNDERSTOOD, by)
    retelling = _seen(task, retelling_id)
    if proposal and retelling.proposal is None:
        raise InvalidInput({"verdict": _("The assistant suggested no other option")})
    price, deadline = _agreed(task, retelling, proposal=proposal)
    limits.check(task, by, price)
    agreement = Agreement(
        company_id=task.company_id,
        task_id=task.id,
        by_id=by.person_id,
        retelling_id=retelling.id,
        channel=by.channel,
        proposal=proposal,
        price=price,
        deadline_at=deadline,
    )
    db.session.add(agreement)
    db.session.flush()
    record(
        task,
        EventKind.TASK_UNDERSTOOD,
        by,
        set_=_terms(task, price, deadline),
        agreement=agreement.id,
        retelling=retelling.id,
        proposal=proposal,
    )
    return agreement


def correct(task: Task, by: Actor, retelling_id: int, note: str) -> None:
    """Say what was understood wrongly; the assistant retells once more. Raises InvalidInput without
    a note."""
    check(task, EventKind.TASK_CORRECTED, by)
    retelling = _seen(task, retelling_id)
    if not note.strip():
        raise InvalidInput({"note": _("Say what is different")})
    if not bounds.CORRECTION.allows(note):
        raise InvalidInput({"note": _("Up to 5,000 characters")})
    retelling.correction = note.strip()
    db.session.flush()
    record(
        task,
        EventKind.TASK_CORRECTED,
        by,
        set_=pauses.on_state(task, TaskState.BRIEFED),
        retelling=retelling.id,
    )


def last_of(task_ids: Iterable[int]) -> dict[int, Retelling]:
    """Return the newest retelling of each of these tasks, in one query; a task is retold a few
    times at most."""
    told = select(Retelling).where(Retelling.task_id.in_(list(task_ids))).order_by(Retelling.id)
    return {one.task_id: one for one in db.session.scalars(told)}


def last_retelling(task: Task) -> Retelling | None:
    """Return the newest retelling."""
    return db.session.scalar(
        select(Retelling)
        .where(Retelling.task_id == task.id)
        .order_by(Retelling.id.desc())
        .limit(literal_limit(1))
    )


def waiting(company_id: int) -> list[tuple[Task, Retelling]]:
    """Return the company's tasks whose retelling waits for an answer, each with its newest one; at
    most fifty."""
    other = aliased(Retelling)
    newest = (
        select(func.max(other.id)).where(other.task_id == Task.id).correlate(Task).scalar_subquery()
    )
    rows = db.session.execute(
        select(Task, Retelling)
        .join(Retelling, Retelling.id == newest)
        .where(literal_in(Task.state, (TaskState.RETOLD,)), Task.company_id == company_id)
        .order_by(Task.id)
        .limit(literal_limit(50))
    )
    return [(task, retelling) for task, retelling in rows]


def agreement_of(task: Task) -> Agreement | None:
    """Return what was agreed last."""
    return db.session.scalar(
        select(Agreement)
        .where(Agreement.task_id == task.id)
        .order_by(Agreement.id.desc())
        .limit(literal_limit(1))
    )


def _seen(task: Task, retelling_id: int) -> Retelling:
    retelling = last_retelling(task)
    if retelling is None or retelling.id != retelling_id:
        raise Conflict(_("There is a newer version. Read it first."), state=task.state)
    return retelling


def _agreed(task: Task, retelling: Retelling, *, proposal: bool) -> tuple[int, datetime]:
    """Return the price (minor units) and the deadline that are agreed now. Raises Conflict where
    that deadline has passed."""
    shown = retelling.proposal_deadline_at if proposal else task.deadline_at
    deadline = pauses.shifted_by_pause(task, shown or retelling.deadline_at)
    if deadline <= now():
        raise Conflict(_("The deadline has passed. Set a later one first."), state=task.state)
    return (retelling.proposal_price or 0) if proposal else retelling.price, deadline


def _terms(task: Task, price: int, deadline: datetime) -> TaskChanges:
    """Return the terms from now on: the red line is at half of the term, or of what is left of
    it."""
    dates = TaskChanges(deadline_at=deadline, red_line_at=pauses.red_line_for(task, deadline))
    agreed = TaskChanges(price=price, understood_at=now(), overdue_at=None)
    return agreed | pauses.on_state(task, TaskState.WORKING, dates)


def _price_for(task: Task, quantity: Decimal | None) -> tuple[Decimal | None, int | None]:
    if quantity is None or task.category is None:
        return task.quantity, task.price
    kept = quantity.quantize(parameters.MIN_QUANTITY)
    return kept, category(task.category).price(kept, task.currency)


def _validate(text: str, plan: str, proposal: Proposal | None, quantity: Decimal | None) -> None:
    errors = {}
    if not bounds.RETELLING.allows(text):
        errors["text"] = _("Retell the task in at least one sentence, up to 10,000 characters")
    if not bounds.PLAN.allows(plan):
        errors["plan"] = _("Plan: up to 10,000 characters")
    if quantity is not None and not parameters.MIN_QUANTITY <= quantity <= parameters.MAX_QUANTITY:
        errors["quantity"] = _("Enter a quantity above 0, up to 100,000")
    if proposal and not proposal.text.strip():
        errors["proposal.text"] = _("Describe the other option")
    if proposal and len(proposal.text.strip()) > bounds.PROPOSAL.most:
        errors["proposal.text"] = _("Up to 5,000 characters")
    if proposal and not 0 <= proposal.price <= parameters.MAX_AMOUNT:
        errors["proposal.price"] = _("Enter an amount of 0 or more")
    if proposal and proposal.deadline_at <= now():
        errors["proposal.deadline_at"] = _("The deadline is in the past. Choose a later one.")
    if proposal and proposal.deadline_at > now() + parameters.MAX_AHEAD:
        errors["proposal.deadline_at"] = _(
            "The deadline is more than two years away. Choose an earlier one."
        )
    if errors:
        raise InvalidInput(errors)
