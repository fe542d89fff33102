"""Step 7: the verdict on a delivery; 80 % and more is success.

A score is stored only where a person gave one, and below 80 % nothing is charged without a person's
verdict: such a delivery is not accepted by default, and an operator sets the price of a task that
is stopped over a delivery in doubt.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Integer, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import THE_SYSTEM, Actor
from service.core.config import settings
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.core.money import Money
from service.core.time import now
from service.tasks import bounds, delivery, pauses, understanding, verdicts
from service.tasks.changes import NO_ALARM, TaskChanges
from service.tasks.events import check, record
from service.tasks.task import Task, TaskOwned
from service.tasks.task_state import TaskState
from tenants.isolation import Base, db
from tenants.literals import literal_limit


class Acceptance(TaskOwned, Base):
    """The verdict on a delivery: what follows, and the score in percent where a person gave one.

    `then` is None where it was accepted, else rework, settle, dispute or cancel (of a stopped
    task).
    """

    __tablename__ = "acceptance"
    refers = {"delivery_id": "delivery"}

    delivery_id: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int | None] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text, server_default="")
    then: Mapped[str | None] = mapped_column(String(10))
    by_kind: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))


def accept(
    task: Task, by: Actor, score: int | None = None, comment: str = "", then: str | None = None
) -> Acceptance:
    """Record the verdict on a delivery: accept it, or `then` rework, settle or dispute.

    The score (0 to 100) is optional, but required to settle; below 80 it needs `then`. Raises
    InvalidInput.
    """
    kind = verdicts.kind_for(score, then)
    check(task, kind, by)
    return _judge(task, by, kind, score, comment, then)


def resolve(task: Task, by: Actor, outcome: str, reason: str, score: int | None = None) -> None:
    """Decide a task that waits for an operator: a delivery in doubt, or the price of a stopped
    task.

    To settle pays the score's share (0 to 100) of the agreed price. Raises InvalidInput, NotReady.
    """
    check(task, EventKind.TASK_RESOLVED, by)
    verdicts.check_resolution(outcome, reason, score, stopped=task.state == TaskState.CANCELLED)
    if task.state == TaskState.CANCELLED:
        return _price_stopped(task, by, outcome, reason, score)
    decided = TaskChanges(disputed_at=None, waiting_for=None)
    record(task, EventKind.TASK_RESOLVED, by, set_=decided, outcome=outcome)
    _carry_out(task, by, outcome, reason.strip(), score)
    return None


def _carry_out(task: Task, by: Actor, outcome: str, reason: str, score: int | None) -> None:
    if outcome == "cancel":
        stopped = TaskChanges(price=0, ended_at=now(), reason=reason) | NO_ALARM
        record(task, EventKind.TASK_CANCELLED, by, price=0, set_=pauses.resume(task) | stopped)
    elif outcome == "accept":
        _judge(task, by, EventKind.TASK_ACCEPTED, score, reason)
    else:
        _judge(task, by, verdicts.KINDS[outcome], score, reason, outcome)


def _price_stopped(task: Task, by: Actor, outcome: str, reason: str, score: int | None) -> None:
    """Set the price of a stopped task, between nothing and the price agreed last."""
    figure = score if outcome == "settle" else None
    price = share_of(agreed_price(task), figure or 0, task.currency)
    said = _acceptance(task, by, figure, reason, outcome)
    record(
        task,
        EventKind.TASK_RESOLVED,
        by,
        set_=TaskChanges(waiting_for=None, score=figure, price=price),
        outcome=outcome,
        acceptance=said.id,
        score=figure,
        price=price,
    )


def agreed_price(task: Task) -> int:
    """Return the price that was agreed last, in minor units; 0 where nothing was agreed."""
    agreement = understanding.agreement_of(task)
    return agreement.price if agreement else 0


def last_acceptance(task: Task) -> Acceptance | None:
    """Return the newest verdict on a delivery."""
    return db.session.scalar(
        select(Acceptance)
        .where(Acceptance.task_id == task.id)
        .order_by(Acceptance.id.desc())
        .limit(literal_limit(1))
    )


def share_of(price: int, percent: int, currency: str) -> int:
    """Return `percent` percent of a price, in minor units, rounded half up."""
    return Money(price, currency).share(percent).amount


def on_acceptance_notice(task: Task) -> None:
    """Remind the client once more, a day before the delivery is accepted by default."""
    ends = max(delivery.accepted_by_default_at(task) or now(), now() + timedelta(days=1))
    changes = TaskChanges(alarm_at=ends, alarm="silence")
    record(task, EventKind.TASK_ACCEPTANCE_NOTICE, THE_SYSTEM, set_=changes)


def accept_by_default(task: Task) -> None:
    """End the agreed period of silence: accept from 80 % of the criteria on, send it to an operator
    below."""
    last = _delivered(task)
    if last.met_share >= verdicts.SUCCESS:
        _judge(task, THE_SYSTEM, EventKind.TASK_ACCEPTED, None, "", silent=True)
    else:
        record(
            task,
            EventKind.TASK_SILENCE_ENDED,
            THE_SYSTEM,
            met=last.met_share,
            set_=TaskChanges(waiting_for="operator") | NO_ALARM,
        )


def _acceptance(
    task: Task, by: Actor, score: int | None, comment: str, then: str | None
) -> Acceptance:
    said = Acceptance(
        company_id=task.company_id,
        task_id=task.id,
        delivery_id=_delivered(task).id,
        score=score,
        comment=_comment(comment),
        then=then,
        by_id=by.person_id,
        by_kind=by.kind,
        channel=by.channel,
    )
    db.session.add(said)
    db.session.flush()
    return said


def _judge(
    task: Task,
    by: Actor,
    kind: EventKind,
    score: int | None,
    comment: str,
    then: str | None = None,
    **facts: Any,
) -> Acceptance:
    said = _acceptance(task, by, score, comment, then)
    record(
        task,
        kind,
        by,
        set_=_changes(task, kind, score),
        acceptance=said.id,
        score=score,
        met=_delivered(task).met_share,
        **facts,
    )
    return said


def _changes(task: Task, kind: EventKind, score: int | None) -> TaskChanges:
    """Return what the verdict changes in the task; a settlement pays the score's share of the
    price."""
    answered = TaskChanges(waiting_for=None)
    if kind == EventKind.TASK_DISPUTED:
        return answered | TaskChanges(disputed_at=now()) | NO_ALARM
    if kind == EventKind.TASK_REWORKED:
        return answered | TaskChanges(delivered_at=None) | _rework_dates(task)
    price = (
        share_of(task.price or 0, score or 0, task.currency)
        if kind == EventKind.TASK_SETTLED
        else task.price
    )
    closes = now() + timedelta(days=settings().closes_after_days)
    ended = TaskChanges(alarm_at=closes, alarm="close", score=score, price=price, ended_at=now())
    return answered | pauses.resume(task) | ended


def _rework_dates(task: Task) -> TaskChanges:
    """Give rework at least 24 hours where the deadline has passed or is near."""
    soonest = now() + timedelta(days=1)
    deadline = max(task.deadline_at or soonest, soonest)
    return pauses.on_state(task, TaskState.WORKING, TaskChanges(deadline_at=deadline))


def _comment(comment: str) -> str:
    if not bounds.COMMENT.allows(comment):
        raise InvalidInput({"comment": _("Up to 5,000 characters")})
    return comment.strip()


def _delivered(task: Task) -> delivery.Delivery:
    last = delivery.last_delivery(task)
    assert last is not None  # deliver() writes it in one transaction with the task's state
    return last
