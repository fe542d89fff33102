"""Running outbox rows: a worker leases a row, runs its handler, and marks it done, to be retried,
on hold, or for an operator."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import func, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from service.core import constraints
from service.core.errors import DISK_FULL_CODES, DomainError
from service.core.outbox import OutboxRow
from service.core.time import now
from tenants import isolation
from tenants.isolation import db

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(days=1)
MAX_ATTEMPTS = 25
# A row whose worker died this often probably kills workers: an operator looks at it.
MAX_DEATHS = 3


class RetryLater(Exception):
    """Work that could not be done now and may succeed later: time-outs, 429, 5xx."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class TooEarly(RetryLater):
    """Work for which it is too early; raised before anything was written, so that other rows in the
    transaction can go on."""


class NeedsOperator(Exception):
    """Work that cannot be done without an operator; the text says why, in plain words."""


class OnHold(Exception):
    """Work that waits while a setting says so; `hold` names the setting. Neither attempts nor age
    count."""

    def __init__(self, hold: str, reason: str) -> None:
        super().__init__(reason)
        self.hold = hold


@dataclass(frozen=True)
class Lease:
    """A worker's lease of a row: only a worker with the token may mark it."""

    id: int
    event_id: int
    company_id: int | None
    reaction: str
    token: uuid.UUID
    attempt: int
    created_at: datetime


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


def lease_row(due_id: int) -> Lease | None:
    """Lease a row for 30 seconds; None where it is done, leased by another worker or not due. The
    attempt is counted at once."""
    token = uuid.uuid4()
    row = isolation.execute_in_one_roundtrip(
        isolation.system("worker"), LEASE_ROW, {"id": due_id, "token": token, "lease": LEASE}
    )
    if row is None:
        return None
    leased = _leased(row, token)
    if row.deaths >= MAX_DEATHS:
        to_operator(leased, "Its worker died three times while doing this.")
        return None
    return leased


def lease_new_rows(ids: list[int], alone: Collection[str]) -> list[Lease]:
    """Lease those of these rows that nobody has tried yet, all at once; handlers named in `alone`
    are left out.

    Rows that were tried before are leased one by one, so that a row that kills its worker is
    identified.
    """
    token = uuid.uuid4()
    with isolation.transaction(isolation.system("worker")):
        rows = db.session.execute(
            LEASE_NEW_ROWS, {"ids": ids, "token": token, "lease": LEASE, "alone": list(alone)}
        ).all()
    return sorted((_leased(row, token) for row in rows), key=lambda leased: leased.id)


def _leased(row: Any, token: uuid.UUID) -> Lease:
    return Lease(
        row.id, row.event_id, row.company_id, row.reaction, token, row.attempt, row.created_at
    )


def renew(lease: Lease) -> bool:
    """Extend the lease by another 30 seconds while a vendor call takes long; False where another
    worker has the row.

    A database that is away for a moment changes nothing: the vendor's response is awaited all the
    same.
    """
    try:
        row = isolation.execute_in_one_roundtrip(
            isolation.system("worker"),
            RENEW,
            {"id": lease.id, "token": lease.token, "lease": LEASE},
        )
    except psycopg.OperationalError:
        return True
    return row is not None


def mark_done(*leases: Lease) -> None:
    """Mark rows done that were leased together. Raises LostLease where another worker has one."""
    db.session.flush()
    ids = [lease.id for lease in leases]
    marked = db.session.execute(MARK_DONE, {"ids": ids, "token": leases[0].token})
    if len(marked.all()) < len(leases):
        raise LostLease(ids)


class LostLease(RuntimeError):
    """A lease that expired while another worker took the row: the effect is rolled back, nothing is
    lost."""


