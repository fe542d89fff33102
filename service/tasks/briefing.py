"""Step 4: the briefing: before anything else the assistant goes through the brief, point by
point."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from service.core.actor import Actor
from service.core.event_kinds import EventKind
from service.tasks.attachments import Attachment
from service.tasks.events import record
from service.tasks.parameters import Criterion
from service.tasks.task import Task
from tenants import handbook
from tenants.isolation import db

# The columns of a task that make one point each.
READ = (
    "outcome",
    "quantity",
    "price",
    "budget",
    "deadline_at",
    "private",
    "deadline_fixed",
    "priority",
    "project",
)
# The files of a task that belong to the brief; the others are the work.
OF_THE_BRIEF = ("brief", "message")


def brief(task: Task, by: Actor, ticked: Collection[str] = ()) -> None:
    """Record that the assignee has gone through parameters, handbook, files and the client's text;
    where nothing was ticked, through all of it."""
    points = points_of(task)
    noted = [point for point in points if point in ticked] or points
    record(task, EventKind.TASK_BRIEFED, by, noted=noted, points=len(points))


def points_of(task: Task) -> list[str]:
    """Return the points of a task's brief, by their names in `listed`."""
    return listed(
        task,
        criteria=_any(Criterion.task_id == task.id),
        files=_any(Attachment.task_id == task.id, Attachment.part.in_(OF_THE_BRIEF)),
        book=bool(_handbook(task)),
    )


def listed(task: Any, *, criteria: bool, files: bool, book: bool) -> list[str]:
    """Return which points there are to note, in the order in which they are read."""
    there = {
        "outcome": bool(task.outcome),
        "quantity": task.quantity is not None,
        "price": task.price is not None or task.budget is not None,
        "deadline": task.deadline_at is not None,
        "limits": task.private or task.deadline_fixed or task.priority == "urgent",
        "project": bool(task.project),
        "criteria": criteria,
        "files": files,
        "handbook": book,
    }
    return [name for name, is_there in there.items() if is_there]


def _any(*wanted: object) -> bool:
    any_row = select(1).where(*wanted).exists()  # type: ignore[arg-type]
    return bool(db.session.scalar(select(any_row)))


def _handbook(task: Task) -> str:
    found = handbook.of(task.company_id)
    return found.text.strip() if found else ""
