"""The epoch of a restored backup, and which ids belong to the time after the restore.

Ids that were given out between backup and restore are not given out again: sequences jump. Where
even that is not known, as after a second restore on a new machine, the epoch, drawn at random at
each restore, prevents links, answer addresses and Message-IDs of the lost time from being taken for
current ones. Before the first restore there is no epoch, and signatures do without it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Identity, Integer, String, event, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.pool import Pool

from tenants import isolation
from tenants.isolation import Base, db


class RestoredDatabase(Base):
    """One restore. `first_ids` gives, by table, the first id made after it; `lost_invoices`, by
    year, the numbers that were issued and are in no backup: [first, last]."""

    __tablename__ = "restored"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(8), unique=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    first_ids: Mapped[dict[str, int]] = mapped_column(JSONB)
    lost_invoices: Mapped[dict[str, list[int]]] = mapped_column(JSONB, server_default="{}")


# Oldest first. A restore ends every connection, so a new connection reads this again.
_known: list[tuple[str, dict[str, int]]] | None = None


@event.listens_for(Pool, "connect")
def _forget(_connection: Any, _record: Any) -> None:
    global _known
    _known = None


def epoch_of(table: str, row_id: int) -> str:
    """Return the epoch in which this row was made; "" for the time before any restore."""
    return next((epoch for epoch, first in reversed(_restores()) if row_id >= first[table]), "")


def came_back(table: str, row_id: int) -> bool:
    """Return whether this row came back with the newest restored backup, so that its consequences
    may have happened before.

    Read from the database each time, in the current access scope: payments depend on it.
    """
    last = newest()
    return last is not None and row_id < last.first_ids[table]


def newest() -> RestoredDatabase | None:
    """Return the newest restore, for the operators' pages."""
    return db.session.scalar(select(RestoredDatabase).order_by(RestoredDatabase.id.desc()).limit(1))


def _restores() -> list[tuple[str, dict[str, int]]]:
    global _known
    if _known is None:
        _known = _read()
    return _known


def _read() -> list[tuple[str, dict[str, int]]]:
    wanted = select(RestoredDatabase.epoch, RestoredDatabase.first_ids).order_by(
        RestoredDatabase.id
    )
    if isolation.is_open():
        with db.session.no_autoflush:
            return [(epoch, first) for epoch, first in db.session.execute(wanted)]
    with isolation.transaction(isolation.unauthenticated("restores")):
        return [(epoch, first) for epoch, first in db.session.execute(wanted)]
