"""Outbox rows that wait for an operator: failed ones, and those on hold."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, update

from service.core import wake
from service.core.outbox import OutboxRow
from tenants import isolation
from tenants.isolation import db


def hold_for_review(due_ids: Collection[int], reason: str) -> None:
    """Let an operator decide whether rows on hold still go out."""
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
    """Close a row on hold without running it."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == due_id, OutboxRow.hold.is_not(None), OutboxRow.done_at.is_(None))
        .values(done_at=func.now(), hold=None)
    )


def retry(*due_ids: int) -> None:
    """Run rows again now that failed or were on hold: their attempts and their age start anew."""
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
    """Return failed rows that wait for an operator, newest first; rows on hold are not included."""
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
