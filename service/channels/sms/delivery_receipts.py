"""What becomes of texts that went out, as Twilio reports it: in any order, repeated, sometimes
before our own commit."""

from __future__ import annotations

from sqlalchemy import func, or_, update

from service.messages.message import Message
from tenants import isolation
from tenants.isolation import db

# A report never leads back: delivered stays delivered, whatever arrives late.
STATE_OF_STATUS = {
    "queued": "sent",
    "accepted": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


def record_status(message_id: int | None, sid: str, status: str, code: str | None) -> None:
    """Note the report on our message; it also tells us the id of a text whose sending we did not
    live to note."""
    meaning = STATE_OF_STATUS.get(status)
    if message_id is None or meaning is None or not 0 < message_id < 1 << 62:
        return
    values = {
        "provider_id": sid[:400],
        "state": meaning,
        "sent_at": func.coalesce(Message.sent_at, func.now()),
    }
    if meaning == "failed":
        values["error"] = f"Twilio reports {status} (code {code or 'none'})."[:200]
    open_states = ("kept", "sending") if meaning == "sent" else ("kept", "sending", "sent")
    with isolation.transaction(isolation.system("twilio status")):
        db.session.execute(
            update(Message)
            .where(
                Message.id == message_id,
                Message.channel == "sms",
                Message.state.in_(open_states),
                or_(Message.provider_id.is_(None), Message.provider_id == sid),
            )
            .values(**values)
        )
