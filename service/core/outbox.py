"""The outbox: rows written in the transaction of their event, leased by a worker, run once,
retried, or passed to an operator."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.core import wake
from service.core.event_handlers import EVENT_HANDLERS, queue_of
from service.core.event_kinds import EventKind
from tenants import isolation
from tenants.isolation import Base, db


class OutboxRow(Base):
    """One event handler to run for one event. The row is open until `done_at` is set, or an
    operator has to look (`needs_person_at`).

    `hold` says that the row waits on purpose and has not failed: for a setting (`outbound`, `smtp`,
    `twilio`, or the hold that a channel names), or for an operator to decide whether it still goes
    out (`review`). `needs_person_at` is set as well, so that no worker leases it.
    """

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("event_id", "reaction"),
        ForeignKeyConstraint(["company_id", "event_id"], ["event.company_id", "event.id"]),
        Index(
            "ix_due_open", "due_at", postgresql_where="done_at is null and needs_person_at is null"
        ),
        Index(
            "ix_due_fresh",
            "queue",
            "due_at",
            postgresql_where="enqueued_at is null and done_at is null and needs_person_at is null",
        ),
        Index(
            "ix_due_sent",
            "queue",
            "enqueued_at",
            postgresql_where=(
                "enqueued_at is not null and done_at is null and needs_person_at is null"
            ),
        ),
        Index(
            "ix_due_needs_person",
            "id",
            postgresql_where="needs_person_at is not null and done_at is null",
        ),
        Index("ix_due_hold", "hold", "id", postgresql_where="hold is not null and done_at is null"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    reaction: Mapped[str] = mapped_column(String(40))
    queue: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    attempt: Mapped[int] = mapped_column(Integer, server_default="0")
    deaths: Mapped[int] = mapped_column(Integer, server_default="0")
    lease_token: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    enqueued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    needs_person_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    hold: Mapped[str | None] = mapped_column(String(10))
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def enqueue_for(
    event_id: int,
    company_id: int | None,
    kind: EventKind,
    later: datetime | None = None,
    queue: str | None = None,
) -> None:
    """Write one row for each handler of this kind of event, in the event's own transaction.

    `queue` overrides the handlers' queue where the kind of event does not determine it.
    """
    names = EVENT_HANDLERS.get(kind, ())
    if names:
        # Without "returning": the writer of an event may not read its outbox rows. A statement of
        # its own: the row-level security policy for assistants looks for the event.
        db.session.execute(
            INSERT,
            {
                "event": event_id,
                "company": company_id,
                "due_at": later,
                "reactions": list(names),
                "queues": [queue or queue_of(name) for name in names],
            },
        )
        isolation.after_commit(wake.wake)


INSERT = text(
    "insert into due (event_id, company_id, reaction, queue, due_at)"
    " select :event, :company, f.reaction, f.queue, coalesce(cast(:due_at as timestamptz), now())"
    " from unnest(cast(:reactions as text[]), cast(:queues as text[])) as f (reaction, queue)"
)
