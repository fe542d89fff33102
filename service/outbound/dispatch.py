"""Outgoing messages to their vendors: intent first, the call outside of any transaction, then the
result with the mark."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import case, func, select, text, update

from service.channels.email import smtp_edge
from service.channels.email.smtp_edge import UNKNOWN, UnknownEnd
from service.channels.push import devices
from service.channels.push.edge import PushSubscriptionExpired
from service.channels.sms import twilio_edge
from service.core import outbox_run
from service.core.config import settings
from service.core.outbox_run import Lease, NeedsOperator, RetryLater
from service.core.text import to_translate
from service.core.time import awake, now
from service.messages.message import Message
from service.tasks.events import Event
from tenants import addresses, isolation
from tenants.isolation import db
from tenants.people import Person

# Answers to a text that has just come are sent at any hour: its writer is awake.
AT_ONCE = (
    "code",
    "acknowledge",
    "reply",
    "started",
    "stranger",
    "receipt",
    "tip_receipt",
    "accepted",
    "cancelled",
    "stopped",
    "to_stranger",
)
# Codes and links that somebody waits for at this moment overtake what is let out after a hold.
WAITS_FOR_NONE = ("code", "reset", "welcome", "invitation")
BEFORE = text("""
select d.hold, d.last_error from due d join event e on e.id = d.event_id
  join message m on m.id = (e.facts ->> 'message')::bigint
where d.hold in ('outbound', 'smtp', 'twilio') and d.done_at is null and d.reaction = 'send'
  and m.channel = :channel and m.to_address = :to and m.id < :id limit 1
""")
# After a death in the middle Twilio's report may still be on its way; its list is complete by then.
REPORT_AFTER = timedelta(seconds=5)
# `handing` is a mail of which the server may have everything: what became of it only its answer
# tells.
ON_THE_WAY = ("sending", "handing")
NOT_SENT = ("kept", "held", "failed", "unknown", *ON_THE_WAY)
WORKER_DIED = UNKNOWN.format(why="the process that sent it ended while the mail server had it")
STOPPED = to_translate("They asked for no more texts before this one was sent.")


def send(lease: Lease) -> None:
    """Hand one message over. An attempt that died in the middle is looked up at the vendor before
    it is tried again; where that cannot be, as with mail that was on its way, an operator is
    asked and nothing is sent by itself."""
    message, before, why = _intend(lease)
    if message is None:
        return
    try:
        if before == "handing":
            raise UnknownEnd(WORKER_DIED)
        if why is not None:
            _keep_in(message, before, why)
        sid = _found(message) if before == "sending" else None
        provider_id = sid or _handed_over(message, lease, again=before == "sending")
    except (
        PushSubscriptionExpired
    ) as error:  # a device that takes no more: nothing that a person could mend
        with outbox_run.effect_and_mark(lease):
            db.session.execute(
                update(Message)
                .where(Message.id == message.id)
                .values(state="failed", error=str(error))
            )
        return
    except UnknownEnd as error:
        _note(message.id, "unknown", str(error))
        raise NeedsOperator(str(error)) from error
    except NeedsOperator as error:
        _note(message.id, "failed", str(error))
        raise
    except RetryLater:
        _note(message.id, "sending", None)
        raise
    with outbox_run.effect_and_mark(lease):
        db.session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(
                provider_id=func.coalesce(Message.provider_id, provider_id),
                sent_at=func.now(),
                error=None,
                state=case((Message.state.in_(ON_THE_WAY), "sent"), else_=Message.state),
            )
        )


def _handed_over(message: Message, lease: Lease, *, again: bool) -> str:
    """The vendor's id. What was begun before is noted as begun again."""
    if again:
        with isolation.transaction(isolation.system("send")):
            db.session.execute(
                update(Message).where(Message.id == message.id).values(tried_at=func.now())
            )
    if message.channel == "sms":
        return twilio_edge.send(message.to_address or "", message.text, message.id).sid
    if message.channel == "push":
        return devices.send(message)
    return smtp_edge.send(
        message, partial(_note, message.id, "handing", None), partial(outbox_run.renew, lease)
    )


def _intend(lease: Lease) -> tuple[Message | None, str, tuple[str, str] | None]:
    """Commit that we are about to send: the message, how it stood, and why it stays here. (None, …)
    where nothing is to be done; the row is marked then."""
    with isolation.transaction(isolation.system("send")):
        event = db.session.get_one(Event, lease.event_id)
        message = db.session.get_one(Message, event.facts["message"])
        before = message.state
        # An operator wants these tried once more: by themselves they are not leased again.
        again = before == "unknown" or (before == "failed" and message.provider_id is None)
        waits = before in ("kept", "held", *ON_THE_WAY) or again
        if waits and _stopped(message):
            message.state, message.error, waits = "held", STOPPED, False
        if not waits:
            outbox_run.mark_done(lease)
            return None, before, None
        why = kept_in(message.channel) or _behind(message)
        if before != "handing" and why is None:
            _wait_for_morning(message)
            message.state = "sending"
            if before != "sending":
                message.tried_at = now()
        db.session.flush()
        db.session.expunge(message)
    return message, before, why


def kept_in(channel: str) -> tuple[str, str] | None:
    """Return why messages of this channel do not leave the desk now: the hold, and the reason; None
    where they do."""
    conf = settings()
    if conf.outbound == "off":
        return "outbound", to_translate("OUTBOUND is off.")
    if channel == "email" and not conf.smtp_url:
        return "smtp", to_translate("No SMTP_URL is set.")
    if channel == "sms" and not conf.twilio_account_sid:
        return "twilio", to_translate("No TWILIO_ACCOUNT_SID is set.")
    return None


def _keep_in(message: Message, before: str, why: tuple[str, str]) -> None:
    """Put it on hold. One that was being sent stays so: it is looked up first."""
    if before != "sending":
        _note(message.id, "held", why[1])
    raise outbox_run.OnHold(*why)


def _behind(message: Message) -> tuple[str, str] | None:
    """The hold of an earlier message to the same recipient, so that this one does not overtake it;
    codes wait for none."""
    if message.template in WAITS_FOR_NONE:
        return None
    found = db.session.execute(
        BEFORE, {"id": message.id, "channel": message.channel, "to": message.to_address}
    ).first()
    return (found.hold, found.last_error) if found else None


def _stopped(message: Message) -> bool:
    """Whether its reader asked for no more texts."""
    return (
        message.channel == "sms"
        and message.template != "stopped"
        and addresses.stopped("phone", message.to_address or "")
    )


def _wait_for_morning(message: Message) -> None:
    if (
        message.channel not in ("sms", "push")
        or message.template in AT_ONCE
        or message.to_id is None
    ):
        return
    person = db.session.get(Person, message.to_id)
    if person is None:
        return
    moment = now()
    morning = awake(moment, person.tz, settings().quiet_from, settings().quiet_to)
    if morning > moment:
        raise RetryLater("It is night where they are.", morning - moment)


def _found(message: Message) -> str | None:
    """The id of a text that was sent by an attempt that died before it could say so."""
    if message.channel != "sms":
        # mail carries our own Message-ID, a notification its tag: a repeat is the same one
        return None
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


def _note(message_id: int, state: str, error: str | None) -> None:
    """Commit where a message stands that is not sent yet."""
    with isolation.transaction(isolation.system("send")):
        db.session.execute(
            update(Message)
            .where(Message.id == message_id, Message.state.in_(NOT_SENT))
            .values(state=state, error=error)
        )
