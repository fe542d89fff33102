"""Asks: what was asked of somebody in a message, and with which letters they may answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, String, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.messages import wording
from service.tasks.task import Task, TaskOwned
from tenants.isolation import Base, db
from tenants.membership import companies_of

# A yes and a no of every language are understood from everybody: a Russian keyboard gives letters
# that only look like Latin ones.
_LETTERS = [wording.language(code).letters for code in wording.languages()]
YES = tuple(word for letters in _LETTERS for word in letters.yes_words)
NO = tuple(word for letters in _LETTERS for word in letters.no_words)


class Prompt(TaskOwned, Base):
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


Index("ix_ask_open", Prompt.person_id, Prompt.id, postgresql_where=Prompt.closed_at.is_(None))


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


def open_prompt(
    task: Task, person_id: int, kind: str, subject_id: int, channel: str, letters: list[str]
) -> Prompt:
    """Note what is asked; it takes the place of older asks about the same, and stands beside what
    another was asked of the very same."""
    if REPLACES[kind]:
        db.session.execute(
            update(Prompt)
            .where(
                Prompt.task_id == task.id,
                Prompt.closed_at.is_(None),
                Prompt.kind.in_(REPLACES[kind]),
                or_(Prompt.subject_id != subject_id, Prompt.person_id == person_id),
            )
            .values(closed_at=func.now())
        )
    ask = Prompt(
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


def was_prompted(person_id: int, kind: str, task_id: int, subject_id: int) -> bool:
    """Whether this person was asked about the very same already, answered or not."""
    return (
        db.session.scalar(
            select(Prompt.id)
            .where(
                Prompt.task_id == task_id,
                Prompt.person_id == person_id,
                Prompt.kind == kind,
                Prompt.subject_id == subject_id,
            )
            .limit(1)
        )
        is not None
    )


def close_prompts(task_id: int, *kinds: str, subject_id: int | None = None) -> None:
    """What was asked on this task has been answered, in whatever way: these kinds of ask, all where
    none is named."""
    done = update(Prompt).where(Prompt.task_id == task_id, Prompt.closed_at.is_(None))
    if kinds:
        done = done.where(Prompt.kind.in_(kinds))
    if subject_id is not None:
        done = done.where(Prompt.subject_id == subject_id)
    db.session.execute(done.values(closed_at=func.now()))


def open_prompts_of(person_id: int, channel: str | None = None) -> list[tuple[Prompt, Task]]:
    """What this person was asked and has not answered, newest first, with the tasks; in companies
    they belong to."""
    wanted = (
        select(Prompt, Task)
        .join(Task, Task.id == Prompt.task_id)
        .where(
            Prompt.person_id == person_id,
            Prompt.closed_at.is_(None),
            Prompt.company_id.in_(companies_of(person_id)),
        )
    )
    if channel:
        wanted = wanted.where(Prompt.channel == channel)
    return [
        (ask, task) for ask, task in db.session.execute(wanted.order_by(Prompt.id.desc()).limit(20))
    ]
