"""Understood: whose message is it, is it an answer or a new task. It can be run again from the kept
row."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale

from service.core import actor, channels
from service.core.channels import ParsedMessage, Reference
from service.core.errors import DomainError
from service.core.event_kinds import EventKind
from service.core.text import to_translate
from service.inbound.inbound_message import Inbound
from service.intake import unknown_senders
from service.replies import phone_commands, route
from service.replies.reply import Reply, answer_with
from service.tasks import events, left_out
from service.tasks.left_out import Came
from service.tasks.submission import TaskRequest, hand_over
from service.tasks.task import MAX_TEXT, Task, find
from tenants import addresses, membership
from tenants.company import by_slug
from tenants.isolation import db
from tenants.people import Person

UNKNOWN = to_translate("Unknown sender.")
NOT_BELIEVED = to_translate(
    "The sender of this email could be forged. Ask them before making it a task."
)
NO_SENDER = to_translate(
    "The email names no sender, or several. Find out who wrote it before making it a task."
)
AUTOMATIC = to_translate("Automatic mail; it is not answered.")
LIKELY_AUTOMATIC = to_translate(
    "This looks like an automatic reply. It was not answered; check whether a person wrote it."
)
UNREADABLE = to_translate(
    "This email took too much time or memory to read. Download the original and look at it."
)
FROM_LIST = to_translate(
    "A client's email that looks like list or automatic mail. No reply was sent; check whether a "
    "person wrote it."
)
EMPTY = to_translate("The message was empty.")
PICTURE_ALONE = to_translate("A picture came without text. Check it, then make it a task or reply.")
PICTURE_OF_NO_TASK = to_translate("A picture came with a message that matches no task. Check it.")
FILE_OF_NO_TASK = to_translate("A file came with a message that matches no task. Check it.")
NOT_TAKEN = to_translate(
    "This message could not be processed as it is. Check it, then make it a task or reply."
)
NOT_THEIR_TASK = to_translate(
    "This is a reply about a task to someone it was not sent to. Ask them what they mean."
)
WANTS_NO_TEXTS = to_translate("They asked for no more texts.")


def understand(inbound_id: int) -> None:
    """Make of a kept message what it is: an answer, words on a task, a task, or something for a
    person. Once."""
    inbound = db.session.get_one(Inbound, inbound_id, with_for_update=True)
    if inbound.state != "kept":
        return
    channel = channels.channel(inbound.channel)
    heard = channel.parse(inbound)
    inbound.text, inbound.subject = heard.text[:MAX_TEXT], heard.subject
    sender = (
        addresses.owner_of(channel.address_kind, heard.sender) if channel.address_kind else None
    )
    if heard.waits:
        _wait(inbound, heard.waits)
    elif heard.automatic == "certain" or (heard.bulk and sender is None):
        _set_aside(inbound, "automatic", AUTOMATIC)
    elif heard.unread:
        _wait(inbound, UNREADABLE)
    elif sender is None:
        _from_stranger(inbound, heard)
    elif reason := _why_it_waits(inbound, heard):
        _wait(inbound, reason)
    else:
        _carefully(inbound, heard, *sender)


def _carefully(inbound: Inbound, heard: ParsedMessage, person: Person, company_id: int) -> None:
    """Leave what a step refuses to an operator: tried again, it would be refused for ever."""
    try:
        with db.session.begin_nested(), force_locale(person.language):
            _from_known(inbound, heard, person, company_id)
    except DomainError:
        _wait(inbound, NOT_TAKEN)


def _from_stranger(inbound: Inbound, heard: ParsedMessage) -> None:
    channel = channels.channel(inbound.channel)
    if channel.is_chat and phone_commands.word_of(heard.text) in phone_commands.STOP:
        if heard.answerable and channel.address_kind:
            addresses.stop(channel.address_kind, inbound.sender, stopped=True)
        return _set_aside(inbound, "stop", WANTS_NO_TEXTS)
    unknown_senders.receive(
        inbound,
        UNKNOWN if heard.sender else NO_SENDER,
        answer=heard.answerable and channel.authenticate(inbound, heard),
    )


def _why_it_waits(inbound: Inbound, heard: ParsedMessage) -> str | None:
    """Why a person has to look at what a known address sent."""
    if heard.bulk:
        return FROM_LIST
    if heard.automatic:
        return LIKELY_AUTOMATIC
    channel = channels.channel(inbound.channel)
    if not channel.authenticate(inbound, heard):
        return NOT_BELIEVED
    return channel.waits_for_person or None


def _from_known(inbound: Inbound, heard: ParsedMessage, person: Person, company_id: int) -> None:
    company_id = _company_for(heard, person, company_id)
    by = actor.client(person.id, channel=inbound.channel, name=person.name)
    if heard.about and not _theirs(heard.about, person):
        return _of_another(inbound, heard, person, by)
    said = Reply(
        person,
        by,
        company_id,
        heard.answer if heard.about else heard.text,
        inbound,
        task_id=heard.about.task_id if heard.about else None,
        message_id=heard.about.message_id if heard.about else None,
    )
    if not heard.text and not heard.files and not heard.subject:
        _wordless(said, heard)
    elif outcome := route.handle(said):
        _done(inbound, "answer", company_id, person.id, outcome.task_id)
        _attach(inbound, heard.files, heard.media, outcome.task_id, by)
    else:
        _new_task(inbound, heard, by, company_id)


def _wordless(said: Reply, heard: ParsedMessage) -> None:
    """Ask back where there is nothing at all; leave a picture alone to an operator."""
    answer_with(said, "looked_at" if heard.media else "empty")
    _wait(said.inbound, PICTURE_ALONE) if heard.media else _set_aside(said.inbound, "empty", EMPTY)


def _theirs(about: Reference, person: Person) -> bool:
    """Whether what is answered was sent to this very person, who still belongs to the company."""
    return about.person_id == person.id and membership.belongs(person.id, about.company_id)


def _of_another(inbound: Inbound, heard: ParsedMessage, person: Person, by: actor.Actor) -> None:
    """An answer from another address: words on the task in its writer's own name, where they may
    see it; else a person looks."""
    about, task = heard.about, find(heard.about.task_id if heard.about else 0)
    if (
        about is None
        or not membership.belongs(person.id, about.company_id)
        or (task.private and not _sees_private(task, person))
    ):
        return _wait(inbound, NOT_THEIR_TASK)
    said = Reply(
        person, by, about.company_id, heard.answer or heard.subject, inbound, task_id=task.id
    )
    route.pass_on_in_their_name(said)
    _done(inbound, "answer", about.company_id, person.id, task.id)
    _attach(inbound, heard.files, heard.media, task.id, by)


def _sees_private(task: Task, person: Person) -> bool:
    return task.person_id == person.id or person.id in {
        owner.id for owner in membership.owners(task.company_id)
    }


def _company_for(heard: ParsedMessage, person: Person, company_id: int) -> int:
    """A message to a company's own address hands over for that company, where the sender belongs to
    it; else the one of their address."""
    named = by_slug(heard.company) if heard.company else None
    if named and membership.belongs(person.id, named.id):
        return named.id
    return company_id


def _new_task(inbound: Inbound, heard: ParsedMessage, by: actor.Actor, company_id: int) -> None:
    title = (
        heard.subject
        if heard.subject.lower().strip(" .") not in ("", "task", "задача", "hi", "hello", "привет")
        else ""
    )
    words = heard.text or heard.subject or "; ".join(part.name for part in heard.files)
    made = hand_over(
        TaskRequest(text=route.without_new(words)[:MAX_TEXT], title=title),
        by,
        company_id,
        inbound_id=inbound.id,
    )
    _done(inbound, "task", company_id, by.person_id, made.id)
    _attach(inbound, heard.files, heard.media, made.id, by)


def _attach(
    inbound: Inbound, parts: list[Any], media: int, task_id: int | None, by: actor.Actor
) -> None:
    if task_id is not None:
        attach(inbound, parts, media, find(task_id), by)
    elif parts or media:
        _wait(inbound, FILE_OF_NO_TASK if parts else PICTURE_OF_NO_TASK)


def attach(inbound: Inbound, parts: list[Any], media: int, task: Task, by: actor.Actor) -> None:
    """What came with a message belongs to its task: a mail's files now, a text's pictures once they
    were fetched."""
    came = [Came(part.name, part.type, part.content) for part in parts]
    left_out.attach_or_note(task, by, came, inbound.id)
    for place in range(media):
        events.write(EventKind.INBOUND_MEDIA, by, task=task, inbound=inbound.id, place=place)


def _done(
    inbound: Inbound, kind: str, company_id: int, person_id: int | None, task_id: int | None
) -> None:
    db.session.refresh(inbound, ["state"])
    inbound.state, inbound.kind, inbound.company_id, inbound.person_id = (
        "worked",
        kind,
        company_id,
        person_id,
    )
    inbound.task_id = task_id
    db.session.flush()


def _wait(inbound: Inbound, reason: str) -> None:
    inbound.state, inbound.reason = "needs_person", reason


def _set_aside(inbound: Inbound, kind: str, reason: str) -> None:
    inbound.state, inbound.kind, inbound.reason = "worked", kind, reason
