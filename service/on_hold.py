"""Messages and payments on hold: released in order, or passed to an operator where they may be
outdated.

Rows on hold for a setting are released by the clock once the setting allows it. A row on `review`
is sent or discarded by an operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from service import accounts
from service.billing.charges import Charge
from service.core import channels, outbox_review
from service.core.config import settings
from service.core.errors import Conflict, NotFound
from service.core.outbox import OutboxRow
from service.core.text import to_translate
from service.core.time import now
from service.messages.message import Message
from service.messages.prompts import Prompt
from service.outbound import dispatch
from service.tasks.events import Event
from service.tasks.task import Task
from tenants.isolation import db
from tenants.signin import codes, links

# A code or a link that has expired is of no use to anybody; the message says how long it works.
ENDS_AFTER = {
    "code": codes.GOOD_FOR,
    "reset": links.RESET_FOR,
    "welcome": accounts.FIRST_PASSWORD_FOR,
    "invitation": links.JOIN_FOR,
}
# These report the state of a task, and are outdated once the state has changed.
REMINDERS = frozenset({"late", "red_line", "progress", "accept_notice", "work_note", "desk_note"})
NEWS_FOR = timedelta(days=7)
BATCH_SIZE = 500
MAX_LISTED = 100

ENDED = to_translate("The code or link in it has expired.")
MOVED_ON = to_translate("The task has moved on since this was written.")
OLD = to_translate("Older than seven days.")
HELD_BACK = to_translate("An operator discarded this payment.")


@dataclass(frozen=True)
class HeldMessage:
    """A row on review: what it would do, its message where it has one, its task, and whether it may
    still be sent."""

    row: OutboxRow
    message: Message | None
    task: Task | None
    may_send: bool


def release() -> int:
    """Release the rows that no setting blocks any more; return how many rows were looked at.

    Messages to one recipient go one after the other, in the order in which they were written. What
    may be outdated goes on the operators' list instead.
    """
    rows = outbox_review.on_hold(_open(), BATCH_SIZE)
    freed: dict[object, int] = {}
    for row in rows:
        message = _message_of(row)
        if reason := _stale(row, message):
            outbox_review.hold_for_review([row.id], reason)
        elif (key := _recipient(row, message)) not in freed and not _before(row, message):
            freed[key] = row.id
    if freed:
        outbox_review.retry(*freed.values())
    return len(rows)


def listed(limit: int = MAX_LISTED) -> list[HeldMessage]:
    """Return what waits for an operator, oldest first."""
    return [_held(row) for row in outbox_review.on_hold(("review",), limit)]


def send(due_id: int) -> None:
    """Send what is on review, at once. Raises NotFound, Conflict where it can only be discarded."""
    held = _held(_on_review(due_id))
    if not held.may_send:
        raise Conflict(_("The code or link in it has expired, so it can only be discarded."))
    outbox_review.retry(due_id)


def discard(due_id: int) -> None:
    """Close what is on review without doing it: the message stays on record, a charge can be paid
    on the billing page. Raises NotFound."""
    row = _on_review(due_id)
    message = _message_of(row)
    if message is not None:
        message.state, message.error = "discarded", None
    if row.reaction == "pay":
        charge_id = db.session.get_one(Event, row.event_id).facts["charge"]
        db.session.execute(
            update(Charge)
            .where(Charge.id == charge_id, Charge.state.in_(("open", "paying")))
            .values(state="failed", error=HELD_BACK)
        )
    outbox_review.discard(due_id)


def _open() -> list[str]:
    """Return the hold reasons that block nothing any more."""
    if settings().outbound == "off":
        return []
    kept = {dispatch.kept_in(channel.code) for channel in channels.every() if channel.sends}
    closed = {why[0] for why in kept if why}
    return [hold for hold in (dispatch.OUTBOUND, *channels.holds()) if hold not in closed]


def _on_review(due_id: int) -> OutboxRow:
    row = db.session.get(OutboxRow, due_id, with_for_update=True)
    if row is None or row.hold != "review" or row.done_at is not None:
        raise NotFound
    return row


def _held(row: OutboxRow) -> HeldMessage:
    message, event = _message_of(row), db.session.get_one(Event, row.event_id)
    task = db.session.get(Task, event.task_id) if event.task_id else None
    return HeldMessage(row, message, task, may_send=not _ended(message))


def _message_of(row: OutboxRow) -> Message | None:
    if row.reaction != "send":
        return None
    event = db.session.get_one(Event, row.event_id)
    return db.session.get(Message, event.facts["message"])


def _recipient(row: OutboxRow, message: Message | None) -> object:
    """Return the key that orders rows by recipient: payments wait for no other row."""
    return (message.channel, message.to_address) if message else row.id


def _before(row: OutboxRow, message: Message | None) -> bool:
    """Return whether an earlier message to the same recipient is being sent or has not been tried
    yet."""
    if message is None:
        return False
    earlier, written = aliased(Message), aliased(Event)
    return bool(
        db.session.scalar(
            select(
                exists(
                    select(OutboxRow.id)
                    .join(written, written.id == OutboxRow.event_id)
                    .join(earlier, earlier.id == written.facts["message"].as_integer())
                    .where(
                        OutboxRow.reaction == "send",
                        OutboxRow.id < row.id,
                        OutboxRow.done_at.is_(None),
                        OutboxRow.needs_person_at.is_(None),
                        (OutboxRow.attempt == 0) | OutboxRow.lease_until.is_not(None),
                        earlier.channel == message.channel,
                        earlier.to_address == message.to_address,
                    )
                )
            )
        )
    )


def _stale(row: OutboxRow, message: Message | None) -> str | None:
    """Return why this goes out only if an operator decides so; None where it is still current."""
    if _ended(message):
        return ENDED
    if message is not None and _moved_on(message):
        return MOVED_ON
    written = message.created_at if message else row.created_at
    return OLD if now() - written > NEWS_FOR else None


def _ended(message: Message | None) -> bool:
    lasts = ENDS_AFTER.get(message.template or "") if message else None
    return message is not None and lasts is not None and message.created_at + lasts <= now()


def _moved_on(message: Message) -> bool:
    """Return whether its prompt was answered or withdrawn, or the state of its task has changed
    since."""
    asked = db.session.scalar(
        select(Prompt).where(Prompt.task_id == message.task_id, Prompt.message_id == message.id)
    )
    if asked is not None:
        return asked.closed_at is not None
    task = db.session.get(Task, message.task_id) if message.task_id else None
    if task is None or message.template not in REMINDERS:
        return False
    return bool(
        message.facts.get("state", task.state) != task.state
        or (task.ended_at and "state" not in message.facts)
    )
