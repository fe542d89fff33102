"""What a restored backup leaves behind: its epoch, and which ids belong to the time after it.

The ids that were given out between backup and restore are not given out again: sequences jump.
Where even that is not known, as after a second restore on a new machine, the epoch, drawn at each
restore, keeps links, answer addresses and Message-IDs of the lost time from being taken for those
of today. Before the first restore there is none, and everything is signed as ever.
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
    """One restore. `first_ids` says by table from which id on rows were made after it;
    `lost_invoices` by year which numbers were issued and are in no backup: [first, last]."""

    __tablename__ = "restored"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(8), unique=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    first_ids: Mapped[dict[str, int]] = mapped_column(JSONB)
    lost_invoices: Mapped[dict[str, list[int]]] = mapped_column(JSONB, server_default="{}")


# Oldest first. A restore ends every connection, so whoever has a new one reads anew.
_known: list[tuple[str, dict[str, int]]] | None = None


@event.listens_for(Pool, "connect")
def _forget(_connection: Any, _record: Any) -> None:
    global _known
    _known = None


def epoch_of(table: str, row_id: int) -> str:
    """Return the epoch in which this row was made; "" for the time before any restore."""
    return next((epoch for epoch, first in reversed(_restores()) if row_id >= first[table]), "")


def came_back(table: str, row_id: int) -> bool:
    """Whether this row came with the newest restored backup, so that what followed from it may have
    happened before.

    It is read anew each time, in the open scope: money hangs on it.
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
