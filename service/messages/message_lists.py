"""Lists of what came in and what went out, newest first, as keyset pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from service.core import paging
from service.core.ids import id_of
from service.core.paging import Page
from service.inbound.inbound_message import Inbound
from service.messages.message import Message
from service.tasks.task import Task
from tenants.isolation import db
from tenants.literals import literal_in, literal_limit

PAGE_SIZE = 50


def inbound(after: str | None = None, limit: int = PAGE_SIZE) -> Page[Any]:
    """What came in, without the raw bytes, and the task that was made of it: the words of what the
    page or a program hands over stand there."""
    wanted = select(
        Inbound.id,
        Inbound.channel,
        Inbound.provider_id,
        Inbound.received_at,
        Inbound.sender,
        Inbound.subject,
        Inbound.text,
        Inbound.state,
        Inbound.reason,
        Inbound.kind,
        Task.id.label("task_id"),
        Task.title,
    ).outerjoin(Task, Task.inbound_id == Inbound.id)
    return paging.by_id(wanted, Inbound.id, id_of(after), limit)


def waiting(limit: int = 100) -> list[Inbound]:
    """Return the messages that wait for an operator, oldest first."""
    return list(
        db.session.scalars(
            select(Inbound)
            .where(literal_in(Inbound.state, ("needs_person",)))
            .order_by(Inbound.id)
            .limit(literal_limit(limit))
        )
    )


def count_waiting(most: int) -> int:
    """Return how many messages wait for an operator, counted up to `most`."""
    return (
        db.session.scalar(
            select(func.count()).select_from(
                select(Inbound.id)
                .where(literal_in(Inbound.state, ("needs_person",)))
                .limit(literal_limit(most))
                .subquery()
            )
        )
        or 0
    )


def outgoing(after: str | None = None, limit: int = PAGE_SIZE) -> Page[Any]:
    """What was written to people."""
    return paging.by_id(
        select(
            Message.id,
            Message.channel,
            Message.to_address,
            Message.subject,
            Message.text,
            Message.state,
            Message.error,
            Message.created_at,
            Message.task_id,
            Message.template,
        ).where(Message.direction == "out"),
        Message.id,
        id_of(after),
        limit,
    )


def outgoing_of(task_id: int) -> list[Message]:
    """What was written to people about one task."""
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.task_id == task_id, Message.direction == "out")
            .order_by(Message.id.desc())
            .limit(literal_limit(100))
        )
    )
