"""The commands of the phone, in both languages: STOP, START, HELP, STATUS, CANCEL with a number."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, select

from service.actor import Actor
from service.channels.wording import saying
from service.errors import Refusal
from service.tasks import cancelling
from service.tasks.states import OPEN, STATE_NAMES
from service.tasks.task import Task
from tenants import addresses
from tenants.membership import companies_of
from tenants.people import Person
from tenants.wall import db

STOP = ("stop", "stopall", "unsubscribe", "стоп")
START = ("start", "unstop", "старт")
HELP = ("help", "info", "помощь", "справка", "?")
STATUS = ("status", "статус")
CANCEL = re.compile(r"^\s*(?:cancel|отмена|отменить)\s+#?(\d{1,7})\s*[.!]*\s*$", re.IGNORECASE)


def answer(person: Person, by: Actor, phone: str, text: str) -> str | None:
    """The words back to a command ("" where another message tells), None where the text is no command."""
    word = text.strip().strip(".!").lower()
    language = person.language
    if word in STOP:
        # No more texts from this one on; Twilio stops the number as well and tells the person so.
        addresses.stop("phone", addresses.tidy("phone", phone), stopped=True)
        return ""
    if word in START:
        addresses.stop("phone", addresses.tidy("phone", phone), stopped=False)
        return saying("back", language)
    if word in HELP:
        return saying("help", language)
    if word in STATUS:
        return _status(person)
    match = CANCEL.match(text)
    return _cancel(person, by, int(match[1])) if match else None


def _status(person: Person) -> str:
    tasks = db.session.scalars(select(Task).where(_theirs(person), Task.state.in_(OPEN))
                               .order_by(Task.id.desc()).limit(5))
    lines = [f"{task.number}: {STATE_NAMES[task.state]}" for task in tasks]
    return "; ".join(lines) or saying("no_tasks", person.language)


def _theirs(person: Person) -> ColumnElement[bool]:
    """Tasks of this person, in companies they still belong to."""
    return and_(Task.person_id == person.id, Task.company_id.in_(companies_of(person.id)))


def _cancel(person: Person, by: Actor, number: int) -> str:
    task = db.session.scalar(select(Task).where(_theirs(person), Task.number == number))
    if task is None:
        return saying("not_found", person.language, number=number)
    try:
        with db.session.begin_nested():
            cancelling.cancel(task, by)
    except Refusal as error:
        return error.detail
    return ""
