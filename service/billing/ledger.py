"""Double-entry ledger: integers in minor units, each transaction sums to zero, rows are never
changed, only reversed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    UniqueConstraint,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db

# Accounts: what a company owes us, what we earned, and what came in by card.
RECEIVABLE, EARNED, CARD = "receivable", "earned", "card"


class Posting(Base):
    """A transaction of the ledger, at most one for each event and kind."""

    __tablename__ = "posting"
    __table_args__ = (UniqueConstraint("event_id", "kind"), UniqueConstraint("company_id", "id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Line(Base):
    """A line of a posting, in minor units; positive is a debit."""

    __tablename__ = "ledger_line"
    __table_args__ = (
        ForeignKeyConstraint(["company_id", "posting_id"], ["posting.company_id", "posting.id"]),
        Index("ix_ledger_line_account", "company_id", "account"),
        Index("ix_ledger_line_posting", "posting_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    posting_id: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


def post(
    company_id: int, event_id: int, kind: str, debit: str, credit: str, amount: int, currency: str
) -> int:
    """Move `amount` from one account to another and return the posting's id. A second one for the
    same event and kind is an error."""
    posting = Posting(company_id=company_id, event_id=event_id, kind=kind)
    db.session.add(posting)
    db.session.flush()
    both = {"company_id": company_id, "posting_id": posting.id, "currency": currency}
    db.session.execute(
        insert(Line),
        [
            {**both, "account": debit, "amount": amount},
            {**both, "account": credit, "amount": -amount},
        ],
    )
    return posting.id


def balance(company_id: int, account: str = RECEIVABLE) -> int:
    """Return the balance of a company's account in minor units; what it owes is positive on
    `receivable`."""
    return int(
        db.session.scalar(
            select(func.coalesce(func.sum(Line.amount), 0)).where(
                Line.company_id == company_id, Line.account == account
            )
        )
        or 0
    )
