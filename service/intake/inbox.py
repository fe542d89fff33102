"""What an operator does with messages that no code understands: make it a client's task, drop it,
or run it again."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select

from service.core import channels
from service.core.actor import THE_SYSTEM, Actor
from service.core.errors import Conflict, InvalidInput, NotFound
from service.core.event_kinds import EventKind
from service.core.text import to_translate
from service.inbound.inbound_message import Inbound
from service.intake import interpret
from service.messages.message import Message
from service.nlu.language_of_text import language_of
from service.outbound import compose
from service.tasks import events
from service.tasks.submission import CreatedTask, TaskRequest, hand_over
from service.tasks.task import Task, find
from tenants import addresses
from tenants.isolation import db


def make_task(inbound_id: int, email: str, by: Actor) -> CreatedTask:
    """Make the waiting message a task of the client with this e-mail address. Raises InvalidInput,
    Conflict."""
    inbound = _waiting(inbound_id)
    owner = addresses.owner_of("email", email)
    if owner is None:
        raise InvalidInput({"email": _("No client with this address")})
    person, company_id = owner
    channel = channels.channel(inbound.channel)
    heard = channel.parse(inbound)
    parts, media = heard.files, heard.media
    words = (
        inbound.text
        or inbound.subject
        or "; ".join(part.name for part in parts)
        or (_("A picture without text") if media else "")
    )
    made = hand_over(
        TaskRequest(text=words, title=inbound.subject or ""),
        replace(by, channel=channel.task_channel(inbound.sender)),
        company_id,
        person_id=person.id,
        inbound_id=inbound.id,
    )
    if not made.repeated:
        interpret.attach(inbound, parts, media, find(made.id), by)
    return made


def reply(inbound_id: int, text: str, by: Actor) -> Message:
    """Write back to who sent the waiting message, by its channel; it goes on waiting. Raises
    InvalidInput, Conflict."""
    words = text.strip()
    inbound = _waiting(inbound_id)
    channel = channels.channel(inbound.channel)
    if not 1 <= len(words) <= channel.limits.reply:
        raise InvalidInput({"text": _("Enter 1 to 10,000 characters, up to 400 for a phone")})
    if not channel.can_answer(inbound.sender):
        raise InvalidInput(
            {"text": _("You cannot reply to this message. Call, or write another way.")}
        )
    return compose.write(
        inbound.channel,
        inbound.sender,
        "to_stranger",
        language_of(words),
        by=by,
        words=words,
        subject=(inbound.subject or "Poruchi").removeprefix("Re: "),
        reply_to=channel.reply_to(inbound),
    )


def replies(waiting: list[Inbound]) -> dict[str, list[Message]]:
    """What was written back to the senders of these messages, oldest first, by address."""
    found: dict[str, list[Message]] = {}
    for message in db.session.scalars(
        select(Message)
        .where(
            Message.template == "to_stranger",
            Message.to_address.in_({inbound.sender for inbound in waiting}),
        )
        .order_by(Message.id)
        .limit(200)
    ):
        found.setdefault(message.to_address or "", []).append(message)
    return found


def drop(inbound_id: int, reason: str, by: Actor) -> None:
    """Set the message aside with a reason; the record stays. Raises InvalidInput."""
    if not 3 <= len(reason.strip()) <= 1000:
        raise InvalidInput({"reason": _("Enter a reason")})
    inbound = _waiting(inbound_id)
    inbound.state, inbound.kind, inbound.reason = "worked", "dropped", reason.strip()
    events.write(EventKind.TASK_NOTED, by, inbound=inbound.id, dropped=True)


def take_up(inbound_id: int, by: Actor) -> None:
    """Let a message wait again that was set aside. Raises NotFound, Conflict."""
    inbound = db.session.get(Inbound, inbound_id, with_for_update=True)
    if inbound is None:
        raise NotFound
    if inbound.kind != "dropped":
        raise Conflict(_("This can no longer be undone."))
    inbound.state, inbound.kind, inbound.reason = (
        "needs_person",
        None,
        to_translate("Set aside, then reopened."),
    )
    events.write(EventKind.TASK_NOTED, by, inbound=inbound.id, dropped=False)


def replay(inbound_id: int) -> None:
    """Understand a message once more, as when it came. Raises Conflict where it has become
    something already."""
    inbound = db.session.get(Inbound, inbound_id)
    if inbound is None:
        raise NotFound
    worked = inbound.state == "worked" and inbound.task_id is not None
    if worked or _has_become_something(inbound_id):
        raise Conflict(_("This message is already a task."))
    inbound.state, inbound.reason = "kept", None
    db.session.flush()
    events.write(EventKind.INBOUND_KEPT, THE_SYSTEM, inbound=inbound.id)


def _has_become_something(inbound_id: int) -> bool:
    """Whether a task was made of it, or words on one: it cannot become that twice."""
    made = select(Task.id).where(Task.inbound_id == inbound_id)
    said = select(Message.id).where(Message.inbound_id == inbound_id)
    return db.session.scalar(made.union_all(said).limit(1)) is not None


def _waiting(inbound_id: int) -> Inbound:
    inbound = db.session.get(Inbound, inbound_id, with_for_update=True)
    if inbound is None:
        raise NotFound
    if inbound.state != "needs_person":
        raise Conflict(_("This message has already been handled."))
    return inbound
