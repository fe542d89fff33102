"""Step 6: the one midpoint check, at half of the term: progress, whether the date holds, what help
is needed."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Boolean, Integer, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import THE_SYSTEM, Actor
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.core.time import half_of, now
from service.tasks import bounds, pauses
from service.tasks.changes import TaskChanges
from service.tasks.events import check, record
from service.tasks.task import Task, TaskOwned
from tenants.isolation import Base, db
from tenants.literals import literal_limit


class Report(TaskOwned, Base):
    """The assignee's report at the red line (or at any time of the work). `progress` in percent."""

    __tablename__ = "report"

    progress: Mapped[int] = mapped_column(Integer)
    on_time: Mapped[bool] = mapped_column(Boolean)
    help: Mapped[str] = mapped_column(Text, server_default="")


def report(task: Task, by: Actor, progress: int, *, on_time: bool, help_: str = "") -> Report:
    """Report progress, whether the date holds and what help is needed. Raises InvalidInput."""
    check(task, EventKind.TASK_RED_LINE, by)
    if not 0 <= progress <= 100:
        raise InvalidInput({"progress": _("Enter a number from 0 to 100")})
    if not bounds.HELP.allows(help_):
        raise InvalidInput({"help": _("Up to 5,000 characters")})
    said = Report(
        company_id=task.company_id,
        task_id=task.id,
        by_id=by.person_id,
        progress=progress,
        on_time=on_time,
        help=help_.strip(),
    )
    db.session.add(said)
    db.session.flush()
    off_course = now() if not on_time or help_.strip() else None
    record(
        task,
        EventKind.TASK_RED_LINE,
        by,
        set_=TaskChanges(off_course_at=off_course),
        report=said.id,
        progress=progress,
        on_time=on_time,
    )
    return said


def reports_of(task: Task) -> list[Report]:
    """Return all reports of this task, oldest first, at most 200."""
    return list(
        db.session.scalars(
            select(Report)
            .where(Report.task_id == task.id)
            .order_by(Report.id)
            .limit(literal_limit(200))
        )
    )


def last_report(task: Task) -> Report | None:
    """Return the newest report."""
    return db.session.scalar(
        select(Report)
        .where(Report.task_id == task.id)
        .order_by(Report.id.desc())
        .limit(literal_limit(1))
    )


def on_red_line(task: Task) -> None:
    """Handle the red line: remind the assignee; without a report in half the remaining time the
    operators are notified."""
    record(task, EventKind.TASK_RED_LINE_CAME, THE_SYSTEM, set_=_after(task))


def _after(task: Task) -> TaskChanges:
    if task.deadline_at is None or pauses.reported(task):
        return pauses.alarms(task.state, None, task.deadline_at, task.overdue_at)
    rings_at = half_of(now(), max(task.deadline_at, now()))
    return TaskChanges(alarm_at=rings_at, alarm="red_line_missed")


def on_red_line_missed(task: Task) -> None:
    """Mark a task without a report as off track, so that a supervisor looks while there is still
    time."""
    next_alarm = pauses.alarms(task.state, None, task.deadline_at, task.overdue_at)
    if pauses.reported(task):
        for column, value in next_alarm.columns().items():
            setattr(task, column, value)
        return
    changes = next_alarm | TaskChanges(off_course_at=now())
    record(task, EventKind.TASK_RED_LINE_MISSED, THE_SYSTEM, set_=changes)
