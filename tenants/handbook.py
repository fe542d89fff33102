"""A company's handbook: how this client works. It goes with every one of its tasks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants.wall import Base, db


class Handbook(Base):
    """One page for each company, in its own words; at most 20,000 letters (checked at the door)."""

    __tablename__ = "handbook"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text, server_default="")
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


def of(company_id: int) -> Handbook | None:
    """The company's handbook, None where it was never written or is not to be seen."""
    return db.session.get(Handbook, company_id)


def write(company_id: int, text: str, by: int) -> None:
    """Keep a new text of the handbook."""
    db.session.execute(
        insert(Handbook).values(company_id=company_id, text=text, updated_by=by, updated_at=func.now())
        .on_conflict_do_update(index_elements=["company_id"],
                               set_={"text": text, "updated_by": by, "updated_at": func.now()})
    )
