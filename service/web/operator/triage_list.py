"""What the triage page shows, and which item follows after a decision: the next of the list."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request

from service.core import paging
from service.inbound.inbound_message import Inbound
from service.messages import message_lists as channel_lists
from service.tasks import lists, to_decide
from service.tasks.events import Event
from service.tasks.task_state import TaskState
from tenants.isolation import db
from tenants.people import Person

PAGE = "/desk/triage"


@dataclass(frozen=True)
class Looked:
    """The lists, and the current item, which waits for a decision or was decided meanwhile."""

    page: lists.Page
    messages: list[Inbound]
    asked: bool = False
    row: lists.Row | None = None
    message: Inbound | None = None
    gone: lists.Row | None = None
    gone_message: Inbound | None = None
    counts: dict[str, int] = field(default_factory=dict)


def look() -> Looked:
    """Return the item that was acted on, else the one in the address, else the oldest.

    So text that was typed for one task never appears under another.
    """
    task_id, inbound_id = _wanted("task"), _wanted("message")
    row = next(iter(lists.by_ids([task_id])), None) if task_id and not inbound_id else None
    open_row = row if row and row.task.state == TaskState.TRIAGE else None
    asked = (
        open_row.task.waiting_since is not None
        if open_row
        else "asked" in request.args and not inbound_id
    )
    page, messages = _page(open_row, asked), channel_lists.waiting()
    counts = {"now": to_decide.count(100), "asked": to_decide.count(100, asked=True)}
    if inbound_id:
        here = next((one for one in messages if one.id == inbound_id), None)
        return Looked(
            page,
            messages,
            message=here,
            counts=counts,
            gone_message=None if here else db.session.get(Inbound, inbound_id),
        )
    if row and row.task.state not in (TaskState.TRIAGE, TaskState.RECEIVED):
        return Looked(page, messages, asked, gone=row, counts=counts)
    shown = open_row or next(iter(page.rows), None)
    message = messages[0] if messages and not shown and not asked else None
    return Looked(page, messages, asked, row=shown, message=message, counts=counts)


def _wanted(kind: str) -> int | None:
    acted = (request.view_args or {}).get("task_id" if kind == "task" else "inbound_id")
    return acted or request.values.get(kind, type=int)


def _page(shown: lists.Row | None, asked: bool) -> lists.Page:
    """Return the page of the list that contains the task."""
    page = lists.triage(request.args.get("after"), asked=asked)
    if shown is None or any(row.task.id == shown.task.id for row in page.rows):
        return page
    return lists.triage(paging.cursor([shown.task.id - 1]), asked=asked)


def after_task(task_id: int, *, asked: bool = False) -> str:
    """Return the address of the next item: a task below, else a message, else a task above."""
    if (below := to_decide.below(task_id, asked=asked)) is not None:
        return f"{PAGE}?task={below}"
    message = next(iter(channel_lists.waiting(1)), None) if not asked else None
    if message is not None:
        return f"{PAGE}?message={message.id}"
    above = to_decide.above(task_id, asked=asked)
    return f"{PAGE}?task={above}" if above is not None else PAGE


def after_message(inbound_id: int) -> str:
    """Return the address of the next item: a message below, else above, else the last task."""
    others = [one.id for one in channel_lists.waiting() if one.id != inbound_id]
    below = [one for one in others if one > inbound_id]
    if others:
        return f"{PAGE}?message={below[0] if below else others[-1]}"
    last = to_decide.above()
    return f"{PAGE}?task={last}" if last is not None else PAGE


def decided(gone: lists.Row | None) -> tuple[Event | None, str]:
    """Return the decision on a task that has left triage, and the name of who made it."""
    event = to_decide.decision_on(gone.task) if gone else None
    person = db.session.get(Person, event.by_id) if event and event.by_id else None
    return event, person.name if person else ""
