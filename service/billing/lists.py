"""Lists of charges and invoices, newest first, as keyset pages; the wall leaves out what the reader
may not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from service.billing.charges import Charge, Invoice
from service.tasks.task import Task
from tenants.isolation import db
from tenants.literals import literal_limit
from tenants.people import Person

CHARGES, INVOICES = 10, 6
Row = TypeVar("Row")


@dataclass(frozen=True)
class ChargeRow:
    """A charge with its invoice, its task and who handed that over."""

    charge: Charge
    invoice: Invoice | None
    task: Task
    person: str | None

    @property
    def id(self) -> int:
        """What its place in the list is kept by."""
        return self.charge.id


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice with the state of its charge and the title of its task."""

    invoice: Invoice
    state: str
    title: str

    @property
    def id(self) -> int:
        """What its place in the list is kept by."""
        return self.invoice.id


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page of a list: `older` and `newer` are the ids after and before which the neighbours
    begin."""

    rows: list[Row]
    older: int | None
    newer: int | None


def charges(
    after: str | None = None, before: str | None = None, limit: int = CHARGES
) -> Page[ChargeRow]:
    """The charges that this reader may see: those older than `after`, or those newer than
    `before`."""
    wanted = (
        select(Charge, Invoice, Task, Person.name)
        .join(Task, Task.id == Charge.task_id)
        .outerjoin(Invoice, Invoice.charge_id == Charge.id)
        .outerjoin(Person, Person.id == Task.person_id)
    )
    return _page(wanted, Charge.id, ChargeRow, after, before, limit)


def invoices(
    company_id: int, after: str | None = None, before: str | None = None, limit: int = INVOICES
) -> Page[InvoiceRow]:
    """The company's invoices that this reader may see."""
    wanted = (
        select(Invoice, Charge.state, Task.title)
        .join(Charge, Charge.id == Invoice.charge_id)
        .join(Task, Task.id == Charge.task_id)
        .where(Invoice.company_id == company_id)
    )
    return _page(wanted, Invoice.id, InvoiceRow, after, before, limit)


def _page(
    wanted: Any, key: Any, row_of: Any, after: str | None, before: str | None, limit: int
) -> Page[Any]:
    """One row more than is shown says whether there is a neighbour; the other neighbour is where
    the reader came from."""
    last, first = _place(after), _place(before)
    if first is not None:
        rows = [
            row_of(*row)
            for row in db.session.execute(
                wanted.where(key > first).order_by(key.asc()).limit(literal_limit(limit + 1))
            )
        ]
        if shown := rows[:limit][::-1]:
            return Page(shown, shown[-1].id, shown[0].id if len(rows) > limit else None)
    older = wanted.where(key < last) if last is not None else wanted
    rows = [
        row_of(*row)
        for row in db.session.execute(older.order_by(key.desc()).limit(literal_limit(limit + 1)))
    ]
    shown = rows[:limit]
    return Page(
        shown,
        shown[-1].id if len(rows) > limit else None,
        shown[0].id if last is not None and shown else None,
    )


def _place(text: str | None) -> int | None:
    """The id that an address names; anything else is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def invoice(number: str) -> Invoice | None:
    """The invoice of this number, where the reader may see it."""
    return db.session.scalar(select(Invoice).where(Invoice.number == number[:20]))
