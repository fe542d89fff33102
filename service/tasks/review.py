"""Step 8: the review and praise; people work for praise, too."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import THE_SYSTEM, Actor
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.tasks import bounds
from service.tasks.changes import NO_ALARM
from service.tasks.events import check, record
from service.tasks.parameters import MAX_AMOUNT
from service.tasks.task import Task, TaskOwned
from tenants.isolation import Base, db
from tenants.literals import literal_limit


class Praise(TaskOwned, Base):
    """Thanks to the assistant, and a tip in minor units."""

    __tablename__ = "praise"

    text: Mapped[str] = mapped_column(Text)
    tip: Mapped[int | None] = mapped_column(BigInteger)


def praise(task: Task, by: Actor, text: str, tip: int | None = None) -> Praise:
    """Thank the assistant; this closes the task. Raises InvalidInput."""
    check(task, EventKind.TASK_PRAISED, by)
    if not bounds.PRAISE.allows(text):
        raise InvalidInput({"text": _("Enter 1 to 2,000 characters")})
    if tip is not None and not 0 <= tip <= MAX_AMOUNT:
        raise InvalidInput({"tip": _("Enter an amount of 0 or more")})
    thanks = Praise(
        company_id=task.company_id, task_id=task.id, by_id=by.person_id, text=text.strip(), tip=tip
    )
    db.session.add(thanks)
    db.session.flush()
    record(task, EventKind.TASK_PRAISED, by, set_=NO_ALARM, praise=thanks.id)
    return thanks


def praises_of(task: Task) -> list[Praise]:
    """Return the thanks for this task, at most 50."""
    return list(
        db.session.scalars(
            select(Praise)
            .where(Praise.task_id == task.id)
            .order_by(Praise.id)
            .limit(literal_limit(50))
        )
    )


def thanked(task_ids: Iterable[int]) -> dict[int, Praise]:
    """Return the newest thanks for each of these tasks, in one query."""
    said = select(Praise).where(Praise.task_id.in_(list(task_ids))).order_by(Praise.id)
    return {one.task_id: one for one in db.session.scalars(said)}


def close(task: Task) -> None:
    """Close an accepted task that nobody reviewed in time."""
    record(task, EventKind.TASK_CLOSED, THE_SYSTEM, set_=NO_ALARM)
