"""Whom an event is notified to, and through which channel."""

from __future__ import annotations

from service.core import channels
from service.core.actor import CLIENT
from service.tasks.events import Event
from service.tasks.task import Task, find
from tenants import membership
from tenants.isolation import db
from tenants.people import Person


def recipient_of(event: Event) -> tuple[Task, Person]:
    """Return the task and whom to notify: its person, or an owner where that person has left the
    company."""
    task = find(event.task_id or 0)
    if membership.belongs(task.person_id, task.company_id):
        return task, db.session.get_one(Person, task.person_id)
    return task, next(iter(membership.owners(task.company_id)), None) or db.session.get_one(
        Person, task.person_id
    )


def channel_of(event: Event, person: Person) -> str | None:
    """Return the channel of the event where this person caused it themselves; None where somebody
    else did."""
    return (
        event.channel
        if event.by_kind == CLIENT
        and event.by_id == person.id
        and channels.reaches_people(event.channel)
        else None
    )
