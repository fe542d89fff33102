"""Questions: an open one pauses the task until the client has answered it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import DateTime, String, Text, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import Actor
from service.core.errors import Conflict, InvalidInput, NotFound
from service.core.event_kinds import EventKind
from service.core.time import now
from service.tasks import bounds, pauses
from service.tasks.changes import NOTHING
from service.tasks.events import check, record
from service.tasks.task import Task, TaskOwned
from service.tasks.task_state import TaskState
from tenants.isolation import Base, db
from tenants.literals import literal_limit


class Question(TaskOwned, Base):
    """A question of the assistant (or an operator), perhaps with up to five options, and the
    client's answer."""

    __tablename__ = "question"

    text: Mapped[str] = mapped_column(Text)
    options: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by: Mapped[int | None]
    channel: Mapped[str | None] = mapped_column(String(10))


def ask(task: Task, by: Actor, text: str, options: list[str] | None = None) -> Question:
    """Ask the client; the task is paused until they answer. Raises InvalidInput."""
    check(task, EventKind.TASK_ASKED, by)
    offered = [option.strip() for option in options or [] if option.strip()]
    if not bounds.QUESTION.allows(text):
        raise InvalidInput({"text": _("Enter 3 to 2,000 characters")})
    if len(offered) > 5 or not all(bounds.OPTION.allows(option) for option in offered):
        raise InvalidInput({"options": _("Up to 5 options of 200 characters each")})
    question = Question(
        company_id=task.company_id,
        task_id=task.id,
        by_id=by.person_id,
        text=text.strip(),
        options=offered,
    )
    db.session.add(question)
    db.session.flush()
    record(
        task, EventKind.TASK_ASKED, by, set_=pauses.pause(task, "question"), question=question.id
    )
    return question


def answer(task: Task, by: Actor, question_id: int, text: str) -> Question:
    """Answer a question; the task resumes when nothing else is waited for. Raises NotFound,
    Conflict, InvalidInput."""
    check(task, EventKind.TASK_ANSWERED, by)
    if not bounds.ANSWER.allows(text):
        raise InvalidInput({"text": _("Enter 1 to 5,000 characters")})
    question = db.session.scalar(
        select(Question).where(Question.id == question_id, Question.task_id == task.id)
    )
    if question is None:
        raise NotFound
    _keep(question, by, text.strip())
    stands = (
        task.waiting_since is not None and task.state != TaskState.RETOLD
    )  # a retelling waits for a word of its own
    record(
        task,
        EventKind.TASK_ANSWERED,
        by,
        set_=pauses.on_state(task, task.state) if stands else NOTHING,
        question=question.id,
    )
    return question


def first_open(task_ids: list[int]) -> dict[int, Question]:
    """Return the oldest open question of each of these tasks, in one query."""
    found = db.session.scalars(
        select(Question)
        .where(Question.task_id.in_(task_ids), Question.answered_at.is_(None))
        .order_by(Question.id.desc())
    )
    return {question.task_id: question for question in found}


def questions_of(task: Task) -> list[Question]:
    """Return all questions, oldest first, at most 200."""
    return list(
        db.session.scalars(
            select(Question)
            .where(Question.task_id == task.id)
            .order_by(Question.id)
            .limit(literal_limit(200))
        )
    )


def _keep(question: Question, by: Actor, text: str) -> None:
    kept = db.session.execute(
        update(Question)
        .where(Question.id == question.id, Question.answered_at.is_(None))
        .values(answer=text, answered_at=now(), answered_by=by.person_id, channel=by.channel)
        .returning(Question.id)
        .execution_options(synchronize_session=False)
    ).first()
    if kept is None:
        raise Conflict(_("This question is already answered."))
    db.session.refresh(question)
