"""Files that came with a message and could not be stored: noted on the task, and reported to the
sender.

A file never stops a message: whatever fits is stored, and each other file gets a row with its name
and its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from service.core.actor import Actor
from service.core.event_kinds import EventKind
from service.core.text import apart
from service.tasks import attachments, events
from service.tasks.attachments import Attachment, Unfit
from service.tasks.events import Event
from service.tasks.task import Task
from tenants.isolation import db


@dataclass(frozen=True)
class Came:
    """A file as it came with a message."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class LeftOut:
    """A file that was not stored: `size` in bytes, 0 where it is not known.

    `why` is size (`most` in MB), count (`most` files on a task) or unfetched.
    """

    name: str
    size: int
    why: str
    most: int = 0


def attach_or_note(task: Task, by: Actor, came: Iterable[Came], inbound_id: int) -> None:
    """Store the files of a message on its task; note those that do not fit. Raises NotAllowed."""
    left = [one for file in came if (one := _attach(task, by, file)) is not None]
    if left:
        note(task, by, left, inbound=inbound_id)


def _attach(task: Task, by: Actor, came: Came) -> LeftOut | None:
    try:
        attachments.attach(task, by, came.name, came.type, BytesIO(came.content), "message")
    except Unfit as error:
        return LeftOut(came.name, len(came.content), error.why, error.most)
    return None


def note(task: Task, by: Actor, left: Sequence[LeftOut], **facts: Any) -> None:
    """Note on the task which files could not be stored; the event notifies the sender."""
    rows = [
        Attachment(
            company_id=task.company_id,
            task_id=task.id,
            by_id=by.person_id,
            name=attachments.safe_name(one.name),
            type=attachments.plain_type(""),
            size=one.size,
            sha256=b"",
            part=attachments.LEFT_OUT,
        )
        for one in left
    ]
    db.session.add_all(rows)
    db.session.flush()
    noted = [
        {"id": row.id, "why": one.why, "most": one.most}
        for row, one in zip(rows, left, strict=True)
    ]
    events.write(EventKind.TASK_FILE_LEFT_OUT, by, task=task, files=noted, **facts)


def lines(event: Event) -> list[str]:
    """Return a line for each file that the event notes: its name, its size, why it was not
    stored."""
    noted = event.facts["files"]
    named = {
        row.id: row
        for row in db.session.scalars(
            select(Attachment).where(Attachment.id.in_([one["id"] for one in noted]))
        )
    }
    return [_line(named[one["id"]], one["why"], one["most"]) for one in noted if one["id"] in named]


def _line(file: Attachment, why: str, most: int) -> str:
    name = apart(file.name)
    sized = f"{name}, {attachments.size_words(file.size)}" if file.size else name
    return f"{sized} ({_why(why, most)})"


def _why(why: str, most: int) -> str:
    if why == "size":
        return _("up to %(most)s MB", most=most)
    if why == "count":
        return _("up to %(most)s files on a task", most=most)
    return _("could not be downloaded")
