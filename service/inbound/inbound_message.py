"""Inbound messages as they arrived: one row for each delivery, stored before it is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base


class Inbound(Base):
    """A raw message from outside. Unique by channel, account and the provider's id, so that a
    repeat changes nothing."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("channel", "account", "provider_id"),
        Index("ix_inbound_state", "state", "id"),
        Index("ix_inbound_recent", "id", postgresql_where="state = 'needs_person'"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    account: Mapped[str] = mapped_column(String(320))
    provider_id: Mapped[str] = mapped_column(String(1000))
    sender: Mapped[str] = mapped_column(String(400), server_default="")
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    state: Mapped[str] = mapped_column(String(12), server_default="kept")
    reason: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    task_id: Mapped[int | None] = mapped_column(BigInteger)
