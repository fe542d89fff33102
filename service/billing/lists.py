"""Lists of charges and invoices, newest first, as keyset pages; the wall leaves out what the reader may not see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service.billing.charges import Charge, Invoice
from service.tasks.task import Task
from tenants.wall import db


@dataclass(frozen=True)
class ChargeRow:
    """A charge with its invoice and task."""

    charge: Charge
    invoice: Invoice | None
    title: str
    number: int


@dataclass(frozen=True)
class ChargePage:
    """A page of charges and where the next one begins."""

    rows: list[ChargeRow]
    next: str | None


def charges(after: str | None = None, limit: int = 50) -> ChargePage:
    """The charges that this reader may see."""
    wanted = (select(Charge, Invoice, Task.title, Task.number).join(Task, Task.id == Charge.task_id)
              .outerjoin(Invoice, Invoice.charge_id == Charge.id).order_by(Charge.id.desc()).limit(limit + 1))
    if after and after.isdecimal() and len(after) < 19:
        wanted = wanted.where(Charge.id < int(after))
    rows = [ChargeRow(*row) for row in db.session.execute(wanted)]
    return ChargePage(rows[:limit], str(rows[limit - 1].charge.id) if len(rows) > limit else None)


def invoice(number: str) -> Invoice | None:
    """The invoice of this number, where the reader may see it."""
    return db.session.scalar(select(Invoice).where(Invoice.number == number[:20]))
