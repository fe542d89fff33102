"""Charges: one for each accepted task and one for its tip, each posted once, paid by card, with its
own invoice."""

from __future__ import annotations

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
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.billing import ledger
from service.core.actor import THE_SYSTEM
from service.core.event_kinds import EventKind
from service.core.time import now
from service.tasks import events
from service.tasks.task import Task
from tenants.isolation import Base, db


class Charge(Base):
    """What a task costs, or the tip for it (`kind`: work, tip). `state`: open, paying, paid,
    failed. Unique by task and kind, so that nothing is charged twice.

    `intent_id` is the payment intent at Stripe, `intent_due_id` the outbox row whose attempt made
    it.
    """

    __tablename__ = "charge"
    __table_args__ = (
        ForeignKeyConstraint(["company_id", "task_id"], ["task.company_id", "task.id"]),
        UniqueConstraint("task_id", "kind"),
        UniqueConstraint("company_id", "id"),
        # Partial, so that a foreign key check does not use this index instead of the table's key.
        Index("ix_charge_month", "company_id", "created_at", postgresql_where="amount > 0"),
        Index(
            "ix_charge_intent", "intent_id", unique=True, postgresql_where="intent_id is not null"
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    task_id: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(String(10), server_default="work")
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), server_default="open")
    intent_id: Mapped[str | None] = mapped_column(String(100))
    intent_due_id: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Invoice(Base):
    """The invoice of a charge; numbers are gapless within a year."""

    __tablename__ = "invoice"
    __table_args__ = (
        ForeignKeyConstraint(["company_id", "charge_id"], ["charge.company_id", "charge.id"]),
        UniqueConstraint("charge_id"),
        Index("ix_invoice_company", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    charge_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    total: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class InvoiceYear(Base):
    """The last invoice number of a year; its row is locked until the invoice is committed, so that
    no gap appears."""

    __tablename__ = "invoice_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


NEXT_NUMBER = text(
    "insert into invoice_year as y (year, last) values (:year, 1001)"
    " on conflict (year) do update set last = y.last + 1 returning last"
)


def charge_for(task: Task, event_id: int) -> Charge | None:
    """Post the price of a finished task and issue its invoice, once; return None where nothing is
    to be paid."""
    return _post(task, event_id, "work", task.price or 0)


def charge_tip(task: Task, event_id: int, tip: int) -> Charge | None:
    """Post a tip (minor units) and issue its invoice, once; return None where there is none."""
    return _post(task, event_id, "tip", tip)


def _post(task: Task, event_id: int, kind: str, amount: int) -> Charge | None:
    if amount == 0:
        return None
    charge_id = db.session.scalar(
        insert(Charge)
        .values(
            company_id=task.company_id,
            task_id=task.id,
            event_id=event_id,
            kind=kind,
            amount=amount,
            currency=task.currency,
        )
        .on_conflict_do_nothing(index_elements=["task_id", "kind"])
        .returning(Charge.id)
    )
    if charge_id is None:
        return of_task(task, kind)
    ledger.post(
        task.company_id, event_id, "charge", ledger.RECEIVABLE, ledger.EARNED, amount, task.currency
    )
    invoice = _issue(task, charge_id, amount)
    events.write(EventKind.CHARGE_MADE, THE_SYSTEM, task=task, charge=charge_id, invoice=invoice.id)
    return db.session.get(Charge, charge_id)


def of_task(task: Task, kind: str = "work") -> Charge | None:
    """Return the task's charge of this kind."""
    return db.session.scalar(select(Charge).where(Charge.task_id == task.id, Charge.kind == kind))


def invoice_of(charge: Charge) -> Invoice | None:
    """Return the charge's invoice."""
    return db.session.scalar(select(Invoice).where(Invoice.charge_id == charge.id))


def paid(charge: Charge, task: Task) -> None:
    """Record that the card payment succeeded and settle the receivable, once. The caller has locked
    the charge's row."""
    if charge.state == "paid":
        return
    charge.state, charge.paid_at, charge.error = "paid", now(), None
    happened = events.write(EventKind.CHARGE_PAID, THE_SYSTEM, task=task, charge=charge.id)
    ledger.post(
        charge.company_id,
        happened.id,
        "payment",
        ledger.CARD,
        ledger.RECEIVABLE,
        charge.amount,
        charge.currency,
    )


def failed(charge: Charge, task: Task, reason: str) -> None:
    """Record that the card was declined or is missing: the owner is notified and can pay on the
    billing page."""
    charge.state, charge.error = "failed", reason[:500]
    events.write(EventKind.CHARGE_FAILED, THE_SYSTEM, task=task, charge=charge.id)


def _issue(task: Task, charge_id: int, amount: int) -> Invoice:
    year = now().year
    number = db.session.scalar(NEXT_NUMBER, {"year": year})
    invoice = Invoice(
        company_id=task.company_id,
        charge_id=charge_id,
        number=f"PO-{year}-{number}",
        total=amount,
        currency=task.currency,
    )
    db.session.add(invoice)
    db.session.flush()
    return invoice
