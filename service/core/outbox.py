"""Due work: made with its event, leased by a worker, done once, tried again, or handed to a
person."""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
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
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.core import wake
from service.core.event_handlers import EVENT_HANDLERS, queue_of
from service.core.time import now
from tenants import isolation
from tenants.isolation import Base, db

LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(days=1)
MAX_ATTEMPTS = 25
# A row whose worker died this often kills workers: a person looks at it.
MAX_DEATHS = 3


class OutboxRow(Base):
    """One reaction to one event. It is open until `done_at` is set, or a person has to look
    (`needs_person_at`).

    `hold` says that it waits on purpose and has not failed: for a setting (`outbound`, `smtp`,
    `twilio`), or for an operator who says whether it still goes out (`review`). `needs_person_at`
    stands beside it, so nobody leases it.
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


class RetryLater(Exception):
    """The work could not be done now and may succeed later: time-outs, 429, 5xx."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class TooEarly(RetryLater):
    """It is too early for the work; raised before anything was written, so that others in the
    transaction go on."""


class NeedsOperator(Exception):
    """The work cannot be done without a person; the text says why, in words they understand."""


class OnHold(Exception):
    """The work stays here while a setting says so; `hold` names it. Neither attempts nor age
    count."""

    def __init__(self, hold: str, reason: str) -> None:
        super().__init__(reason)
        self.hold = hold


@dataclass(frozen=True)
class Lease:
    """A worker's hold on a row: only who has the token may mark it."""

    id: int
    event_id: int
    company_id: int | None
    reaction: str
    token: uuid.UUID
    attempt: int
    created_at: datetime


def enqueue_for(
    event_id: int,
    company_id: int | None,
    kind: str,
    later: datetime | None = None,
    queue: str | None = None,
) -> None:
    """Write one row for each reaction that follows from this kind of event, in the event's own
    transaction.

    `queue` is the one they go through, where the kind of event alone does not tell.
    """
    names = EVENT_HANDLERS.get(kind, ())
    if names:
        # Without "returning": the writer of an event may not read the work that follows from it.
        # And in a statement of its own: an assistant's part of the wall looks for the event.
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
MARK_DONE = text(
    "update due set done_at = now(), lease_until = null, lease_token = null, last_error = null"
    " where id = any(:ids) and lease_token = :token and done_at is null returning id"
)
LEASE_ROW = text(
    "update due set lease_token = :token, lease_until = now() + :lease, attempt = attempt + 1,"
    " deaths = deaths + (lease_token is not null)::int where id = (select id from due where id ="
    " :id and done_at is null and needs_person_at is null   and due_at <= now() and (lease_until is"
    " null or lease_until < now()) for update skip locked) returning id, event_id, company_id,"
    " reaction, attempt, deaths, created_at"
)
LEASE_NEW_ROWS = text(
    "update due set lease_token = :token, lease_until = now() + :lease, attempt = 1 where id in"
    " (select id from due where id = any(:ids) and reaction <> all(:alone) and attempt = 0 and"
    " done_at is null   and needs_person_at is null and due_at <= now() order by id for update skip"
    " locked) returning id, event_id, company_id, reaction, attempt, created_at"
)


RENEW = text(
    "update due set lease_until = now() + :lease"
    " where id = :id and lease_token = :token and done_at is null returning id"
)


def lease(due_id: int) -> Lease | None:
    """Take a row for half a minute; None where it is done, held by another or not due. The attempt
    counts from now on."""
    token = uuid.uuid4()
    row = isolation.execute_in_one_roundtrip(
        isolation.system("worker"), LEASE_ROW, {"id": due_id, "token": token, "lease": LEASE}
    )
    if row is None:
        return None
    held = Lease(
        row.id, row.event_id, row.company_id, row.reaction, token, row.attempt, row.created_at
    )
    if row.deaths >= MAX_DEATHS:
        to_operator(held, "Its worker died three times while doing this.")
        return None
    return held


def lease_new(ids: list[int], alone: Collection[str]) -> list[Lease]:
    """Take those of these rows that nobody has tried yet, all at once; reactions named in `alone`
    are left.

    What was tried before is taken one by one, so that a row that kills its worker is convicted by
    itself.
    """
    token = uuid.uuid4()
    with isolation.transaction(isolation.system("worker")):
        rows = db.session.execute(
            LEASE_NEW_ROWS, {"ids": ids, "token": token, "lease": LEASE, "alone": list(alone)}
        ).all()
    return sorted(
        (
            Lease(
                row.id,
                row.event_id,
                row.company_id,
                row.reaction,
                token,
                row.attempt,
                row.created_at,
            )
            for row in rows
        ),
        key=lambda held: held.id,
    )


