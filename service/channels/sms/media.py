"""A picture of a text: fetched in the worker from Twilio and attached to the task.

What cannot be fetched is noted there. Each picture is an outbox row of its own, so that no
lease runs out behind many of them.
"""

from __future__ import annotations

import mimetypes
from io import BytesIO

from service.channels.sms import parse, twilio_edge
from service.channels.sms.parse import Medium
from service.channels.sms.twilio_edge import LARGEST_MEDIUM, TooLarge, Unfetched
from service.core import outbox_run
from service.core.actor import Actor, client
from service.core.outbox_run import Lease, RetryLater
from service.inbound.inbound_message import Inbound
from service.tasks import attachments, left_out
from service.tasks.attachments import Unfit
from service.tasks.events import Event
from service.tasks.left_out import LeftOut
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import db

# Twilio is asked this often for what it cannot give just now; then it is noted on the task.
MAX_TRIES = 6


def fetch(lease: Lease) -> None:
    """Fetch one file of a text, outside of any transaction; then attach it with the mark."""
    task_id, place, medium, by = _load(lease)
    content = _fetched(medium, lease)
    with outbox_run.effect_and_mark(lease):
        _keep(find(task_id), by, medium, content, place + 1)


def _load(lease: Lease) -> tuple[int, int, Medium, Actor]:
    with isolation.transaction(isolation.system("fetch media")):
        event = db.session.get_one(Event, lease.event_id)
        task, place = find(event.task_id or 0), int(event.facts["place"])
        medium = parse.media_of(db.session.get_one(Inbound, event.facts["inbound"]))[place]
        return task.id, place, medium, client(task.person_id, channel="sms")


def _fetched(medium: Medium, lease: Lease) -> bytes | Unfetched:
    """The bytes, or why there are none."""
    try:
        return twilio_edge.media(medium.address)
    except Unfetched as error:
        return error
    except RetryLater as error:
        if lease.attempt < MAX_TRIES:
            raise
        return Unfetched(str(error))


def _keep(task: Task, by: Actor, medium: Medium, content: bytes | Unfetched, place: int) -> None:
    name = f"picture-{place}{mimetypes.guess_extension(medium.type.partition(';')[0]) or ''}"
    if isinstance(content, Unfetched):
        return left_out.note(task, by, [_left_out(name, content)], detail=str(content))
    try:
        attachments.attach(task, by, name, medium.type, BytesIO(content), "message")
    except Unfit as error:
        left_out.note(task, by, [LeftOut(name, len(content), error.why, error.most)])


def _left_out(name: str, why: Unfetched) -> LeftOut:
    if isinstance(why, TooLarge):
        return LeftOut(name, 0, "size", LARGEST_MEDIUM // 1024 // 1024)
    return LeftOut(name, 0, "unfetched")
