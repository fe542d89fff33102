"""People: one row for each human, whether client, staff or both. Their addresses are in
`addresses`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Boolean, DateTime, Identity, String, func
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db


class Person(Base):
    """A human being. `channel` is how they prefer to be notified: email, sms or web (only on the
    site)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), server_default="en")
    zone: Mapped[str] = mapped_column(String(64), server_default="Europe/Riga")
    channel: Mapped[str] = mapped_column(String(10), server_default="email")
    is_staff: Mapped[bool] = mapped_column(Boolean, server_default="false")
    theme: Mapped[str] = mapped_column(String(5), server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    @property
    def tz(self) -> ZoneInfo:
        """Return the person's time zone, an IANA name in the row."""
        return ZoneInfo(self.zone)

    @property
    def first_name(self) -> str:
        """Return the name as messages use it."""
        return self.name.split()[0] if self.name.split() else self.name


def add(
    name: str,
    *,
    language: str = "en",
    zone: str = "Europe/Riga",
    channel: str = "email",
    is_staff: bool = False,
) -> Person:
    """Create a person; the caller adds addresses, a membership or a staff row."""
    person = Person(name=name, language=language, zone=zone, channel=channel, is_staff=is_staff)
    db.session.add(person)
    db.session.flush()
    return person
