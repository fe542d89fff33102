"""The clock of a task: when it stands, what that does to the dead line, and which alarm comes next.

While the client's word is waited for the clock stands. Afterwards the dead line has moved by the working time
waited, unless the client fixed the date; then the term got shorter and the red line is set at half of what is left.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, String, update
from sqlalchemy.orm import Mapped, mapped_column

from service.now import after_working, half_of, now, working
from service.tasks.task import OfTask, Task
from tenants.wall import Base, db


class Pause(OfTask, Base):
    """A stretch in which the clock stood; `to_at` is empty while it still does."""

    __tablename__ = "pause"

    why: Mapped[str] = mapped_column(String(20))
    to_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def stand(task: Task, why: str) -> dict[str, Any]:
    """Stop the clock because the client's word is waited for; gives the columns of the task that change."""
    if task.waiting_since is not None:
        return {}
    moment = now()
    db.session.add(Pause(company_id=task.company_id, task_id=task.id, why=why, at=moment))
    return {"waiting_since": moment, "waiting_for": "client", "alarm_at": None, "alarm": None}


def go_on(task: Task) -> dict[str, Any]:
    """Start the clock again; gives the columns of the task that change (dates, waiting)."""
    if task.waiting_since is None:
        return {}
    moment = now()
    db.session.execute(update(Pause).where(Pause.task_id == task.id, Pause.to_at.is_(None)).values(to_at=moment))
    waited = working(task.waiting_since, moment)
    dates = _dates_after(task, waited, moment)
    return {"waiting_since": None, "waiting_for": None, "waited_s": Task.waited_s + int(waited.total_seconds()), **dates}


def _dates_after(task: Task, waited: timedelta, moment: datetime) -> dict[str, Any]:
    if task.deadline_at is None:
        return {}
    deadline = task.deadline_at if task.deadline_fixed else after_working(task.deadline_at, waited)
    passed = task.red_line_at is None or task.red_line_at <= task.waiting_since  # type: ignore[operator]
    red_line = task.red_line_at if passed else _red_line_after(task, waited, deadline, moment)
    return {"deadline_at": deadline, "red_line_at": red_line, **alarms(task.state, red_line, deadline)}


def _red_line_after(task: Task, waited: timedelta, deadline: datetime, moment: datetime) -> datetime | None:
    if not task.deadline_fixed and task.red_line_at:
        return after_working(task.red_line_at, waited)
    return half_of(moment, deadline)


def alarms(state: str, red_line: datetime | None, deadline: datetime | None) -> dict[str, Any]:
    """The next moment at which the service itself has to act on a task, for its state; the clock process finds it by index."""
    moment = now()
    if state == "working" and red_line and red_line > moment:
        return {"alarm_at": red_line, "alarm": "red_line"}
    if state in ("queued", "assigned", "briefed", "retold", "working") and deadline and deadline > moment:
        return {"alarm_at": deadline, "alarm": "dead_line"}
    return {"alarm_at": None, "alarm": None}


def term_starts(task: Task) -> datetime:
    """From when the working term counts: the hand-over, later by what was waited."""
    return task.created_at + timedelta(seconds=task.waited_s)


def pauses(task: Task) -> list[Pause]:
    """When the clock stood, in order."""
    return list(db.session.scalars(db.select(Pause).where(Pause.task_id == task.id).order_by(Pause.id).limit(200)))


