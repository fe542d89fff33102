"""Phone commands in both languages: STOP, START, HELP, STATUS, CANCEL with a number."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, func, or_, select

from service.core import channels
from service.core.actor import Actor
from service.core.channels import Channel
from service.core.errors import DomainError
from service.messages.wording import saying
from service.outbound import compose
from service.tasks import cancelling
from service.tasks.states import CLIENT_STATE_NAMES, OPEN_STATES
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants import addresses
from tenants.isolation import db
from tenants.membership import companies_of
from tenants.people import Person

# The words that vendors know (`Channel.stop_words_told`), and the Russian one.
STOP = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "стоп")
START = ("start", "unstop", "старт")
HELP = ("help", "info", "помощь", "справка", "?")
STATUS = ("status", "статус")
CANCEL = re.compile(
    r"^\s*(?:cancel|отмена|отменить|отмени|отмените)(?:\s+#?(\d{1,7}))?\s*[.!]*\s*$", re.IGNORECASE
)
MAX_TASKS_SHOWN = 5


def word_of(text: str) -> str:
    """Return the text in the form that commands are compared in: without a final full stop, in
    lower case."""
    return text.strip().strip(".!").lower()


def answer(person: Person, by: Actor, sender: str, text: str) -> str | None:
    """Return the answer to a command ("" where another message answers it), None where the text is
    no command."""
    word, language = word_of(text), person.language
    if word in STOP:
        return _stop(person, channels.channel(by.channel), sender, word)
    if word in START:
        stop_at(channels.channel(by.channel), sender, stopped=False)
        return saying("back", language)
    if word in HELP:
        return saying("help", language)
    if word in STATUS:
        return _status(person)
    match = CANCEL.match(text)
    return _cancel(person, by, match[1]) if match else None


def _stop(person: Person, channel: Channel, sender: str, word: str) -> str:
    """Stop text messages to this number. Where Twilio does not confirm it, we do, with one last
    text."""
    if word not in channel.stop_words_told and channel.address_kind:
        address = addresses.tidy(channel.address_kind, sender)
        compose.notify(person, "stopped", channel=channel.code, address=address)
    stop_at(channel, sender, stopped=True)
    return ""


def stop_at(channel: Channel, sender: str, *, stopped: bool) -> None:
    """Note that this sender wants no more messages by this channel, or wants them again."""
    if channel.address_kind:
        address = addresses.tidy(channel.address_kind, sender)
        addresses.stop(channel.address_kind, address, stopped=stopped)


def _status(person: Person) -> str:
    """Return the tasks under way, first those that wait for the client."""
    waits = or_(Task.waiting_for == "client", Task.state == TaskState.DELIVERED)
    open_tasks = (_theirs(person), Task.state.in_(OPEN_STATES))
    tasks = list(
        db.session.scalars(
            select(Task)
            .where(*open_tasks)
            .order_by(func.coalesce(waits, False).desc(), Task.id.desc())
            .limit(MAX_TASKS_SHOWN)
        )
    )
    more = (
        db.session.scalar(select(func.count()).select_from(Task).where(*open_tasks)) or 0
    ) - len(tasks)
    if not tasks:
        return saying("no_tasks", person.language)
    lines = "; ".join(_line(task, person) for task in tasks)
    return lines + (saying("and_more", person.language, count=more) if more > 0 else "")


def _line(task: Task, person: Person) -> str:
    waits = task.waiting_for == "client" and task.state != TaskState.RETOLD
    return f"{task.number}: {CLIENT_STATE_NAMES[task.state]}" + (
        saying("waits", person.language) if waits else ""
    )


def _theirs(person: Person) -> ColumnElement[bool]:
    """Select the tasks of this person in companies they still belong to."""
    return and_(Task.person_id == person.id, Task.company_id.in_(companies_of(person.id)))


def _cancel(person: Person, by: Actor, number: str | None) -> str:
    if number is None:
        return saying("cancel_which", person.language)
    task = db.session.scalar(select(Task).where(_theirs(person), Task.number == int(number)))
    if task is None:
        return saying("not_found", person.language, number=number)
    try:
        with db.session.begin_nested():
            cancelling.cancel(task, by)
    except DomainError as error:
        return error.detail if number in error.detail else f"{number}: {error.detail}"
    return ""
