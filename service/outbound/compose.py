"""Write a message to one person, in their language and by the channel that they use. Its event
hands it to the vendor."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from service.core import channels
from service.core.actor import THE_SYSTEM, Actor
from service.core.channels import Channel, Draft
from service.core.config import settings
from service.core.event_kinds import EventKind
from service.messages import short_links, wording
from service.messages.formatting import day, money, points, tidied
from service.messages.message import Message
from service.tasks import events
from service.tasks.task import Task
from tenants import addresses
from tenants.isolation import db
from tenants.people import Person

__all__ = ["channel_for", "day", "money", "notify", "points", "reached_by", "tidied", "write"]


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
    by = channels.channel(channel or channel_for(person, task))
    if not by.says(wording.template(template, person.language)):
        by = channels.fallback()
    to = address or _reach(person, by)
    if to is None and not by.is_fallback:
        by = channels.fallback()
        to = _reach(person, by)
    if to is None:
        return None
    return write(by.code, to, template, person.language, task=task, person=person, **facts)


def channel_for(person: Person, task: Task | None) -> str:
    """Return the channel that the client uses for this task, else the one they like."""
    wanted = [person.channel, channels.fallback().code]
    if task is not None and task.person_id == person.id:
        wanted.insert(0, task.channel)
    return next(code for code in wanted if channels.reaches_people(code))


def reached_by(person: Person, task: Task | None) -> Channel:
    """Return the channel by which what is said on this task reaches them."""
    by = channels.channel(channel_for(person, task))
    return by if _reach(person, by) is not None else channels.fallback()


def _reach(person: Person, by: Channel) -> str | None:
    return addresses.reach(person.id, by.address_kind) if by.address_kind else None


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
    goes_by, words = channels.channel(channel), wording.template(template, language)
    filled = defaultdict(str, {**_common(task, person, language), **facts})
    draft = Draft(template, language, words, filled, task, person)
    rendered = goes_by.render(draft)
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
        text=rendered.text,
        reply_to_provider_id=reply_to,
        facts=rendered.facts | ({"state": task.state} if task else {}),
    )
    db.session.add(message)
    db.session.flush()
    events.write(
        EventKind.MESSAGE_WRITTEN,
        by,
        task=task,
        company_id=company_id,
        message=message.id,
        queue_=goes_by.queue,
    )
    for other in channels.every():
        other.written(message, draft)
    return message


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
