"""All that a task's page shows, read in a bounded number of queries, for every reader through the wall."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service import files
from service.actor import ASSISTANT, Actor
from service.billing import charges
from service.billing.charges import Charge, Invoice
from service.conversation import messages
from service.conversation.messages import Message
from service.files import Attachment
from service.now import now
from service.tasks import clock, dead_line, events, parameters, questions, red_line, review, understanding
from service.tasks.events import Event
from service.tasks.states import possible
from service.tasks.task import Task
from service.web.render import here
from tenants import handbook
from tenants.company import Company
from tenants.people import Person
from tenants.wall import db


@dataclass
class Shown:
    """A task with its facts, for a template."""

    task: Task
    company: Company | None
    can: set[str]
    criteria: list[parameters.Criterion]
    questions: list[questions.Question]
    reports: list[red_line.Report]
    files: list[Attachment]
    talk: list[Message]
    before: int | None
    history: list[Event]
    pauses: list[tuple[datetime, datetime | None]]
    retelling: understanding.Retelling | None
    agreement: understanding.Agreement | None
    delivery: dead_line.Delivery | None
    acceptance: dead_line.Acceptance | None
    praises: list[review.Praise]
    charge: Charge | None
    invoice: Invoice | None
    handbook: handbook.Handbook | None
    names: dict[int, str] = field(default_factory=dict)
    channel: str = ""
    clock: str = ""

    @property
    def earlier(self) -> int | None:
        """Before which message earlier ones may stand; None where there are none."""
        return self.talk[0].id if len(self.talk) == messages.PAGE else None

    @property
    def holder(self) -> str:
        """The first name of who holds the task."""
        return self.names.get(self.task.holder_id or 0, "").split(" ")[0]

    def part(self, name: str) -> list[Attachment]:
        """The files of one part."""
        return [file for file in self.files if file.part == name]


def show(task: Task, by: Actor, before: int | None = None) -> Shown:
    """Read everything that the page of a task shows to this reader; of the conversation the newest, or what was said `before`."""
    charge = None if by.kind == ASSISTANT else charges.of_task(task)  # money is between the client and the service
    shown = Shown(
        task=task, company=db.session.get(Company, task.company_id), can=possible(task, by), criteria=parameters.criteria_of(task),
        questions=questions.questions_of(task), reports=red_line.reports_of(task), files=files.files_of(task),
        talk=messages.said_on(task, before), before=before, history=events.history(task),
        pauses=[(pause.at, pause.to_at) for pause in clock.pauses(task)], retelling=understanding.last_retelling(task),
        agreement=understanding.agreement_of(task), delivery=dead_line.last_delivery(task),
        acceptance=dead_line.last_acceptance(task), praises=review.praises_of(task), charge=charge,
        invoice=charges.invoice_of(charge) if charge else None, handbook=handbook.of(task.company_id))
    shown.channel = task.channel if task.channel in ("sms", "email") else ""
    _people(shown)
    return shown


def _people(shown: Shown) -> None:
    """The names of everybody who stands on the page, in one query; and the hour where the client is, if it is another one."""
    ids: set[Any] = {shown.task.person_id, shown.task.holder_id, *(m.author_id for m in shown.talk), *(e.by_id for e in shown.history)}
    found = db.session.execute(select(Person.id, Person.name, Person.zone).where(Person.id.in_(ids - {None}))).all()
    shown.names = {row.id: row.name for row in found}
    zone = next((row.zone for row in found if row.id == shown.task.person_id), here().key)
    if now().astimezone(ZoneInfo(zone)).utcoffset() != now().astimezone(here()).utcoffset():
        shown.clock = f"{zone.rpartition('/')[2].replace('_', ' ')} {now().astimezone(ZoneInfo(zone)):%H:%M}"
