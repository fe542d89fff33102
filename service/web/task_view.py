"""All data of a task's page, read in a bounded number of queries under row-level security."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.access.locale import here
from service.billing import charges
from service.billing.charges import Charge, Invoice
from service.core import channels
from service.core.actor import ASSISTANT, CLIENT, Actor
from service.core.event_kinds import EventKind
from service.core.time import now
from service.insight.pair import Pair, together
from service.messages import message
from service.messages.message import Message
from service.tasks import acceptance as acceptance_step
from service.tasks import (
    attachments,
    events,
    limits,
    parameters,
    questions,
    red_line,
    review,
    understanding,
)
from service.tasks import delivery as delivery_step
from service.tasks import pauses as task_pauses
from service.tasks.attachments import Attachment
from service.tasks.events import Event
from service.tasks.states import possible_kinds
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants import handbook
from tenants.company import Company
from tenants.isolation import db
from tenants.people import Person

# Events that are shown between the messages, so that nobody asks about what is settled already.
MOMENTS = (
    EventKind.TASK_CLAIMED,
    EventKind.TASK_ASSIGNED,
    EventKind.TASK_GIVEN_BACK,
    EventKind.TASK_RETOLD,
    EventKind.TASK_CORRECTED,
    EventKind.TASK_UNDERSTOOD,
    EventKind.TASK_ASKED,
    EventKind.TASK_ANSWERED,
    EventKind.TASK_CHANGED,
    EventKind.TASK_RED_LINE,
    EventKind.TASK_DELIVERED,
    EventKind.TASK_REWORKED,
    EventKind.TASK_DISPUTED,
    EventKind.TASK_SILENCE_ENDED,
    EventKind.TASK_RESOLVED,
    EventKind.TASK_ACCEPTED,
    EventKind.TASK_SETTLED,
    EventKind.TASK_FILE_LEFT_OUT,
)


@dataclass
class TaskView:
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
    delivery: delivery_step.Delivery | None
    acceptance: acceptance_step.Acceptance | None
    praises: list[review.Praise]
    charge: Charge | None
    invoice: Invoice | None
    handbook: handbook.Handbook | None
    names: dict[int, str] = field(default_factory=dict)
    past: list[tuple[int, limits.Past]] = field(default_factory=list)
    owner: bool = False
    channel: str = ""
    clock: str = ""
    zone: str = ""
    pair: Pair | None = None

    @property
    def conversation(self) -> list[Message | Event]:
        """Return the messages and, between them, the events of the work, oldest first."""
        moments: list[Message | Event] = [event for event in self.history if event.kind in MOMENTS]
        return sorted(
            [*self.talk, *moments],
            key=lambda one: one.at if isinstance(one, Event) else one.created_at,
        )

    def passes(self, price: int) -> limits.Past | None:
        """Return the spending limit that the task would exceed at this price."""
        return next((past for at, past in self.past if at == price), None)

    @property
    def may_confirm(self) -> bool:
        """Return whether this reader could confirm one of the offered prices; only owners may
        exceed a limit."""
        offered = (
            {
                self.retelling.price,
                *([self.retelling.proposal_price or 0] if self.retelling.proposal else []),
            }
            if self.retelling
            else set()
        )
        return self.owner or any(self.passes(price) is None for price in offered)

    @property
    def earlier(self) -> int | None:
        """Return the message before which earlier ones may exist; None where there are none."""
        return self.talk[0].id if len(self.talk) == message.PAGE_SIZE else None

    @property
    def holder(self) -> str:
        """Return the first name of the assignee."""
        return self.names.get(self.task.holder_id or 0, "").split(" ")[0]

    def part(self, name: str) -> list[Attachment]:
        """Return the files of one part."""
        return [file for file in self.files if file.part == name]


@dataclass(frozen=True)
class EventHistory:
    """What has happened to a task, so that facts it cannot have are not queried. Most tasks have
    few of them, and each is a query."""

    history: list[Event]

    def __call__(self, *kinds: str) -> bool:
        """Return whether one of these events may have happened: it is in the history, or the
        history was too long to be read to its beginning."""
        return len(self.history) >= events.MAX_HISTORY or any(
            event.kind in kinds for event in self.history
        )


def view_of(task: Task, by: Actor, before: int | None = None) -> TaskView:
    """Read everything that a task's page shows to this reader; of the conversation the newest part,
    or what was written `before`."""
    charge = (
        None if by.kind == ASSISTANT else charges.of_task(task)
    )  # money is between the client and the service
    been = EventHistory(events.history(task))
    shown = TaskView(
        task=task,
        company=db.session.get(Company, task.company_id),
        can=possible_kinds(task, by),
        criteria=parameters.criteria_of(task),
        questions=questions.questions_of(task) if been(EventKind.TASK_ASKED) else [],
        reports=red_line.reports_of(task) if been(EventKind.TASK_RED_LINE) else [],
        files=attachments.files_of(task) if been(EventKind.TASK_FILE) else [],
        talk=message.said_on(task, before),
        before=before,
        history=been.history,
        pauses=[(pause.at, pause.to_at) for pause in task_pauses.pauses(task)]
        if been(EventKind.TASK_ASKED, EventKind.TASK_RETOLD)
        else [],
        retelling=understanding.last_retelling(task) if been(EventKind.TASK_RETOLD) else None,
        agreement=understanding.agreement_of(task) if been(EventKind.TASK_UNDERSTOOD) else None,
        delivery=delivery_step.last_delivery(task) if been(EventKind.TASK_DELIVERED) else None,
        acceptance=acceptance_step.last_acceptance(task)
        if been(EventKind.TASK_DELIVERED)
        else None,
        praises=review.praises_of(task) if been(EventKind.TASK_PRAISED) else [],
        charge=charge,
        invoice=charges.invoice_of(charge) if charge else None,
        handbook=handbook.of(task.company_id),
    )
    shown.channel = task.channel if channels.reaches_people(task.channel) else ""
    shown.pair = together(task) if by.kind == CLIENT and task.holder_id else None
    _people(shown)
    if task.state == TaskState.RETOLD and by.kind != ASSISTANT and shown.retelling:
        _limits(shown, shown.retelling, by)
    return shown


def _limits(shown: TaskView, retelling: understanding.Retelling, by: Actor) -> None:
    prices = [retelling.price, *([retelling.proposal_price or 0] if retelling.proposal else [])]
    found = zip(prices, limits.past(shown.task, *prices), strict=True)
    shown.past, shown.owner = (
        [(price, past) for price, past in found if past],
        limits.is_owner(by, shown.task.company_id),
    )


def _people(shown: TaskView) -> None:
    """Read the names of everybody on the page in one query, and the time at the client's place
    where it is another one."""
    ids: set[Any] = {
        shown.task.person_id,
        shown.task.holder_id,
        *(m.author_id for m in shown.talk),
        *(e.by_id for e in shown.history),
    }
    found = db.session.execute(
        select(Person.id, Person.name, Person.zone).where(Person.id.in_(ids - {None}))
    ).all()
    shown.names = {row.id: row.name for row in found}
    shown.zone = zone = next(
        (row.zone for row in found if row.id == shown.task.person_id), here().key
    )
    if now().astimezone(ZoneInfo(zone)).utcoffset() != now().astimezone(here()).utcoffset():
        shown.clock = (
            f"{zone.rpartition('/')[2].replace('_', ' ')} {now().astimezone(ZoneInfo(zone)):%H:%M}"
        )
