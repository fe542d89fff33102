"""Which browser of whom may be shown notifications, and for how long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.channels.push import endpoint_check
from service.core.errors import InvalidInput
from tenants.isolation import Base, db
from tenants.signin.tables import LoginSession

# Devices of one person; with one more the oldest is let go.
MAX_PER_PERSON = 10


class PushSubscription(Base):
    """A browser that takes notifications: where to, and the keys (base64url) that only it can read
    with.

    It lives as long as the sign-in it was made in: who signs out, or is signed out everywhere, is
    told nothing there.
    """

    __tablename__ = "push_subscription"
    __table_args__ = (
        Index("ix_push_subscription_open", "person_id", postgresql_where="ended_at is null"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), index=True
    )
    endpoint: Mapped[str] = mapped_column(Text, unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    agent: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def keep(
    person_id: int, session_id: int, endpoint: str, p256dh: str, auth: str, agent: str
) -> None:
    """This browser is this person's from now on, whoever had it before: they hold it. Raises
    InvalidInput."""
    if not (
        endpoint_check.may_be(endpoint)
        and endpoint_check.is_point(p256dh)
        and endpoint_check.is_secret(auth)
    ):
        raise InvalidInput({"endpoint": "This is no subscription of a push service."})
    row = {
        "person_id": person_id,
        "session_id": session_id,
        "endpoint": endpoint,
        "p256dh": p256dh,
        "auth": auth,
        "agent": agent[:200],
    }
    renewed = {**row, "ended_at": None, "created_at": func.now()}
    db.session.execute(
        insert(PushSubscription)
        .values(**row)
        .on_conflict_do_update(index_elements=["endpoint"], set_=renewed)
    )
    newest = [one.id for one in of_person(person_id)]
    db.session.execute(
        update(PushSubscription)
        .where(
            PushSubscription.person_id == person_id,
            PushSubscription.ended_at.is_(None),
            PushSubscription.id.not_in(newest),
        )
        .values(ended_at=func.now())
    )


def of_person(person_id: int) -> list[PushSubscription]:
    """The browsers in which this person is still signed in and wants to be told, newest first."""
    return list(
        db.session.scalars(
            select(PushSubscription)
            .join(LoginSession, LoginSession.id == PushSubscription.session_id)
            .where(
                PushSubscription.person_id == person_id,
                PushSubscription.ended_at.is_(None),
                LoginSession.ended_at.is_(None),
            )
            .order_by(PushSubscription.created_at.desc(), PushSubscription.id.desc())
            .limit(MAX_PER_PERSON)
        )
    )


def open_one(subscription_id: int) -> PushSubscription | None:
    """A subscription that can still be sent to."""
    return db.session.scalar(
        select(PushSubscription)
        .join(LoginSession, LoginSession.id == PushSubscription.session_id)
        .where(
            PushSubscription.id == subscription_id,
            PushSubscription.ended_at.is_(None),
            LoginSession.ended_at.is_(None),
        )
    )


def end(person_id: int, endpoint: str) -> None:
    """This person wants no more notifications in this browser."""
    db.session.execute(
        update(PushSubscription)
        .where(PushSubscription.person_id == person_id, PushSubscription.endpoint == endpoint)
        .values(ended_at=func.coalesce(PushSubscription.ended_at, func.now()))
    )


def close(subscription_id: int) -> None:
    """The push service says that the browser is gone."""
    db.session.execute(
        update(PushSubscription)
        .where(PushSubscription.id == subscription_id)
        .values(ended_at=func.now())
    )
