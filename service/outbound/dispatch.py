"""Outgoing messages to their vendors: intent first, the call outside of any transaction, then the
result with the mark."""

from __future__ import annotations

from functools import partial

from sqlalchemy import case, func, select, text, update

from service.core import channels, outbox_run
from service.core.channels import Channel, RecipientGone, UnknownEnd
from service.core.config import settings
from service.core.outbox_run import Lease, NeedsOperator, RetryLater
from service.core.text import to_translate
from service.core.time import awake, now
from service.messages.message import Message
from service.messages.prompts import Prompt
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
where d.hold <> 'review' and d.done_at is null and d.reaction = 'send'
  and m.channel = :channel and m.to_address = :to and m.id < :id limit 1
""")
# The name under which everything is put on hold.
OUTBOUND = "outbound"
# `handing` is a mail of which the server may have everything: what became of it only its answer
# tells.
ON_THE_WAY = ("sending", "handing")
NOT_SENT = ("kept", "held", "failed", "unknown", *ON_THE_WAY)
MAY_BE_LOST = to_translate(
    "It is not known whether this went out: the process that sent it ended. It was not sent again."
)
MAY_BE_TWICE = to_translate(
    "This may have gone out twice: the process that sent it first ended before it could say so."
)
STOPPED = to_translate("They asked for no more texts before this one was sent.")


class _NotRepeated(Exception):
    """It may have been sent by an attempt that died, and nobody waits for it. The text says so."""


def send(lease: Lease) -> None:
    """Hand one message over. An attempt that died in the middle is looked up at the vendor before
    it is tried again; where that cannot be, as with mail that was on its way, an operator is
    asked and nothing is sent by itself."""
    message, before, why = _intend(lease)
    if message is None:
        return None
    channel = channels.channel(message.channel)
    try:
        if before == "handing":
            raise UnknownEnd(channel.unknown_end)
        if why is not None:
            _keep_in(message, before, why)
        provider_id = _once(message, channel, lease, again=before == "sending")
    except RecipientGone as error:  # nothing that a person could mend
        return _end(lease, message, "failed", str(error))
    except _NotRepeated as error:
        return _end(lease, message, "unknown", str(error))
    except UnknownEnd as error:
        _note(message.id, "unknown", str(error))
        raise NeedsOperator(str(error)) from error
    except NeedsOperator as error:
        _note(message.id, "failed", str(error))
        raise
    except RetryLater:
        # Where nothing can be looked up, "sending" is for an attempt that died alone.
        _note(message.id, "sending" if _can_tell(channel) else "kept", None)
        raise
    _sent(lease, message, provider_id, twice=before == "sending" and not _can_tell(channel))


def _once(message: Message, channel: Channel, lease: Lease, *, again: bool) -> str:
    """The vendor's id. What was begun before is looked up first, and noted as begun again."""
    if again:
        if (sent := _sent_before(message, channel)) is not None:
            return sent
        with isolation.transaction(isolation.system("send")):
            db.session.execute(
                update(Message).where(Message.id == message.id).values(tried_at=func.now())
            )
    return channel.send(
        message, partial(_note, message.id, "handing", None), partial(outbox_run.renew, lease)
    )


def _can_tell(channel: Channel) -> bool:
    """Whether after an attempt that died it can be found out, or does not matter, if it sent."""
    return channel.find_sent is not None or channel.repeats_are_one


def _sent(lease: Lease, message: Message, provider_id: str, *, twice: bool) -> None:
    with outbox_run.effect_and_mark(lease):
        db.session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(
                provider_id=func.coalesce(Message.provider_id, provider_id),
                sent_at=func.now(),
                error=MAY_BE_TWICE if twice else None,
                state=case((Message.state.in_(ON_THE_WAY), "sent"), else_=Message.state),
            )
        )


def _end(lease: Lease, message: Message, state: str, error: str) -> None:
    """It is not tried again, and nobody is asked."""
    with outbox_run.effect_and_mark(lease):
        db.session.execute(
            update(Message).where(Message.id == message.id).values(state=state, error=error)
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
    if settings().outbound == "off":
        return OUTBOUND, to_translate("OUTBOUND is off.")
    by = channels.channel(channel)
    reason = by.not_configured()
    return (by.hold or by.code, reason) if reason else None


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
    channel = channels.channel(message.channel)
    return (
        channel.can_be_stopped
        and channel.address_kind is not None
        and message.template != "stopped"
        and addresses.stopped(channel.address_kind, message.to_address or "")
    )


def _wait_for_morning(message: Message) -> None:
    if (
        not channels.channel(message.channel).quiet_hours
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


def _sent_before(message: Message, channel: Channel) -> str | None:
    """The vendor's id where an attempt that died had sent it; None where it is to be sent. Raises
    _NotRepeated where that cannot be told, a repeat would be a second message, and it asks nothing.
    """
    if channel.find_sent is not None:
        return channel.find_sent(message)
    if not channel.repeats_are_one and not _asks(message):
        raise _NotRepeated(MAY_BE_LOST)
    return None


def _asks(message: Message) -> bool:
    with isolation.transaction(isolation.system("send")):
        asked = select(Prompt.id).where(
            Prompt.task_id == message.task_id, Prompt.message_id == message.id
        )
        return db.session.scalar(asked.limit(1)) is not None


def _note(message_id: int, state: str, error: str | None) -> None:
    """Commit where a message stands that is not sent yet."""
    with isolation.transaction(isolation.system("send")):
        db.session.execute(
            update(Message)
            .where(Message.id == message_id, Message.state.in_(NOT_SENT))
            .values(state=state, error=error)
        )
