"""A text that an attempt may have sent which died before it could say so: Twilio's list tells."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service.channels.sms import twilio_edge
from service.core.outbox_run import NeedsOperator, RetryLater
from service.core.time import now
from service.messages.message import Message
from tenants import isolation
from tenants.isolation import db

# After a death in the middle Twilio's report may still be on its way; its list is complete by then.
REPORT_AFTER = timedelta(seconds=5)


def find_sent(message: Message) -> str | None:
    """Return the sid of the text, None where it was not sent. Raises RetryLater, or NeedsOperator
    where several are alike."""
    if message.provider_id:
        return message.provider_id
    if message.tried_at and now() - message.tried_at < REPORT_AFTER:
        raise RetryLater("Waiting for Twilio's report on an earlier try.", REPORT_AFTER)
    alike = [
        sent.sid
        for sent in twilio_edge.sent_to(message.to_address or "", message.created_at)
        if sent.text == message.text
    ]
    unknown = [sid for sid in alike if sid not in _known(alike)]
    if len(unknown) > 1:
        raise NeedsOperator(
            "An earlier try may have sent this text, and Twilio's list shows several like it."
        )
    return unknown[0] if unknown else None


def _known(sids: list[str]) -> set[str]:
    with isolation.transaction(isolation.system("send")):
        return {
            sid
            for sid in db.session.scalars(
                select(Message.provider_id).where(Message.provider_id.in_(sids))
            )
            if sid
        }
