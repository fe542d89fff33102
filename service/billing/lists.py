"""Lists of charges and invoices, newest first, paginated by keyset; row-level security leaves out
what the reader may not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from service.billing.charges import Charge, Invoice
from service.core.ids import id_of
from service.core.paging import TwoWayPage, two_way
from service.tasks.task import Task
from tenants.isolation import db
from tenants.people import Person

CHARGES, INVOICES = 10, 6
Row = TypeVar("Row")


@dataclass(frozen=True)
class ChargeRow:
    """A charge with its invoice, its task and who submitted the task."""

    charge: Charge
    invoice: Invoice | None
    task: Task
    person: str | None

    @property
    def id(self) -> int:
        """Return the key of its place in the list."""
        return self.charge.id


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice with the state of its charge and the title of its task."""

    invoice: Invoice
    state: str
    title: str

    @property
    def id(self) -> int:
        """Return the key of its place in the list."""
        return self.invoice.id


def charges(
    after: str | None = None, before: str | None = None, limit: int = CHARGES
) -> TwoWayPage[ChargeRow]:
    """Return the charges that this reader may see: those older than `after`, or newer than
    `before`."""
    wanted = (
        select(Charge, Invoice, Task, Person.name)
        .join(Task, Task.id == Charge.task_id)
        .outerjoin(Invoice, Invoice.charge_id == Charge.id)
        .outerjoin(Person, Person.id == Task.person_id)
    )
    return two_way(wanted, Charge.id, ChargeRow, id_of(after), id_of(before), limit)


def invoices(
    company_id: int, after: str | None = None, before: str | None = None, limit: int = INVOICES
) -> TwoWayPage[InvoiceRow]:
    """Return the company's invoices that this reader may see."""
    wanted = (
        select(Invoice, Charge.state, Task.title)
        .join(Charge, Charge.id == Invoice.charge_id)
        .join(Task, Task.id == Charge.task_id)
        .where(Invoice.company_id == company_id)
    )
    return two_way(wanted, Invoice.id, InvoiceRow, id_of(after), id_of(before), limit)


def invoice(number: str) -> Invoice | None:
    """Return the invoice of this number, if the reader may see it."""
    return db.session.scalar(select(Invoice).where(Invoice.number == number[:20]))
