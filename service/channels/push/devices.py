"""What is told a person is shown on their devices as well: one message for each, sent and tried
again by itself."""

from __future__ import annotations

import json
from datetime import timedelta

from service.channels.push import edge, subscriptions
from service.channels.push.edge import Device, PushSubscriptionExpired
from service.core.actor import THE_SYSTEM
from service.core.config import settings
from service.core.event_kinds import EventKind
from service.core.text import cut
from service.core.time import now
from service.messages.message import Message
from service.tasks import events
from service.tasks.task import Task
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db

# What asks something, or says that it is done; the rest can wait until somebody looks.
SHOWN = frozenset(
    {
        "confirm",
        "confirm_ways",
        "question",
        "deliver",
        "accept_notice",
        "red_line",
        "late",
        "said",
        "receipt",
    }
)
MAX_LINE = 180
# A notification that could not be handed over for so long is no news any more; the mail has been
# read by then.
SHOWN_FOR = timedelta(hours=12)


def show(message: Message, language: str, words: str) -> None:
    """Write this message for each device of its reader as well, where it is one that is shown."""
    task = db.session.get(Task, message.task_id) if message.task_id else None
    if message.template not in SHOWN or message.to_id is None or task is None:
        return
    for device in subscriptions.of_person(message.to_id):
        _write(
            message,
            task,
            device.id,
            {"language": language, "subscription": device.id, "url": _page(task)},
            _line(words),
        )


def _write(
    message: Message, task: Task, device_id: int, facts: dict[str, object], line: str
) -> None:
    shown = Message(
        company_id=task.company_id,
        task_id=task.id,
        direction="out",
        author_kind="system",
        to_id=message.to_id,
        to_address=f"push:{device_id}",
        channel="push",
        template=message.template,
        subject=message.subject,
        text=line,
        facts=facts,
    )
    db.session.add(shown)
    db.session.flush()
    events.write(EventKind.MESSAGE_WRITTEN, THE_SYSTEM, task=task, message=shown.id, queue_="push")


def _line(words: str) -> str:
    """The mail's words without what tells how to answer it: whoever touches a notification is on
    the page."""
    ours = settings().url
    first, *more = words.strip().split("\n\n")
    told = " ".join([first, *(part for part in more if ours not in part)])
    return cut(" ".join(word for word in told.split() if not word.startswith(ours)), MAX_LINE)


def _page(task: Task) -> str:
    return f"/app/{db.session.get_one(Company, task.company_id).slug}/tasks/{task.number}"


def send(message: Message) -> str:
    """Hand a written one over; gives the push service's name for it. Raises
    PushSubscriptionExpired where its device is no more, RetryLater, NeedsOperator."""
    if now() - message.created_at > SHOWN_FOR:
        raise PushSubscriptionExpired("It is no news any more.")
    with isolation.transaction(isolation.system("send")):
        found = subscriptions.open_one(message.facts["subscription"])
        device = Device(found.endpoint, found.p256dh, found.auth) if found else None
    if device is None:
        raise PushSubscriptionExpired("They are signed out there, or want no more notifications.")
    try:
        return edge.send(device, _payload(message), f"task-{message.task_id}")
    except PushSubscriptionExpired:
        with isolation.transaction(isolation.system("send")):
            subscriptions.close(message.facts["subscription"])
        raise


def _payload(message: Message) -> bytes:
    """What static/js/sw.js shows. A newer one of the same task takes the place of the older."""
    said = {
        "title": cut(message.subject, 120),
        "body": message.text,
        "url": message.facts["url"],
        "tag": f"task-{message.task_id}",
        "lang": message.facts["language"],
    }
    return json.dumps(said, ensure_ascii=False).encode()
