"""The outcome of a reply."""

from __future__ import annotations

from dataclasses import dataclass

from service.tasks.task import Task


@dataclass(frozen=True)
class Answered:
    """The reply was understood: carried out or asked back. `task_id` is the task it was about, None
    where it was about none. A reading that does not apply returns None instead."""

    task_id: int | None = None

    @classmethod
    def on(cls, task: Task) -> Answered:
        """Return the outcome of a reply about this task."""
        return cls(task.id)


ABOUT_NO_TASK = Answered()
