"""The history of a client company with an assistant: how often they have worked together, and how
well."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants.isolation import db
from tenants.literals import literal_in
from tenants.people import Person


@dataclass(frozen=True)
class Pair:
    """Accepted tasks of the company that this assistant did, their average score in percent (the
    share of the criteria met where nobody gave a score), and the assistant's time zone."""

    tasks: int
    score: int
    zone: str


def together(task: Task) -> Pair | None:
    """Return the history of the task's company with its assistant; None where there is no assistant
    that the reader may see."""
    zone = db.session.scalar(select(Person.zone).where(Person.id == task.holder_id))
    scored = select(
        func.count(), func.coalesce(func.avg(func.coalesce(Task.score, Task.met_share)), 0)
    ).where(
        Task.holder_id == task.holder_id,
        Task.company_id == task.company_id,
        Task.met_share.is_not(None),
        literal_in(Task.state, (TaskState.ACCEPTED, TaskState.CLOSED)),
    )
    count, score = db.session.execute(scored).one()
    return Pair(count, round(score), zone) if zone else None
