"""What is said on a task, and every message that goes out. One row for each message to one
person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import CLIENT, Actor
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.core.text import clean
from service.core.time import now
from service.tasks import bounds, events
from service.tasks.states import check_may_add
from service.tasks.task import Task
from tenants.isolation import Base, db
from tenants.literals import literal_limit

MAX_TEXT = bounds.MESSAGE.most
PAGE_SIZE = 50
REPEAT_WITHIN = timedelta(minutes=2)


class Message(Base):
    """Somebody's words on a task (`direction` said), or a message of the service to one person
    (`out`).

    An outgoing one has a `template` or the words of the one who wrote them, an address once it is
    known, and the vendor's id once it was handed over. `state` (outgoing only): kept (waits),
    sending, handing (the mail server may have it), sent, delivered, failed, held, unknown (it may
    have been sent), discarded.
    """

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(["company_id", "task_id"], ["task.company_id", "task.id"]),
        UniqueConstraint("company_id", "id"),
        Index("ix_message_task", "task_id", "id"),
        Index("ix_message_provider", "provider_id", postgresql_where="provider_id is not null"),
        Index("ix_message_out", "direction", "id"),
        Index(
            "ix_message_unsent",
            "state",
            "id",
            postgresql_where="direction = 'out' and state in ('kept', 'sending')",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    direction: Mapped[str] = mapped_column(String(5))
    author_kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_address: Mapped[str | None] = mapped_column(String(400))
    channel: Mapped[str] = mapped_column(String(10))
    template: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    subject: Mapped[str] = mapped_column(Text, server_default="")
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), server_default="kept")
    provider_id: Mapped[str | None] = mapped_column(String(400))
    reply_to_provider_id: Mapped[str | None] = mapped_column(String(1000))
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound.id"), unique=True)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    tried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def say(
    task: Task, by: Actor, text: str, *, inbound_id: int | None = None, channel: str | None = None
) -> Message:
    """Somebody's words on a task, for the other side. Raises InvalidInput, NotAllowed."""
    check_may_add(task, by)
    words = clean(text).strip()
    if not 1 <= len(words) <= MAX_TEXT:
        raise InvalidInput({"text": _("Enter 1 to 10,000 characters")})
    message = Message(
        company_id=task.company_id,
        task_id=task.id,
        direction="said",
        author_kind=by.kind,
        author_id=by.person_id,
        channel=channel or by.channel,
        text=words,
        inbound_id=inbound_id,
    )
    db.session.add(message)
    db.session.flush()
    events.write(
        EventKind.TASK_MESSAGE,
        by,
        task=task,
        message=message.id,
        to="assistant" if by.kind == CLIENT else "client",
    )
    return message


def say_once(task: Task, by: Actor, text: str) -> Message:
    """The words of a form. The same words again at once are the same form, whose answer was lost on
    its way. Raises InvalidInput, NotAllowed."""
    events.lock_all((task.id,))
    last = said_on(task, limit=1)
    if (
        last
        and last[0].author_id == by.person_id
        and last[0].text == clean(text).strip()
        and now() - last[0].created_at < REPEAT_WITHIN
    ):
        return last[0]
    return say(task, by, text)


def said_on(task: Task, before: int | None = None, limit: int = PAGE_SIZE) -> list[Message]:
    """The newest of what was said on a task, or what was said before a message, oldest first; what
    the service says is not part of it."""
    said = select(Message).where(Message.task_id == task.id, Message.direction == "said")
    if before is not None:
        said = said.where(Message.id < before)
    return list(db.session.scalars(said.order_by(Message.id.desc()).limit(literal_limit(limit))))[
        ::-1
    ]
