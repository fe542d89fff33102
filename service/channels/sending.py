"""Outgoing messages to their vendors: intent first, the call outside of any transaction, then the result with the mark."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from service import due
from service.channels.email import smtp_edge
from service.channels.push import devices
from service.channels.push.edge import Gone
from service.channels.sms import twilio_edge
from service.config import settings
from service.conversation.messages import Message
from service.due import Heals, Lease, NeedsPerson
from service.now import awake, now
from service.tasks.events import Event
from service.texts import to_translate
from tenants import addresses, wall
from tenants.people import Person
from tenants.wall import db

# Answers to a text that has just come are sent at any hour: its writer is awake.
AT_ONCE = ("code", "acknowledge", "reply", "started", "stranger", "receipt", "tip_receipt", "accepted", "cancelled", "stopped", "to_stranger")
# After a death in the middle Twilio's report may still be on its way; its list is complete by then.
REPORT_AFTER = timedelta(seconds=5)


def send(held: Lease) -> None:
    """Hand one message over. An attempt that died in the middle is looked up at the vendor before it is tried again."""
    message, before = _intend(held)
    if message is None:
        return
    try:
        sid = _found(message) if before == "sending" else None
        provider_id = sid or (_once_more(message) if before == "sending" else _call(message))
    except Gone as error:  # a device that takes no more: nothing that a person could mend
        with due.doing(held):
            db.session.execute(update(Message).where(Message.id == message.id).values(state="failed", error=str(error)))
        return
    except NeedsPerson as error:
        _failed(message.id, str(error))
        raise
    with due.doing(held):
        db.session.execute(update(Message).where(Message.id == message.id).values(
            provider_id=func.coalesce(Message.provider_id, provider_id), sent_at=func.now(), error=None,
            state=func.replace(Message.state, "sending", "sent")))


def _intend(held: Lease) -> tuple[Message | None, str]:
    """Commit that we are about to send. (None, …) where nothing is to be done; the row is marked then."""
    with wall.transaction(wall.system("send")):
        event = db.session.get_one(Event, held.event_id)
        message = db.session.get_one(Message, event.facts["message"])
        before = message.state
        again = before == "failed" and message.provider_id is None  # an operator wants it tried once more
        if before not in ("kept", "sending") and not again:
            due.mark_done(held)
            return None, before
        if reason := _kept_in(message):
            message.state, message.error = "held", reason
            due.mark_done(held)
            return None, before
        _wait_for_morning(message)
        message.state = "sending"
        if before != "sending":
            message.tried_at = now()
        db.session.flush()
        db.session.expunge(message)
    return message, before


def _kept_in(message: Message) -> str | None:
    """Why this message does not leave the desk."""
    conf = settings()
    if conf.outbound == "off":
        return "OUTBOUND is off."
    if message.channel == "email" and not conf.smtp_url:
        return "No SMTP_URL is set."
    if message.channel == "sms" and not conf.twilio_account_sid:
        return "No TWILIO_ACCOUNT_SID is set."
    if message.channel == "sms" and message.template != "stopped" and addresses.stopped("phone", message.to_address or ""):
        return to_translate("They asked for no more texts before this one was sent.")
    return None


def _wait_for_morning(message: Message) -> None:
    if message.channel not in ("sms", "push") or message.template in AT_ONCE or message.to_id is None:
        return
    person = db.session.get(Person, message.to_id)
    if person is None:
        return
    moment = now()
    morning = awake(moment, person.tz, settings().quiet_from, settings().quiet_to)
    if morning > moment:
        raise Heals("It is night where they are.", morning - moment)


def _once_more(message: Message) -> str:
    """Note that we are about to hand it over again, then do; the vendor's id."""
    with wall.transaction(wall.system("send")):
        db.session.execute(update(Message).where(Message.id == message.id).values(tried_at=func.now()))
    return _call(message)


def _call(message: Message) -> str:
    """The vendor's id of the message that was sent."""
    if message.channel == "sms":
        return twilio_edge.send(message.to_address or "", message.text, message.id).sid
    return devices.send(message) if message.channel == "push" else smtp_edge.send(message)


def _found(message: Message) -> str | None:
    """The id of a text that was sent by an attempt that died before it could say so."""
    if message.channel != "sms":
        return None  # mail carries our own Message-ID, a notification its tag: a repeat is the same one
    if message.provider_id:
        return message.provider_id
    if message.tried_at and now() - message.tried_at < REPORT_AFTER:
        raise Heals("Waiting for Twilio's report on an earlier try.", REPORT_AFTER)
    alike = [sent.sid for sent in twilio_edge.sent_to(message.to_address or "", message.created_at) if sent.text == message.text]
    unknown = [sid for sid in alike if sid not in _known(alike)]
    if len(unknown) > 1:
        raise NeedsPerson("An earlier try may have sent this text, and Twilio's list shows several like it.")
    return unknown[0] if unknown else None


def _known(sids: list[str]) -> set[str]:
    with wall.transaction(wall.system("send")):
        return {sid for sid in db.session.scalars(select(Message.provider_id).where(Message.provider_id.in_(sids))) if sid}


def _failed(message_id: int, reason: str) -> None:
    with wall.transaction(wall.system("send")):
        db.session.execute(update(Message).where(Message.id == message_id).values(state="failed", error=reason))
