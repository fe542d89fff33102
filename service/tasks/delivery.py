"""Step 7: delivery, with an answer to each criterion."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import Actor
from service.core.errors import InvalidInput, NotReady
from service.core.event_kinds import EventKind
from service.core.time import now, working_days
from service.tasks import bounds, parameters, pauses, verdicts
from service.tasks.changes import NOTHING, TaskChanges
from service.tasks.events import check, record
from service.tasks.task import Task, TaskOwned
from tenants.company import Company
from tenants.isolation import Base, db
from tenants.literals import literal_limit
from tenants.people import Person

SUCCESS = verdicts.SUCCESS


class Delivery(TaskOwned, Base):
    """A delivery: its text, and for each criterion whether it is met: `[{id, met, note}]`."""

    __tablename__ = "delivery"

    text: Mapped[str] = mapped_column(Text)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    @property
    def met_share(self) -> int:
        """Return the share of the criteria that are met, in percent, 100 where there are none."""
        met = [bool(answer["met"]) for answer in self.criteria]
        return round(100 * sum(met) / len(met)) if met else 100


def deliver(task: Task, by: Actor, text: str, criteria: list[dict[str, Any]]) -> Delivery:
    """Deliver with an answer to each criterion. Raises NotReady before a red-line report,
    InvalidInput by field."""
    check(task, EventKind.TASK_DELIVERED, by)
    if not pauses.reported(task):
        raise NotReady(
            _(
                "Send the red line report first: progress, whether you are on schedule, what "
                "help you need."
            )
        )
    delivery = Delivery(
        company_id=task.company_id,
        task_id=task.id,
        by_id=by.person_id,
        text=_checked_text(text),
        criteria=_answers(task, criteria),
    )
    db.session.add(delivery)
    db.session.flush()
    changes = TaskChanges(delivered_at=now(), overdue_at=None, met_share=delivery.met_share)
    record(
        task,
        EventKind.TASK_DELIVERED,
        by,
        set_=changes | pauses.resume(task) | _acceptance_alarms(task),
        delivery=delivery.id,
        met=delivery.met_share,
    )
    return delivery


def last_delivery(task: Task) -> Delivery | None:
    """Return the newest delivery."""
    return db.session.scalar(
        select(Delivery)
        .where(Delivery.task_id == task.id)
        .order_by(Delivery.id.desc())
        .limit(literal_limit(1))
    )


def met_share(task: Task) -> int | None:
    """Return the share of the criteria that the last delivery met, in percent, or None."""
    if task.met_share is not None or task.delivered_at is None:
        return task.met_share
    delivery = last_delivery(task)
    return delivery.met_share if delivery else None


def accepted_by_default_at(task: Task) -> datetime | None:
    """Return when the delivery is accepted by default: the agreed working days after it, and at
    least a day after the notice."""
    if task.alarm == "silence" and task.alarm_at:
        return task.alarm_at
    company = db.session.get(Company, task.company_id)
    person = db.session.get(Person, task.person_id)
    if task.delivered_at is None or company is None or person is None:
        return None
    return working_days(task.delivered_at, company.silence_days, person.tz)


def _acceptance_alarms(task: Task) -> TaskChanges:
    """Return the alarm of a delivered task: a notice a day before it is accepted by default."""
    task.delivered_at = now()
    ends = accepted_by_default_at(task)
    if ends is None:
        return NOTHING
    rings_at = max(ends - timedelta(days=1), now() + timedelta(minutes=1))
    return TaskChanges(alarm_at=rings_at, alarm="silence_notice")


def _checked_text(text: str) -> str:
    if not bounds.DELIVERY.allows(text):
        raise InvalidInput({"text": _("Describe what you deliver, up to 50,000 characters")})
    return text.strip()


def _answers(task: Task, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one answer for each criterion, in their order. Raises InvalidInput where one is
    missing."""
    given = {answer["id"]: answer for answer in answers}
    wanted = parameters.criteria_of(task)
    if any(criterion.id not in given for criterion in wanted) or len(given) != len(wanted):
        raise InvalidInput({"criteria": _("For each criterion, say whether it is met and how")})
    return [
        {
            "id": c.id,
            "text": c.text,
            "met": bool(given[c.id]["met"]),
            "note": str(given[c.id].get("note", ""))[: bounds.CRITERION_NOTE.most],
        }
        for c in wanted
    ]