def renew(held: Lease) -> bool:
    """Hold the row for another half minute while a vendor takes its time; False where another
    worker has it.

    A database that is away for a moment changes nothing: what the vendor says is waited for all the
    same.
    """
    try:
        row = isolation.execute_in_one_roundtrip(
            isolation.system("worker"), RENEW, {"id": held.id, "token": held.token, "lease": LEASE}
        )
    except psycopg.OperationalError:
        return True
    return row is not None


@contextmanager
def effect_and_mark(held: Lease) -> Iterator[None]:
    """One transaction for the effect and its mark. What may heal is tried again later, the rest
    goes to a person."""
    try:
        with isolation.transaction(isolation.system(held.reaction)):
            yield
            mark_done(held)
    except RetryLater as error:
        retry_later(held, str(error), error.wait)
    except NeedsOperator as error:
        to_operator(held, str(error))


def mark_done(*held: Lease) -> None:
    """Mark rows of one lease done, under its token. Raises LostLease where another worker has taken
    one over."""
    db.session.flush()
    marked = db.session.execute(
        MARK_DONE, {"ids": [one.id for one in held], "token": held[0].token}
    )
    if len(marked.all()) < len(held):
        raise LostLease([one.id for one in held])


class LostLease(RuntimeError):
    """The lease ran out and another worker holds the row: the effect is rolled back, nothing is
    lost."""


def retry_later(held: Lease, reason: str, wait: timedelta | None = None) -> None:
    """Try again after a growing wait with jitter; after a day a person has to look."""
    if now() - held.created_at > GIVE_UP_AFTER or held.attempt >= MAX_ATTEMPTS:
        return to_operator(held, reason)
    pause = wait or timedelta(seconds=min(3600.0, 2.0**held.attempt) * random.uniform(0.75, 1.25))  # noqa: S311
    with isolation.transaction(isolation.system("worker")):
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == held.id, OutboxRow.lease_token == held.token)
            .values(
                due_at=func.now() + pause,
                enqueued_at=None,
                lease_token=None,
                lease_until=None,
                last_error=reason[:1000],
            )
        )


def to_operator(held: Lease, reason: str) -> None:
    """Put the row on the list of what needs a person, with the reason."""
    with isolation.transaction(isolation.system("worker")):
        _to_operator(held.id, held.token, reason)


def put_on_hold(held: Lease, hold: str, reason: str) -> None:
    """Put the row on hold, as if it had not been tried."""
    with isolation.transaction(isolation.system("worker")):
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == held.id, OutboxRow.lease_token == held.token)
            .values(
                needs_person_at=func.now(),
                hold=hold,
                attempt=OutboxRow.attempt - 1,
                lease_token=None,
                lease_until=None,
                enqueued_at=None,
                last_error=reason[:1000],
            )
        )


def hold_for_review(due_ids: Collection[int], reason: str) -> None:
    """Let an operator say whether rows on hold still go out."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(due_ids))
        .values(hold="review", last_error=reason[:1000])
    )


def on_hold(holds: Collection[str], limit: int) -> list[OutboxRow]:
    """Return the rows on hold for these reasons, oldest first."""
    return list(
        db.session.scalars(
            select(OutboxRow)
            .where(OutboxRow.hold.in_(holds), OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.id)
            .limit(limit)
        )
    )


def count_on_hold() -> dict[str, int]:
    """Return how many rows are on hold, by reason."""
    found = db.session.execute(
        select(OutboxRow.hold, func.count())
        .where(OutboxRow.hold.is_not(None), OutboxRow.done_at.is_(None))
        .group_by(OutboxRow.hold)
    )
    return {hold: count for hold, count in found if hold}


def discard(due_id: int) -> None:
    """Close a row on hold without doing it."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == due_id, OutboxRow.hold.is_not(None), OutboxRow.done_at.is_(None))
        .values(done_at=func.now(), hold=None)
    )


def _to_operator(due_id: int, token: uuid.UUID, reason: str) -> None:
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == due_id, OutboxRow.lease_token == token)
        .values(
            needs_person_at=func.now(), lease_token=None, lease_until=None, last_error=reason[:1000]
        )
    )


def retry(*due_ids: int) -> None:
    """Do rows that failed or were on hold once more now: their attempts and their age begin
    anew."""
    db.session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.id.in_(due_ids),
            OutboxRow.done_at.is_(None),
            OutboxRow.needs_person_at.is_not(None),
        )
        .values(
            needs_person_at=None,
            hold=None,
            enqueued_at=None,
            due_at=func.now(),
            attempt=0,
            deaths=0,
            created_at=func.now(),
        )
    )
    isolation.after_commit(wake.wake)


def needing_operator(limit: int = 100) -> list[OutboxRow]:
    """What failed and waits for a person, newest first; what is on hold is not part of it."""
    return list(
        db.session.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.needs_person_at.is_not(None),
                OutboxRow.done_at.is_(None),
                OutboxRow.hold.is_(None),
            )
            .order_by(OutboxRow.id.desc())
            .limit(limit)
        )
    )
