"""Said: a message to one person, in their language and by the channel that they use. Its event
hands it to the vendor."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from service.channels.email.task_context import around
from service.channels.push import devices
from service.channels.sms import sms_fit
from service.core.actor import THE_SYSTEM, Actor
from service.core.config import settings
from service.core.event_handlers import QUEUE_OF_CHANNEL
from service.core.money import Money
from service.core.time import now
from service.messages import blocks, short_links, wording
from service.messages.message import Message
from service.messages.wording import saying
from service.tasks import events
from service.tasks.task import Task
from tenants import addresses
from tenants.isolation import db
from tenants.people import Person

KINDS = {"sms": "phone", "email": "email"}


def notify(
    person: Person,
    template: str,
    task: Task | None = None,
    *,
    channel: str | None = None,
    address: str | None = None,
    **facts: Any,
) -> Message | None:
    """Write a message to somebody; None where they cannot be reached or this is not said by their
    channel."""
    by = channel or channel_for(person, task)
    words = wording.template(template, person.language)
    if by == "sms" and not words.sms:
        by = "email"
    to = address or addresses.reach(person.id, KINDS[by])
    if to is None and by == "sms":
        by, to = "email", addresses.reach(person.id, "email")
    if to is None:
        return None
    return write(by, to, template, person.language, task=task, person=person, **facts)


def channel_for(person: Person, task: Task | None) -> str:
    """The channel that the client uses for this task, else the one they like."""
    if task is not None and task.person_id == person.id and task.channel in KINDS:
        return task.channel
    return person.channel if person.channel in KINDS else "email"


def by_phone(person: Person, task: Task | None) -> bool:
    """Whether what is said on this task goes to a phone."""
    return channel_for(person, task) == "sms" and addresses.reach(person.id, "phone") is not None


def write(
    channel: str,
    to: str,
    template: str,
    language: str,
    *,
    task: Task | None = None,
    person: Person | None = None,
    company_id: int | None = None,
    reply_to: str | None = None,
    by: Actor = THE_SYSTEM,
    **facts: Any,
) -> Message:
    """Write a message to an address in this language; its event `message.written` sends it."""
    words = wording.template(template, language)
    filled = defaultdict(str, {**_common(task, person, language), **facts})
    text = (
        sms_fit.fit(words.sms, filled, filled["link"])
        if channel == "sms"
        else tidied(words.mail.format_map(filled))
    )
    message = Message(
        company_id=task.company_id if task else company_id,
        task_id=task.id if task else None,
        direction="out",
        author_kind=by.kind,
        author_id=by.person_id,
        to_id=person.id if person else None,
        to_address=to,
        channel=channel,
        template=template,
        subject=" ".join(words.subject.format_map(filled).split())[:250],
        text=text,
        reply_to_provider_id=reply_to,
        facts={
            **(
                around(template, language, task, person, day)
                | {"blocks": blocks.stored(blocks.filled(words, filled))}
                if channel == "email"
                else {}
            ),
            **({"state": task.state} if task else {}),
        },
    )
    db.session.add(message)
    db.session.flush()
    events.write(
        "message.written",
        by,
        task=task,
        company_id=company_id,
        message=message.id,
        queue_=QUEUE_OF_CHANNEL[channel],
    )
    devices.show(message, language, words.mail.format_map(filled))
    return message


def tidied(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().split("\n")]
    return "\n".join(
        line for place, line in enumerate(lines) if line or (place and lines[place - 1])
    )


def _common(task: Task | None, person: Person | None, language: str) -> dict[str, Any]:
    if task is None:
        return {}
    holder = db.session.get(Person, task.holder_id) if task.holder_id else None
    zone = person.tz if person else ZoneInfo("UTC")
    url = settings().url
    return {
        "number": task.number,
        "title": task.title,
        "name": holder.first_name if holder else "Poruchi",
        "price": money(task.price or 0, task.currency, language),
        "deadline": day(task.deadline_at, zone, language),
        "red_line": day(task.red_line_at, zone, language),
        "delivered": day(task.delivered_at, zone, language),
        "link": short_links.url(task.id, person.id, task.company_id) if person else url,
        "work_link": f"{url}/work/{task.id}",
        "desk_link": f"{url}/desk/tasks/{task.id}",
    }


def points(differences: list[dict[str, str]], language: str) -> str:
    """What a retelling made exact, point by point; "" where there is none."""
    lines = [
        saying("point", language, place=place, **point)
        for place, point in enumerate(differences, 1)
    ]
    return "\n".join([saying("points", language), *lines]) if lines else ""


def money(minor: int, currency: str, language: str) -> str:
    """Return a sum as people read it in this language."""
    return Money(minor, currency).words(language)


def day(moment: datetime | None, zone: ZoneInfo, language: str) -> str:
    """A named day with the hour, in the reader's zone; the date as well where it is more than six
    days away."""
    if moment is None:
        return ""
    near = abs((moment - now()).days) < 6
    days = wording.language(language).days
    return format_datetime(
        moment.astimezone(zone), days.near if near else days.far, locale=language
    )