def retry_later(lease: Lease, reason: str, wait: timedelta | None = None) -> None:
    """Retry after a growing wait with jitter; after a day (or MAX_ATTEMPTS) an operator has to
    look."""
    if now() - lease.created_at > GIVE_UP_AFTER or lease.attempt >= MAX_ATTEMPTS:
        return to_operator(lease, reason)
    jitter = random.uniform(0.75, 1.25)  # noqa: S311
    pause = wait or timedelta(seconds=min(3600.0, 2.0**lease.attempt) * jitter)
    with isolation.transaction(isolation.system("worker")):
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == lease.id, OutboxRow.lease_token == lease.token)
            .values(
                due_at=func.now() + pause,
                enqueued_at=None,
                lease_token=None,
                lease_until=None,
                last_error=reason[:1000],
            )
        )


def to_operator(lease: Lease, reason: str) -> None:
    """Put the row on the list of failed jobs, with the reason."""
    with isolation.transaction(isolation.system("worker")):
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == lease.id, OutboxRow.lease_token == lease.token)
            .values(
                needs_person_at=func.now(),
                lease_token=None,
                lease_until=None,
                last_error=reason[:1000],
            )
        )


def put_on_hold(lease: Lease, hold: str, reason: str) -> None:
    """Put the row on hold, as if it had not been tried."""
    with isolation.transaction(isolation.system("worker")):
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == lease.id, OutboxRow.lease_token == lease.token)
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


@contextmanager
def effect_and_mark(lease: Lease) -> Iterator[None]:
    """Open one transaction for an effect and the mark of its row. Raises LostLease."""
    with isolation.transaction(isolation.system(lease.reaction)):
        yield
        mark_done(lease)


def run(lease: Lease, handler: Callable[[], None]) -> None:
    """Run a handler and mark its row in one transaction; an exception decides what happens to the
    row."""
    with _outcome(lease), effect_and_mark(lease):
        handler()


def run_vendor_call(lease: Lease, handler: Callable[[Lease], None]) -> None:
    """Run a handler that calls a vendor: it opens its own transactions around the call, and marks
    the row with the result."""
    with _outcome(lease):
        handler(lease)


@contextmanager
def _outcome(lease: Lease) -> Iterator[None]:
    """Turn the exception of a handler into the new state of its row."""
    try:
        yield
    except LostLease:
        log.warning("the lease of outbox row %s was lost; another worker has it", lease.id)
    except (OperationalError, psycopg.OperationalError):
        raise  # the database is away: the lease expires and the row is enqueued again
    except RetryLater as error:
        retry_later(lease, str(error), error.wait)
    except OnHold as error:
        put_on_hold(lease, error.hold, str(error))
    except NeedsOperator as error:
        to_operator(lease, str(error))
    except Exception as error:  # noqa: BLE001 (whatever one row does, the others go on)
        _fault(lease, error)


def _fault(lease: Lease, error: Exception) -> None:
    """Log the type of an unexpected error, never its data, and try three times in all.

    A full disk is not a fault of the code and is retried for longer.
    """
    if isinstance(error, OSError) and error.errno in DISK_FULL_CODES:
        return retry_later(lease, "There was no room on the disk.")
    _log_fault(lease, error)
    if lease.attempt >= MAX_DEATHS:
        to_operator(lease, reason_of(lease, error))
    else:
        retry_later(lease, reason_of(lease, error))
    return None


def _log_fault(lease: Lease, error: Exception) -> None:
    if isinstance(error, DBAPIError):  # its text quotes values
        kind = type(error.orig).__name__
        log.error("outbox row %s (%s) failed: %s", lease.id, lease.reaction, kind)
    else:
        log.exception("outbox row %s (%s) failed", lease.id, lease.reaction)


def reason_of(lease: Lease, error: Exception) -> str:
    """Return the text for the list of failed jobs: the error's own sentence, where it has one."""
    if isinstance(error, DomainError) and error.detail:
        return error.detail
    if isinstance(error, IntegrityError):
        return f"{constraints.sentence_of(error)} ({lease.reaction}, {constraints.name_of(error)})"
    kind = type(error).__name__
    return f"A fault of the service in '{lease.reaction}' ({kind}). It has been logged."
