"""All that came in, as it came, for operators."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from service.api import access, answers, bodies, reading, reads, responses
from service.api.access import DESK
from service.core.errors import NotFound
from service.inbound.inbound_message import Inbound
from service.tasks.task import Task
from tenants.company import Company
from tenants.isolation import db


@access.requires_staff(*DESK)
@reading.asks(bodies.InboundFilter)
def inbound(query: bodies.InboundFilter) -> Response:
    """List incoming messages, newest first."""
    wanted = _wide()
    if query.state:
        wanted = wanted.where(Inbound.state == query.state)
    if query.channel:
        wanted = wanted.where(Inbound.channel == query.channel)
    if query.q:
        wanted = wanted.where(
            or_(
                *(
                    column.icontains(query.q, autoescape=True)
                    for column in (Inbound.sender, Inbound.subject, Inbound.text)
                )
            )
        )
    page = reads.newest_first(wanted, Inbound.id, query)
    return responses.reply_list([_inbound(*row) for row in page.rows], page.next)


@access.requires_staff(*DESK)
def inbound_one(inbound: int) -> Response:
    """Return one incoming message."""
    row = db.session.execute(_wide().where(Inbound.id == inbound)).first()
    if row is None:
        raise NotFound
    return responses.reply(_inbound(*row))


@access.requires_staff(*DESK)
def inbound_raw(inbound: int) -> Response:
    """Return the raw bytes, as a download."""
    raw = db.session.scalar(select(Inbound.raw).where(Inbound.id == inbound))
    if raw is None:
        raise NotFound
    response = Response(bytes(raw), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="inbound-{inbound}.bin"'
    return response


def _wide() -> Any:
    """A message with its company's short name and the task that was made of it; the bytes stay
    where they are."""
    return (
        select(Inbound, Company.slug, Task.id)
        .outerjoin(Company, Company.id == Inbound.company_id)
        .outerjoin(Task, Task.inbound_id == Inbound.id)
        .options(defer(Inbound.raw))
    )


def _inbound(kept: Inbound, company: str | None, task_id: int | None) -> answers.Inbound:
    return {
        "id": kept.id,
        "channel": kept.channel,
        "provider_id": kept.provider_id,
        "received_at": responses.rfc3339(kept.received_at),
        "from": kept.sender,
        "to": kept.account,
        "subject": kept.subject,
        "text": kept.text,
        "attachments": _attachments(kept),
        "state": kept.state,
        "reason": kept.reason,
        "kind": kept.kind,
        "company": company,
        "task": kept.task_id or task_id,
    }


def _attachments(kept: Inbound) -> list[answers.InboundFile]:
    """What hung on it, where its channel has noted that."""
    return [
        {"name": str(file["name"]), "type": str(file["type"]), "size": int(file["size"])}
        for file in kept.headers.get("attachments", [])
    ]
