"""Step 7: delivery against the criteria, and acceptance with a score; 80 % and more is success."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Integer, String, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.actor import THE_SYSTEM, Actor
from service.config import settings
from service.errors import BadInput, NotReady
from service.now import now, working_days
from service.tasks import clock, parameters
from service.tasks.events import check, record
from service.tasks.task import OfTask, Task
from tenants.company import Company
from tenants.people import Person
from tenants.rows import bound
from tenants.wall import Base, db

SUCCESS = 80


class Delivery(OfTask, Base):
    """What was delivered, and for each criterion whether it is met: `[{id, met, note}]`."""

    __tablename__ = "delivery"

    text: Mapped[str] = mapped_column(Text)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    @property
    def met_share(self) -> int:
        """The share of the criteria that are met, in percent, 100 where there are none."""
        met = [bool(answer["met"]) for answer in self.criteria]
        return round(100 * sum(met) / len(met)) if met else 100


class Acceptance(OfTask, Base):
    """The word on a delivery: the score in percent and, below 80, what follows from it."""

    __tablename__ = "acceptance"
    refers = {"delivery_id": "delivery"}

    delivery_id: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text, server_default="")
    then: Mapped[str | None] = mapped_column(String(10))
    by_kind: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))


def deliver(task: Task, by: Actor, text: str, criteria: list[dict[str, Any]]) -> Delivery:
    """Deliver with an answer to each criterion. Raises NotReady before a red-line report, BadInput by field."""
    check(task, "task.delivered", by)
    if not clock.reported(task):
        raise NotReady(_("Report at the red line first: progress, whether the date holds, what help is needed."))
    delivery = Delivery(company_id=task.company_id, task_id=task.id, by_id=by.person_id, text=_said(text),
                        criteria=_answers(task, criteria))
    db.session.add(delivery)
    db.session.flush()
    record(task, "task.delivered", by, set_={"delivered_at": now(), "overdue_at": None, **clock.ended_wait(task), **_silence(task)},
           delivery=delivery.id, met=delivery.met_share)
    return delivery


def accept(task: Task, by: Actor, score: int | None = None, comment: str = "", then: str | None = None) -> Acceptance:
    """Score the delivery. 80 and more is accepted; below, `then` says rework, settle or dispute. Raises BadInput."""
    kind = _kind_for(score, then)
    check(task, kind, by)
    delivery = last_delivery(task)
    assert delivery is not None  # a task in the state "delivered" has one: deliver() writes both in one transaction
    said = Acceptance(company_id=task.company_id, task_id=task.id, by_id=by.person_id, delivery_id=delivery.id,
                      score=delivery.met_share if score is None else score, comment=_comment(comment), then=then,
                      by_kind=by.kind, channel=by.channel)
    db.session.add(said)
    db.session.flush()
    record(task, kind, by, set_=_columns(task, kind, said.score), acceptance=said.id, score=said.score)
    return said


def resolve(task: Task, by: Actor, outcome: str, reason: str, score: int | None = None) -> None:
    """An operator's word on a dispute: rework, settle, accept or cancel. Raises BadInput."""
    check(task, "task.resolved", by)
    if task.disputed_at is None:
        raise NotReady(_("This delivery is not disputed."))
    if outcome not in ("rework", "settle", "accept", "cancel") or not reason.strip():
        raise BadInput({"outcome": _("The outcome is rework, settle, accept or cancel, with a reason.")})
    if len(reason.strip()) > 2000:
        raise BadInput({"reason": _("At most 2,000 letters.")})
    if outcome == "settle" and (score is None or not 0 <= score < 100):
        raise BadInput({"score": _("Settling needs a score between 0 and 99.")})
    record(task, "task.resolved", by, set_={"disputed_at": None}, outcome=outcome)
    _carry_out(task, by, outcome, reason.strip(), score)


def _carry_out(task: Task, by: Actor, outcome: str, reason: str, score: int | None) -> None:
    if outcome == "cancel":
        record(task, "task.cancelled", by, price=0, set_={
            **clock.ended_wait(task), "price": 0, "ended_at": now(), "alarm_at": None, "alarm": None, "reason": reason})
    elif outcome == "rework":
        accept(task, by, score if score is not None and score < SUCCESS else SUCCESS - 1, reason, "rework")
    elif outcome == "settle":
        accept(task, by, score, reason, "settle")
    else:
        accept(task, by, max(score or 0, SUCCESS), reason)


def last_delivery(task: Task) -> Delivery | None:
    """The newest delivery."""
    return db.session.scalar(select(Delivery).where(Delivery.task_id == task.id).order_by(Delivery.id.desc()).limit(bound(1)))


