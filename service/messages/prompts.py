"""Asks: what was asked of somebody in a message, and with which letters they may answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, String, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.tasks.task import OfTask, Task
from tenants.isolation import Base, db
from tenants.membership import companies_of

# The letters of a yes and a no, of acceptance, and of options, in both languages; by hand a Russian
# keyboard gives letters that only look alike, so both are understood.
YES = ("y", "yes", "ok", "okay", "д", "да", "ок")
NO = ("n", "no", "н", "нет")
OPTIONS = {"en": "ABCDE", "ru": "АБВГД"}


class Ask(OfTask, Base):
    """What one person was asked on a task: about a retelling, a question or a delivery (`kind`,
    `subject_id`)."""

    __tablename__ = "ask"

    person_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(10))
    letters: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("ix_ask_open", Ask.person_id, Ask.id, postgresql_where=Ask.closed_at.is_(None))


# What asks for the word on a delivery: 1 or 2, what is missing, and once more where under 80 % was
# met.
JUDGING = ("delivery", "rework", "accept")
# What a new ask of a kind takes the place of. A question takes no place: several may be open at
# once.
REPLACES = {
    "retelling": ("retelling", "correction"),
    "correction": ("correction",),
    "delivery": JUDGING,
    "rework": ("rework", "accept"),
    "accept": ("rework", "accept"),
    "question": (),
}


def open_ask(
    task: Task, person_id: int, kind: str, subject_id: int, channel: str, letters: list[str]
) -> Ask:
    """Note what is asked; it takes the place of older asks about the same, and stands beside what
    another was asked of the very same."""
    if REPLACES[kind]:
        db.session.execute(
            update(Ask)
            .where(
                Ask.task_id == task.id,
                Ask.closed_at.is_(None),
                Ask.kind.in_(REPLACES[kind]),
                or_(Ask.subject_id != subject_id, Ask.person_id == person_id),
            )
            .values(closed_at=func.now())
        )
    ask = Ask(
        company_id=task.company_id,
        task_id=task.id,
        person_id=person_id,
        kind=kind,
        subject_id=subject_id,
        channel=channel,
        letters=letters,
    )
    db.session.add(ask)
    db.session.flush()
    return ask


def was_asked(person_id: int, kind: str, task_id: int, subject_id: int) -> bool:
    """Whether this person was asked about the very same already, answered or not."""
    return (
        db.session.scalar(
            select(Ask.id)
            .where(
                Ask.task_id == task_id,
                Ask.person_id == person_id,
                Ask.kind == kind,
                Ask.subject_id == subject_id,
            )
            .limit(1)
        )
        is not None
    )


def close_asks(task_id: int, *kinds: str, subject_id: int | None = None) -> None:
    """What was asked on this task has been answered, in whatever way: these kinds of ask, all where
    none is named."""
    done = update(Ask).where(Ask.task_id == task_id, Ask.closed_at.is_(None))
    if kinds:
        done = done.where(Ask.kind.in_(kinds))
    if subject_id is not None:
        done = done.where(Ask.subject_id == subject_id)
    db.session.execute(done.values(closed_at=func.now()))


def open_of(person_id: int, channel: str | None = None) -> list[tuple[Ask, Task]]:
    """What this person was asked and has not answered, newest first, with the tasks; in companies
    they belong to."""
    wanted = (
        select(Ask, Task)
        .join(Task, Task.id == Ask.task_id)
        .where(
            Ask.person_id == person_id,
            Ask.closed_at.is_(None),
            Ask.company_id.in_(companies_of(person_id)),
        )
    )
    if channel:
        wanted = wanted.where(Ask.channel == channel)
    return [
        (ask, task) for ask, task in db.session.execute(wanted.order_by(Ask.id.desc()).limit(20))
    ]
