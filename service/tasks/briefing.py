"""Step 4: the briefing really takes place: the assistant goes through the brief before anything else."""

from __future__ import annotations

from service.actor import Actor
from service.tasks.events import record
from service.tasks.task import Task


def brief(task: Task, by: Actor) -> None:
    """The holder has gone through parameters, handbook, files and the client's words."""
    record(task, "task.briefed", by)