def last_acceptance(task: Task) -> Acceptance | None:
    """The newest word on a delivery."""
    return db.session.scalar(select(Acceptance).where(Acceptance.task_id == task.id)
                             .order_by(Acceptance.id.desc()).limit(bound(1)))


def share_of(price: int, percent: int) -> int:
    """So many percent of a price, in whole minor units, half rounded up."""
    return (price * percent + 50) // 100


def silence_ends(task: Task) -> datetime | None:
    """When the delivery counts as accepted without a word: the agreed working days after it, and a day after the notice at least."""
    if task.alarm == "silence" and task.alarm_at:
        return task.alarm_at
    company = db.session.get(Company, task.company_id)
    person = db.session.get(Person, task.person_id)
    if task.delivered_at is None or company is None or person is None:
        return None
    return working_days(task.delivered_at, company.silence_days, person.tz)


def silence_notice(task: Task) -> None:
    """A day before the silence counts as yes the client is told so once more."""
    ends = max(silence_ends(task) or now(), now() + timedelta(days=1))
    record(task, "task.acceptance_notice", THE_SYSTEM, set_={"alarm_at": ends, "alarm": "silence"})


def silence(task: Task) -> None:
    """The agreed silence is over: accepted, with the share of the criteria that were met as the score."""
    delivery = last_delivery(task)
    assert delivery is not None  # see accept()
    said = Acceptance(company_id=task.company_id, task_id=task.id, by_id=None, delivery_id=delivery.id,
                      score=delivery.met_share, by_kind="system", channel="web", comment="")
    db.session.add(said)
    db.session.flush()
    record(task, "task.accepted", THE_SYSTEM, set_=_columns(task, "task.accepted", said.score),
           acceptance=said.id, score=said.score, silent=True)


def _kind_for(score: int | None, then: str | None) -> str:
    if score is not None and not 0 <= score <= 100:
        raise BadInput({"score": _("The score is between 0 and 100.")})
    if then and (score is None or score >= SUCCESS):
        raise BadInput({"score": _("80 % and more is accepted. Give a score below 80, or choose that nothing follows.")})
    if score is None or score >= SUCCESS:
        return "task.accepted"
    kinds = {"rework": "task.reworked", "settle": "task.settled", "dispute": "task.disputed"}
    if then not in kinds:
        raise BadInput({"then": _("Say what follows a score below 80: rework, settle or dispute.")})
    return kinds[then]


def _columns(task: Task, kind: str, score: int) -> dict[str, Any]:
    """What the word changes in the task; a settlement pays the score's share of the price."""
    quiet = {"alarm_at": None, "alarm": None}
    if kind == "task.disputed":
        return {**quiet, "disputed_at": now()}
    if kind == "task.reworked":
        return {"delivered_at": None, **_rework_dates(task)}
    price = task.price if kind == "task.accepted" else share_of(task.price or 0, score)
    closes = now() + timedelta(days=settings().closes_after_days)
    return {**clock.ended_wait(task), "alarm_at": closes, "alarm": "close", "score": score, "price": price, "ended_at": now()}


def _rework_dates(task: Task) -> dict[str, Any]:
    """Rework gets at least a working day where the dead line has passed or is near."""
    soonest = now() + timedelta(days=1)
    deadline = max(task.deadline_at or soonest, soonest)
    return {**clock.moving_to(task, "working", deadline_at=deadline)}


def _silence(task: Task) -> dict[str, Any]:
    """The alarms of a delivered task: a notice a day before the silence ends."""
    task.delivered_at = now()
    ends = silence_ends(task)
    if ends is None:
        return {}
    return {"alarm_at": max(ends - timedelta(days=1), now() + timedelta(minutes=1)), "alarm": "silence_notice"}


def _said(text: str) -> str:
    if not 3 <= len(text.strip()) <= 50_000:
        raise BadInput({"text": _("Say what you deliver, in at most 50,000 letters.")})
    return text.strip()


def _comment(comment: str) -> str:
    if len(comment) > 5000:
        raise BadInput({"comment": _("At most 5,000 letters.")})
    return comment.strip()


def _answers(task: Task, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One answer for each criterion, in their order. Raises BadInput where one is missing."""
    given = {answer["id"]: answer for answer in answers}
    wanted = parameters.criteria_of(task)
    if any(criterion.id not in given for criterion in wanted) or len(given) != len(wanted):
        raise BadInput({"criteria": _("Answer each criterion: is it met, and how.")})
    return [{"id": c.id, "text": c.text, "met": bool(given[c.id]["met"]), "note": str(given[c.id].get("note", ""))[:1000]}
            for c in wanted]
