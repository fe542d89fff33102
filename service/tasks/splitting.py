"""Splitting one message into two tasks: the second part becomes a separate task of the same person,
with a triage of its own."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from service.core.actor import Actor
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.tasks import events, submission
from service.tasks.changes import TaskChanges
from service.tasks.submission import CreatedTask, DeliveryKey, TaskRequest
from service.tasks.task import MAX_TEXT, Task, find


def split(task: Task, by: Actor, first: str, second: str, key: str) -> CreatedTask:
    """Leave `first` as the task's text and make a task of `second`, once for each key. Files stay
    with the first.

    Raises InvalidInput where a part is empty or too long, Conflict where the task is decided
    already or the key was used for other text.
    """
    events.lock(task)
    kept, away = _parts(first, second)
    made = submission.hand_over(
        TaskRequest(away, private=task.private, project=task.project),
        replace(by, channel=task.channel),
        task.company_id,
        person_id=task.person_id,
        kept=DeliveryKey("split", f"task:{task.id}", key, submission.raw_of([kept, away])),
    )
    if not made.repeated:
        _tell_of_each_other(task, find(made.id), by, kept)
    return made


def _parts(first: str, second: str) -> tuple[str, str]:
    parts = {"first": first.strip(), "second": second.strip()}
    errors = {name: _("Fill in both parts") for name, words in parts.items() if not words}
    errors |= {
        name: _("Up to 20,000 characters. Attach the rest as a file.")
        for name, words in parts.items()
        if len(words) > MAX_TEXT
    }
    if errors:
        raise InvalidInput(errors)
    return parts["first"], parts["second"]


def _tell_of_each_other(task: Task, made: Task, by: Actor, kept: str) -> None:
    """Record in each history where the other part is, by the task number that people know."""
    title = submission.title_of(kept)
    changes = TaskChanges(text=kept, title=title)
    events.record(task, EventKind.TASK_SPLIT, by, set_=changes, into=made.number)
    events.write(EventKind.TASK_SPLIT_OFF, by, task=made, of=task.number)
