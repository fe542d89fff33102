"""The append-only event log, and the only way in which a task changes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from service.core import live_updates, outbox
from service.core.actor import Actor
from service.core.errors import Conflict, NotAllowed
from service.core.event_kinds import EventKind
from service.tasks import audiences
from service.tasks.changes import NOTHING, TaskChanges
from service.tasks.states import DESK, TRANSITIONS, check_ready, may, name_for, own_work
from service.tasks.task import Task
from tenants import membership
from tenants.isolation import Base, db
from tenants.literals import literal_limit


class Event(Base):
    """One change, written once and never altered. `facts` holds ids and numbers, never people's
    texts."""

    __tablename__ = "event"
    __table_args__ = (
        # With no company a composite key checks nothing, so the plain ones stand beside them.
        ForeignKeyConstraint(["company_id", "task_id"], ["task.company_id", "task.id"]),
        UniqueConstraint("company_id", "id"),
        Index("ix_event_task", "task_id", "id"),
        Index(
            "ix_event_inbound",
            text("((facts ->> 'inbound')::bigint)"),
            postgresql_where="kind = 'inbound.kept'",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    kind: Mapped[str] = mapped_column(String(40))
    by_kind: Mapped[str] = mapped_column(String(10))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(10), server_default="web")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


@dataclass(frozen=True)
class RecordedEvent:
    """An event that was written in this transaction."""

    id: int


# What changes nothing that a page shows.
NOT_ON_PAGES = (EventKind.MESSAGE_WRITTEN, EventKind.TASK_NOTED)
TABLE = cast(Table, Task.__table__)
INSERT = text(
    "insert into event (company_id, task_id, kind, by_kind, by_id, channel, facts) values"
    " (:company, :task, :kind, :by_kind, :by_id, :channel, cast(:facts as jsonb)) returning id"
)


def record(
    task: Task,
    kind: EventKind,
    by: Actor,
    *,
    set_: TaskChanges = NOTHING,
    later_: datetime | None = None,
    **facts: Any,
) -> RecordedEvent:
    """Change a task (the only way to do so): move it, write the event and its outbox rows, in the
    caller's transaction.

    `set_` is what else changes in the task in the same statement; `later_` is when its outbox rows
    are due. Raises NotAllowed (this actor never may), Conflict (not in this state; the detail names
    it), NotReady (the detail says what is missing).
    """
    _check_allowed(task, kind, by)
    was = task.holder_id
    _change(task, kind, by, set_)
    return write(kind, by, task=task, was_=was, later_=later_, **facts)


def check(task: Task, kind: EventKind, by: Actor) -> None:
    """Lock the task and raise what prevents this change: Conflict, NotAllowed or NotReady. Call it
    before computing columns."""
    lock(task)
    _check_allowed(task, kind, by)


def lock(task: Task) -> None:
    """Lock the task's row until the transaction ends, and reload it where it has changed since it
    was read. Raises Conflict."""
    version = db.session.scalar(select(Task.version).where(Task.id == task.id).with_for_update())
    if version is None:
        raise Conflict(_("Someone else was faster."), state=None)
    if version != task.version:
        db.session.refresh(task)


def lock_all(ids: Collection[int]) -> list[Task]:
    """Lock these tasks until the transaction ends, in the order of their ids; others may still
    insert rows that refer to them (messages, files)."""
    if not ids:
        return []
    return list(
        db.session.scalars(
            select(Task).where(Task.id.in_(ids)).order_by(Task.id).with_for_update(key_share=True)
        )
    )


def _check_allowed(task: Task, kind: EventKind, by: Actor) -> None:
    if own_work(task, kind, by):
        raise NotAllowed(_("You did this work yourself, so someone else has to judge it."))
    if (
        by.kind in DESK
        and by.person_id is not None
        and membership.belongs(by.person_id, task.company_id)
    ):
        raise NotAllowed(_("This is your own company's task, so another operator has to do this."))
    if not may(task, kind, by):
        raise NotAllowed(_("You are not allowed to do this."))
    if task.state not in TRANSITIONS[kind].sources:
        raise conflict(task, by)
    check_ready(task, kind)


def conflict(task: Task, by: Actor) -> Conflict:
    """Return the error that names the task's current state."""
    return Conflict(
        _(
            "Not possible now. Task %(number)s: %(state)s.",
            number=task.number,
            state=name_for(task.state, by),
        ),
        state=task.state,
    )


def _change(task: Task, kind: EventKind, by: Actor, changes: TaskChanges) -> None:
    """Run one update that names the permitted source states and the assignee that was seen; whoever
    is second matches no row."""
    move = TRANSITIONS[kind]
    values = {
        **changes.columns(),
        "version": TABLE.c.version + 1,
        **({"state": move.target} if move.target else {}),
    }
    db.session.flush()
    moved = (
        db.session.execute(
            update(TABLE)
            .where(
                TABLE.c.id == task.id,
                TABLE.c.state.in_(move.sources),
                TABLE.c.holder_id.is_not_distinct_from(task.holder_id),
            )
            .values(values)
            .returning(TABLE)
        )
        .mappings()
        .first()
    )
    if moved is None:
        raise _too_late(task, kind, by)
    for name, value in moved.items():
        set_committed_value(task, name, value)


def _too_late(task: Task, kind: EventKind, by: Actor) -> Conflict:
    """Return the error for having been too slow; the loser of a claim may not even see the task any
    more."""
    now_in = db.session.scalar(
        select(Task.state).where(Task.id == task.id).execution_options(populate_existing=True)
    )
    if now_in is None or now_in in TRANSITIONS[kind].sources:
        return Conflict(_("Someone else was faster."), state=None)
    return Conflict(
        _(
            "Not possible now. Task %(number)s: %(state)s.",
            number=task.number,
            state=name_for(now_in, by),
        ),
        state=now_in,
    )


def write(
    kind: EventKind,
    by: Actor,
    *,
    task: Task | None = None,
    company_id: int | None = None,
    was_: int | None = None,
    later_: datetime | None = None,
    queue_: str | None = None,
    **facts: Any,
) -> RecordedEvent:
    """Write an event and its outbox rows, and notify open pages. Changes of a task go through
    `record`.

    `was_` is the previous assignee, `later_` when the outbox rows are due, `queue_` the queue they
    go through.
    """
    company = task.company_id if task else company_id
    db.session.flush()
    event_id = db.session.scalar(
        INSERT,
        {
            "company": company,
            "task": task.id if task else None,
            "kind": kind,
            "by_kind": by.kind,
            "by_id": by.person_id,
            "channel": by.channel,
            "facts": json.dumps(facts),
        },
    )
    assert event_id is not None  # an insert that does nothing else gives its row
    outbox.enqueue_for(event_id, company, kind, later_, queue_)
    if task is not None and kind not in NOT_ON_PAGES:
        live_updates.announce(
            live_updates.Change(
                task.id,
                task.company_id,
                task.person_id,
                task.private,
                task.holder_id,
                was_,
                task.state,
                task.category,
                "task" if audiences.for_everyone(kind) else live_updates.STAFF,
            )
        )
    return RecordedEvent(event_id)


MAX_HISTORY = 200


def history(task: Task, limit: int = MAX_HISTORY) -> list[Event]:
    """Return the newest events of a task, oldest first. Messages are left out: they would drown the
    rest."""
    told = select(Event).where(
        Event.task_id == task.id,
        Event.kind.not_in((EventKind.TASK_MESSAGE, EventKind.MESSAGE_WRITTEN)),
    )
    return list(db.session.scalars(told.order_by(Event.id.desc()).limit(literal_limit(limit))))[
        ::-1
    ]
