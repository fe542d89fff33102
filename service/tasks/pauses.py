"""Pauses of a task: when it is paused, what that does to the deadline, and which alarm comes next.

A task is paused while it waits for the client. Afterwards the deadline has moved by the working
time waited, unless the client fixed the date; then the term got shorter and the red line is set at
half of what is left. The task resumes only when nothing is waited for any more: no question, no
retelling.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import DateTime, String, text, update
from sqlalchemy.orm import Mapped, mapped_column

from service.core.time import after_working, half_of, now, working
from service.tasks.changes import NO_ALARM, NOTHING, UNSET, TaskChanges, Unset
from service.tasks.task import Task, TaskOwned
from service.tasks.task_state import TaskState
from tenants.isolation import Base, db
from tenants.literals import literal_limit

COUNTING_STATES = (
    TaskState.QUEUED,
    TaskState.ASSIGNED,
    TaskState.BRIEFED,
    TaskState.RETOLD,
    TaskState.WORKING,
)
STILL_ASKED = text(
    "select exists (select from question where task_id = :task and answered_at is null)"
)
# Reports of the assignee, since the work was agreed.
REPORTED = text(
    "select exists (select from report where task_id = :task and by_id = :holder and at >= :since)"
)


class Pause(TaskOwned, Base):
    """A period in which the task was paused; `to_at` is empty while it still is."""

    __tablename__ = "pause"

    why: Mapped[str] = mapped_column(String(20))
    to_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def pause(task: Task, why: str) -> TaskChanges:
    """Pause the task until the client replies (`why`: question or retelling); nothing changes where
    it is paused already."""
    if task.waiting_since is not None:
        return NOTHING
    moment = now()
    db.session.add(Pause(company_id=task.company_id, task_id=task.id, why=why, at=moment))
    return TaskChanges(waiting_since=moment, waiting_for="client") | NO_ALARM


def on_state(task: Task, state: str, terms: TaskChanges = NOTHING) -> TaskChanges:
    """Return what changes when a task comes to `state`, perhaps on new terms (its dates): the pause
    ends and the alarm is that of the new state. While a question waits for its answer the pause
    goes on, in whatever state."""
    if task.waiting_since is not None and db.session.scalar(STILL_ASKED, {"task": task.id}):
        return terms | restart_pause(task) if terms.deadline_at is not UNSET else terms
    changes = resume(task) | terms
    red_line = _or(changes.red_line_at, task.red_line_at)
    deadline = _or(changes.deadline_at, task.deadline_at)
    if (
        state == TaskState.WORKING
        and task.state == TaskState.WORKING
        and _unreported(task, red_line)
    ):
        rings_at = half_of(now(), max(deadline or now(), now()))
        return changes | TaskChanges(alarm_at=rings_at, alarm="red_line_missed")
    return changes | alarms(state, red_line, deadline, task.overdue_at)


def _or(changed: datetime | Unset | None, kept: datetime | None) -> datetime | None:
    return kept if isinstance(changed, Unset) else changed


def resume(task: Task) -> TaskChanges:
    """End the pause: the dates move by the working time that was waited."""
    if task.waiting_since is None:
        return NOTHING
    moment = now()
    db.session.execute(
        update(Pause).where(Pause.task_id == task.id, Pause.to_at.is_(None)).values(to_at=moment)
    )
    waited = working(task.waiting_since, moment)
    ended = TaskChanges(
        waiting_since=None,
        waiting_for=None,
        waited_s=Task.waited_s + int(waited.total_seconds()),
    )
    return ended | _dates_after(task, waited, moment)


def restart_pause(task: Task) -> TaskChanges:
    """Go on waiting, but count from now: new dates apply from here, and include the time already
    waited."""
    return TaskChanges(
        waiting_since=now(), waited_s=Task.waited_s + int(waited(task).total_seconds())
    )


def waited(task: Task) -> timedelta:
    """Return the working time waited for the client in the current pause; zero where the task is
    not paused."""
    return working(task.waiting_since, now()) if task.waiting_since else timedelta(0)


def shifted_by_pause(task: Task, deadline: datetime) -> datetime:
    """Return a deadline moved by the current pause; a fixed one stays."""
    return deadline if task.deadline_fixed else after_working(deadline, waited(task))


def red_line_for(task: Task, deadline: datetime) -> datetime:
    """Return the red line of a term that ends at `deadline`: at half of it; at half of what is left
    where the client fixed the date and was waited for, or where half of it has passed already."""
    half = half_of(term_starts(task) + waited(task), deadline)
    shortened = task.deadline_fixed and waited(task)
    return half if now() < half < deadline and not shortened else half_of(now(), deadline)


def alarms(
    state: str, red_line: datetime | None, deadline: datetime | None, late: datetime | None
) -> TaskChanges:
    """Return the next alarm: when the service itself has to act on a task in this state; the clock
    process finds it by index.

    A deadline that has passed still raises its alarm once: `late` says since when the task is known
    to be late.
    """
    if state == TaskState.WORKING and red_line and red_line > now():
        return TaskChanges(alarm_at=red_line, alarm="red_line")
    if state in COUNTING_STATES and deadline and (deadline > now() or late is None):
        return TaskChanges(alarm_at=deadline, alarm="dead_line")
    return NO_ALARM


def reported(task: Task) -> bool:
    """Return whether the assignee has reported since the work was agreed."""
    return task.understood_at is not None and bool(
        db.session.scalar(
            REPORTED, {"task": task.id, "holder": task.holder_id, "since": task.understood_at}
        )
    )


def term_starts(task: Task) -> datetime:
    """Return the start of the working term: the submission of the task, moved by the time
    waited."""
    return task.created_at + timedelta(seconds=task.waited_s)


def retell_by(task: Task) -> datetime | None:
    """Return by when a task should be retold: half of the way to its red line, so that the client
    has as long to answer. A standard that nothing enforces."""
    begins = term_starts(task) + waited(task)
    return (
        half_of(begins, task.red_line_at)
        if task.red_line_at and begins < task.red_line_at
        else None
    )


def pauses(task: Task) -> list[Pause]:
    """Return the pauses of a task, in order, at most 200."""
    return list(
        db.session.scalars(
            db.select(Pause)
            .where(Pause.task_id == task.id)
            .order_by(Pause.id)
            .limit(literal_limit(200))
        )
    )


def _unreported(task: Task, red_line: datetime | None) -> bool:
    """Return whether the red line has passed, nobody reported, and the task is not yet marked as
    off track."""
    return (
        red_line is not None
        and red_line <= now()
        and task.off_course_at is None
        and not reported(task)
    )


def _dates_after(task: Task, waited_: timedelta, moment: datetime) -> TaskChanges:
    if task.deadline_at is None or task.waiting_since is None:
        return NOTHING
    deadline = shifted_by_pause(task, task.deadline_at)
    passed = task.red_line_at is None or task.red_line_at <= task.waiting_since
    red_line = task.red_line_at if passed else _red_line_after(task, waited_, deadline, moment)
    return TaskChanges(deadline_at=deadline, red_line_at=red_line)


def _red_line_after(
    task: Task, waited_: timedelta, deadline: datetime, moment: datetime
) -> datetime | None:
    if not task.deadline_fixed and task.red_line_at:
        return after_working(task.red_line_at, waited_)
    return half_of(moment, max(deadline, moment))
