"""Understood: whose message is it, is it an answer or a new task. It can be run again from the kept row."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from service import actor, files
from service.channels import short_links, strangers
from service.channels.email import belief, parse
from service.channels.kept import Inbound
from service.channels.sms import parse as sms_parse
from service.conversation import answers
from service.conversation.answers import Said
from service.conversation.messages import Message
from service.tasks.handing_over import Wish, hand_over
from service.tasks.task import LONGEST_TEXT, find
from tenants import addresses, membership
from tenants.company import by_slug
from tenants.people import Person
from tenants.wall import db

UNKNOWN = "Nobody we know writes from this address."
NOT_BELIEVED = "The sender of this mail could be forged. Ask them before it becomes a task."
AUTOMATIC = "This is automatic mail; it is not answered."
EMPTY = "There were no words in it."


@dataclass
class Heard:
    """A kept message, read: its words, what belongs to which task, and whether it may be answered."""

    text: str
    subject: str = ""
    automatic: bool = False
    believed: bool = True
    task_hint: tuple[int, int, int] | None = None
    files: list[parse.Part] = field(default_factory=list)


def understand(inbound_id: int) -> None:
    """Make of a kept message what it is: an answer, words on a task, a task, or something for a person. Once."""
    inbound = db.session.get_one(Inbound, inbound_id, with_for_update=True)
    if inbound.state != "kept":
        return
    heard = _read(inbound)
    inbound.text, inbound.subject = heard.text[:LONGEST_TEXT], heard.subject
    sender = addresses.owner_of("email" if inbound.channel == "email" else "phone", inbound.sender)
    if heard.automatic:
        _set_aside(inbound, "automatic", AUTOMATIC)
    elif sender is None:
        strangers.receive(inbound, UNKNOWN, answer=inbound.channel in ("sms", "email") and (inbound.channel == "sms" or heard.believed))
    elif not heard.believed:
        _wait(inbound, NOT_BELIEVED)
    elif inbound.channel == "voice":
        _wait(inbound, "A known client called. Call back and enter the task for them.")
    else:
        _from_known(inbound, heard, *sender)


def _read(inbound: Inbound) -> Heard:
    if inbound.channel != "email":
        return Heard(text=sms_parse.words_of(inbound))
    letter = parse.read(inbound.raw)
    inbound.sender = letter.sender or inbound.sender
    return Heard(text=letter.text, subject=letter.subject, automatic=letter.automatic or not letter.sender,
                 believed=belief.believed(letter, str(inbound.headers.get("peer", ""))),
                 task_hint=_hint(inbound, letter), files=letter.files)


def _hint(inbound: Inbound, letter: parse.Letter) -> tuple[int, int, int] | None:
    """Which conversation an answer by mail belongs to: by the address it was sent to, then by what it refers to."""
    for address in [inbound.account, *inbound.headers.get("to", [])]:
        if found := short_links.read_answer(address):
            return found
    for reference in letter.references:
        if found := _ours(reference):
            return found
    return None


def _ours(reference: str) -> tuple[int, int, int] | None:
    """The task of a message of ours that is referred to by its Message-ID (`<m12@…>`)."""
    number = reference.strip("<>").partition("@")[0]
    if not (number.startswith("m") and number[1:].isdecimal() and len(number) < 18):
        return None
    message = db.session.get(Message, int(number[1:]))
    if message is None or message.task_id is None or message.to_id is None or message.company_id is None:
        return None
    return message.task_id, message.to_id, message.company_id


def _from_known(inbound: Inbound, heard: Heard, person: Person, company_id: int) -> None:
    company_id = _company_for(inbound, person, company_id)
    by = actor.client(person.id, channel=inbound.channel, name=person.name)
    said = Said(person, by, company_id, heard.text, inbound, task_id=_task_of(heard, person))
    if not heard.text and not heard.files and not heard.subject:
        answers.reply_saying(said, "empty")
        _set_aside(inbound, "empty", EMPTY)
    elif task_id := answers.take_in(said):
        _done(inbound, "answer", company_id, person.id, task_id if task_id > 0 else None)
        _attach(heard, task_id, by)
    else:
        _new_task(inbound, heard, by, company_id)


def _company_for(inbound: Inbound, person: Person, company_id: int) -> int:
    """Mail to <company>@ hands over for that company, where the sender belongs to it; else the one of the address."""
    named = by_slug(inbound.account.partition("@")[0].lower()) if inbound.channel == "email" else None
    if named and membership.belongs(person.id, named.id):
        return named.id
    return company_id


def _task_of(heard: Heard, person: Person) -> int | None:
    """The task that the answer address or the reference names, where it was sent to this very person as one of its company."""
    if heard.task_hint is None or heard.task_hint[1] != person.id or not membership.belongs(person.id, heard.task_hint[2]):
        return None
    return heard.task_hint[0]


def _new_task(inbound: Inbound, heard: Heard, by: actor.Actor, company_id: int) -> None:
    title = heard.subject if heard.subject.lower().strip(" .") not in ("", "task", "задача", "hi", "hello", "привет") else ""
    words = heard.text or heard.subject or "; ".join(part.name for part in heard.files)
    made = hand_over(Wish(text=answers.without_new(words)[:LONGEST_TEXT], title=title), by, company_id, inbound_id=inbound.id)
    _done(inbound, "task", company_id, by.person_id, made.id)
    _attach(heard, made.id, by)


def _attach(heard: Heard, task_id: int, by: actor.Actor) -> None:
    if task_id > 0 and heard.files:
        task = find(task_id)
        for part in heard.files:
            files.attach(task, by, part.name, part.type, BytesIO(part.content), "message")


def _done(inbound: Inbound, kind: str, company_id: int, person_id: int | None, task_id: int | None) -> None:
    db.session.refresh(inbound, ["state"])
    inbound.state, inbound.kind, inbound.company_id, inbound.person_id = "worked", kind, company_id, person_id
    inbound.task_id = task_id
    db.session.flush()


def _wait(inbound: Inbound, reason: str) -> None:
    inbound.state, inbound.reason = "needs_person", reason


def _set_aside(inbound: Inbound, kind: str, reason: str) -> None:
    inbound.state, inbound.kind, inbound.reason = "worked", kind, reason
