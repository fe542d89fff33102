"""Step 8: lessons about a client from a task: a line that the assistant proposes for the handbook,
and the decision on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import BigInteger, DateTime, Index, String, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import CLIENT, Actor
from service.core.errors import Conflict, InvalidInput, NotAllowed
from service.core.event_kinds import EventKind
from service.tasks import events
from service.tasks.states import check_may_add
from service.tasks.task import Task, TaskOwned, find
from tenants import handbook, membership
from tenants.isolation import Base, db
from tenants.literals import literal_limit
from tenants.people import Person

MAX_TEXT, MAX_WAITING = 500, 20


class Lesson(TaskOwned, Base):
    """A line for the client's handbook; `state` is proposed, accepted or dropped."""

    __tablename__ = "lesson"

    text: Mapped[str] = mapped_column(String(MAX_TEXT))
    state: Mapped[str] = mapped_column(String(10), server_default="proposed")
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index(
    "ix_lesson_proposed", Lesson.company_id, Lesson.id, postgresql_where=text("state = 'proposed'")
)


@dataclass(frozen=True)
class Proposed:
    """A line that waits for a decision, with who proposes it and from which task."""

    lesson: Lesson
    by: str
    task: Task


def propose(task: Task, by: Actor, words: str) -> Lesson:
    """Propose a line for the client's handbook. Raises InvalidInput, NotAllowed (someone else's
    task), Conflict (twenty already)."""
    check_may_add(task, by)
    line = " ".join(words.split())
    if not 3 <= len(line) <= MAX_TEXT:
        raise InvalidInput({"lesson": _("Enter one line of 3 to 500 characters")})
    if len(lessons_of(task)) >= MAX_WAITING:
        raise Conflict(
            _("Up to 20 lines from one task. Write the rest to the client."),
            state=task.state,
        )
    lesson = Lesson(company_id=task.company_id, task_id=task.id, by_id=by.person_id, text=line)
    db.session.add(lesson)
    db.session.flush()
    events.write(EventKind.TASK_LESSON, by, task=task, lesson=lesson.id)
    return lesson


def lessons_of(task: Task) -> Sequence[Lesson]:
    """Return what was proposed from this task, oldest first."""
    return db.session.scalars(
        select(Lesson)
        .where(Lesson.task_id == task.id)
        .order_by(Lesson.id)
        .limit(literal_limit(MAX_WAITING))
    ).all()


def waiting(company_id: int, limit: int = 50) -> list[Proposed]:
    """Return the lines that wait for a decision by this company or by an operator, oldest first."""
    rows = db.session.execute(
        select(Lesson, func.coalesce(Person.name, ""), Task)
        .join(Task, Task.id == Lesson.task_id)
        .outerjoin(Person, Person.id == Lesson.by_id)
        .where(Lesson.company_id == company_id, Lesson.state == "proposed")
        .order_by(Lesson.id)
        .limit(literal_limit(limit))
    )
    return [Proposed(*row) for row in rows]


def decide(company_id: int, lesson_id: int, by: Actor, *, accept: bool) -> None:
    """Add a proposed line to the handbook, or drop it. Raises Conflict where it has been decided
    already, NotAllowed, InvalidInput."""
    if by.kind != CLIENT and membership.belongs(by.person_id or 0, company_id):
        raise NotAllowed(_("This is your own company's task, so another operator has to do this."))
    lesson = _decided(company_id, lesson_id, by, "accepted" if accept else "dropped")
    if accept:
        _take_in(lesson, by)
    events.write(
        EventKind.TASK_LESSON_ACCEPTED if accept else EventKind.TASK_LESSON_DROPPED,
        by,
        task=find(lesson.task_id),
        lesson=lesson.id,
    )


def _decided(company_id: int, lesson_id: int, by: Actor, state: str) -> Lesson:
    """Run one update that names the state it comes from: whoever is second matches no row."""
    lesson = db.session.scalar(
        update(Lesson)
        .where(Lesson.company_id == company_id, Lesson.id == lesson_id, Lesson.state == "proposed")
        .values(state=state, decided_by=by.person_id, decided_at=func.now())
        .returning(Lesson)
    )
    if lesson is None:
        raise Conflict(_("This line has already been decided."), state=None)
    return lesson


def _take_in(lesson: Lesson, by: Actor) -> None:
    longer = handbook.with_line(handbook.of(lesson.company_id), lesson.text)
    if len(longer) > handbook.MAX_TEXT:
        raise InvalidInput(
            {"text": _("The handbook is full (up to 20,000 characters). Shorten it first.")}
        )
    handbook.write(lesson.company_id, longer, by.person_id or 0)
