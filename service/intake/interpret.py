"""Understood: whose message is it, is it an answer or a new task. It can be run again from the kept
row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask_babel import force_locale

from service.channels.email import automatic, message_ids, parse, reader, sender_auth
from service.channels.sms import parse as sms_parse
from service.core import actor
from service.core.errors import DomainError
from service.core.event_kinds import EventKind
from service.core.text import to_translate
from service.inbound.inbound_message import Inbound
from service.intake import unknown_senders
from service.messages import short_links
from service.messages.message import Message
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
CALL_BACK = to_translate("A known client called. Call back and enter the task for them.")
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
NO_CHANNEL_BACK = to_translate(
    "It came from a messenger that we cannot reply on yet. Reply another way."
)
NOT_THEIR_TASK = to_translate(
    "This is a reply about a task to someone it was not sent to. Ask them what they mean."
)
WANTS_NO_TEXTS = to_translate("They asked for no more texts.")
# What a phone that can be answered writes from: short codes and names cannot.
ANSWERABLE = re.compile(r"^\+\d{7,15}$")


@dataclass
class ParsedMessage:
    """A kept message, read: its words, what belongs to which task, and whether it may be
    answered."""

    text: str
    sender: str
    subject: str = ""
    answer: str = ""
    automatic: automatic.Verdict = ""
    bulk: bool = False
    believed: bool = True
    unread: bool = False
    about: Reference | None = None
    files: list[parse.Part] = field(default_factory=list)
    media: int = 0


@dataclass(frozen=True)
class Reference:
    """The task, the person and the company of the message of ours that is answered, and that
    message where it is named."""

    task_id: int
    person_id: int
    company_id: int
    message_id: int | None = None


def understand(inbound_id: int) -> None:
    """Make of a kept message what it is: an answer, words on a task, a task, or something for a
    person. Once."""
    inbound = db.session.get_one(Inbound, inbound_id, with_for_update=True)
    if inbound.state != "kept":
        return None
    heard = _read(inbound)
    inbound.text, inbound.subject = heard.text[:MAX_TEXT], heard.subject
    if inbound.channel == "sms" and ":" in inbound.sender:
        return _wait(inbound, NO_CHANNEL_BACK)
    sender = addresses.owner_of("email" if inbound.channel == "email" else "phone", heard.sender)
    if heard.automatic == "certain" or (heard.bulk and sender is None):
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
    """What a step refuses waits for a person: tried again, it would be refused for ever."""
    try:
        with db.session.begin_nested(), force_locale(person.language):
            _from_known(inbound, heard, person, company_id)
    except DomainError:
        _wait(inbound, NOT_TAKEN)


def _from_stranger(inbound: Inbound, heard: ParsedMessage) -> None:
    if inbound.channel == "sms" and phone_commands.word_of(heard.text) in phone_commands.STOP:
        if ANSWERABLE.match(inbound.sender):
            addresses.stop("phone", inbound.sender, stopped=True)
        return _set_aside(inbound, "stop", WANTS_NO_TEXTS)
    answerable = {
        "sms": bool(ANSWERABLE.match(inbound.sender)),
        "email": heard.believed and bool(heard.sender) and not heard.automatic,
    }
    unknown_senders.receive(
        inbound,
        UNKNOWN if heard.sender else NO_SENDER,
        answer=answerable.get(inbound.channel, False),
    )


def _why_it_waits(inbound: Inbound, heard: ParsedMessage) -> str | None:
    """Why a person has to look at what a known address sent."""
    if heard.bulk:
        return FROM_LIST
    if heard.automatic:
        return LIKELY_AUTOMATIC
    if not heard.believed:
        return NOT_BELIEVED
    if inbound.channel == "voice":
        return CALL_BACK
    return None


def _read(inbound: Inbound) -> ParsedMessage:
    if inbound.channel != "email":
        words = sms_parse.words_of(inbound)
        return ParsedMessage(
            text=words, sender=inbound.sender, answer=words, media=len(sms_parse.media_of(inbound))
        )
    letter = reader.read(inbound.raw)
    about, by_machine = _about(inbound, letter), _by_machine(inbound, letter)
    inbound.sender = letter.sender or inbound.sender
    return ParsedMessage(
        text=letter.text,
        sender=letter.sender,
        subject=letter.subject,
        answer=letter.new_words,
        automatic=by_machine,
        bulk=letter.bulk,
        unread=letter.unread,
        believed=sender_auth.is_authenticated(letter, str(inbound.headers.get("peer", ""))),
        about=about,
        files=letter.files,
    )


def _by_machine(inbound: Inbound, letter: parse.ParsedEmail) -> automatic.Verdict:
    """Whether a machine wrote it. The envelope's sender is kept in the headers: From takes its
    place in the row."""
    if letter.automatic:
        return "certain"
    addresses_of_ours = [inbound.account, *inbound.headers.get("to", [])]
    answers = bool(letter.references) or any(map(short_links.read_answer, addresses_of_ours))
    return automatic.verdict(
        letter.subject,
        letter.new_words,
        answers=answers,
        envelope=str(inbound.headers.get("envelope", inbound.sender)),
    )


def files_of(inbound: Inbound) -> list[parse.Part]:
    """What is attached to a kept mail."""
    return reader.read(inbound.raw).files if inbound.channel == "email" else []


def media_of(inbound: Inbound) -> int:
    """How many pictures came with a kept text."""
    return len(sms_parse.media_of(inbound)) if inbound.channel == "sms" else 0


def _about(inbound: Inbound, letter: parse.ParsedEmail) -> Reference | None:
    """Which conversation an answer by mail belongs to: by the address it was sent to, then by what
    it refers to."""
    referred = next((found for reference in letter.references if (found := _ours(reference))), None)
    for address in [inbound.account, *inbound.headers.get("to", [])]:
        if named := short_links.read_answer(address):
            same = referred is not None and referred.task_id == named[0]
            return Reference(*named, message_id=referred.message_id if referred and same else None)
    return referred


def _ours(reference: str) -> Reference | None:
    """The task of a message of ours that is referred to by its Message-ID (`<m12@…>`)."""
    number = message_ids.read(reference)
    message = db.session.get(Message, number) if number is not None else None
    if (
        message is None
        or message.task_id is None
        or message.to_id is None
        or message.company_id is None
    ):
        return None
    return Reference(message.task_id, message.to_id, message.company_id, message.id)


def _from_known(inbound: Inbound, heard: ParsedMessage, person: Person, company_id: int) -> None:
    company_id = _company_for(inbound, person, company_id)
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
    """Nothing at all is asked back; a picture alone waits for a person."""
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


def _company_for(inbound: Inbound, person: Person, company_id: int) -> int:
    """Mail to <company>@ hands over for that company, where the sender belongs to it; else the one
    of the address."""
    named = (
        by_slug(inbound.account.partition("@")[0].lower()) if inbound.channel == "email" else None
    )
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
    inbound: Inbound, parts: list[parse.Part], media: int, task_id: int | None, by: actor.Actor
) -> None:
    if task_id is not None:
        attach(inbound, parts, media, find(task_id), by)
    elif parts or media:
        _wait(inbound, FILE_OF_NO_TASK if parts else PICTURE_OF_NO_TASK)


def attach(
    inbound: Inbound, parts: list[parse.Part], media: int, task: Task, by: actor.Actor
) -> None:
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
