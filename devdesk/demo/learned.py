"""Lessons of the demo data: lines that assistants proposed for handbooks, and the playbooks of some
categories."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from devdesk.demo.people import WORDS, Firm, People, handbooks
from service.catalogue import playbooks
from service.core.event_kinds import EventKind
from service.tasks.events import Event
from service.tasks.lessons import Lesson
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants import handbook
from tenants.isolation import db

# Added today, so that it is new to whoever works for the company now; proposed a little later.
TAKEN_IN, PROPOSED = timedelta(minutes=20), timedelta(hours=3)
SIGNS = {"+ ": "accepted", "? ": "proposed"}


def lay(who: People, moment: datetime) -> None:
    """Create lessons from the newest finished tasks, and the playbooks."""
    for slug, words in handbooks():
        for place, line in enumerate(line for line in words.split("\n") if line[:2] in SIGNS):
            _learn(who.firms[slug], line[2:], SIGNS[line[:2]], moment, place)
    for block in (WORDS / "playbooks.txt").read_text(encoding="utf-8").split("== ")[1:]:
        head, _, text = block.partition("\n")
        code, language = head.split()
        playbooks.write(code, language, text, who.staff["marta"].id)


def _learn(firm: Firm, line: str, state: str, moment: datetime, place: int) -> None:
    task = db.session.scalars(
        select(Task)
        .where(
            Task.company_id == firm.id,
            Task.holder_id.is_not(None),
            Task.state.in_((TaskState.ACCEPTED, TaskState.CLOSED)),
        )
        .order_by(Task.id.desc())
        .offset(place)
        .limit(1)
    ).first()
    if task is None:
        return
    owner, taken = next(iter(firm.people.values())), state == "accepted"
    at = moment - PROPOSED * (place + 1)
    lesson = Lesson(
        company_id=firm.id,
        task_id=task.id,
        by_id=task.holder_id,
        at=at,
        text=line,
        state=state,
        decided_by=owner.id if taken else None,
        decided_at=moment - TAKEN_IN if taken else None,
    )
    db.session.add(lesson)
    db.session.flush()
    _note(task, EventKind.TASK_LESSON, at, task.holder_id, "assistant", lesson)
    if taken:
        _note(task, EventKind.TASK_LESSON_ACCEPTED, moment - TAKEN_IN, owner.id, "client", lesson)
        handbook.write(
            firm.id, handbook.with_line(handbook.of(firm.id), line), owner.id, moment - TAKEN_IN
        )


def _note(task: Task, kind: str, at: datetime, by: int | None, part: str, lesson: Lesson) -> None:
    db.session.add(
        Event(
            company_id=task.company_id,
            task_id=task.id,
            kind=kind,
            by_kind=part,
            by_id=by,
            at=at,
            facts={"lesson": lesson.id},
        )
    )
    db.session.flush()
