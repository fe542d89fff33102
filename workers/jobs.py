"""Work off: an RQ job names rows of due work; each is leased, done, and marked done in the
transaction of its effect."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import psycopg
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from service import accounts
from service.billing import charges, payments
from service.channels.sms import media
from service.core import constraints, outbox
from service.core.errors import DISK_FULL_CODES, DomainError
from service.core.outbox import Lease, LostLease, RetryLater, TooEarly
from service.inbound.inbound_message import Inbound
from service.intake import interpret, sort, unknown_senders
from service.notifications import clients, staff
from service.outbound import dispatch
from service.tasks.events import Event, lock_all
from service.tasks.review import Praise
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tenants.people import Person

log = logging.getLogger(__name__)
Row = TypeVar("Row", Event, Person)


def _understand(event: Event) -> None:
    inbound = db.session.get_one(Inbound, event.facts["inbound"])
    if inbound.channel == "stripe":
        payments.settle(inbound.sender)
        inbound.state = "worked"
    else:
        interpret.understand(inbound.id)


def _charge(event: Event) -> None:
    charges.charge_for(find(event.task_id or 0), event.id)


def _charge_decided(event: Event) -> None:
    """An operator set the price of a stopped task; what follows other decisions is charged by its
    own event."""
    if "price" in event.facts:
        _charge(event)


def _charge_tip(event: Event) -> None:
    charges.charge_tip(
        find(event.task_id or 0),
        event.id,
        db.session.get_one(Praise, event.facts["praise"]).tip or 0,
    )


# Reactions that change only what is ours: one transaction for the effect and the mark.
HANDLERS: dict[str, Callable[[Event], None]] = {
    "understand": _understand,
    "answer_stranger": lambda event: unknown_senders.answer_stranger(event.facts["inbound"]),
    "triage": lambda event: sort.triage(find(event.task_id or 0)),
    "charge": _charge,
    "charge_decided": _charge_decided,
    "charge_tip": _charge_tip,
    "send_invitation": lambda event: accounts.send_invitation(
        event.company_id or 0, event.facts["to"], event.facts["role"], event.facts["inviter"]
    ),
    "send_welcome": lambda event: unknown_senders.send_welcome(event.facts["person"]),
    "send_code": lambda event: accounts.send_code(event.facts["address"]),
    "send_reset": lambda event: accounts.send_reset(event.facts["person"]),
    **{
        name: getattr(clients, name)
        for name in (
            "acknowledge",
            "tell_client_refused",
            "tell_client_deleted",
            "tell_client_done",
            "ask_client_to_confirm",
            "ask_owners",
            "tell_client_started",
            "ask_client_question",
            "tell_client_red_line",
            "tell_client_late",
            "ask_client_to_accept",
            "remind_client_to_accept",
            "tell_client_resolved",
            "tell_client_cancelled",
            "pass_on",
            "send_receipt",
            "tell_owner_charge_failed",
            "tell_client_left_out",
        )
    },
    **{
        name: getattr(staff, name)
        for name in (
            "tell_assistant_assigned",
            "tell_assistant_corrected",
            "tell_assistant_started",
            "tell_assistant_answered",
            "tell_assistant_changed",
            "remind_assistant_red_line",
            "tell_assistant_rework",
            "tell_assistant_accepted",
            "tell_assistant_cancelled",
            "tell_assistant_praise",
            "tell_desk_given_back",
            "tell_desk_red_line",
            "tell_desk_disputed",
            "tell_desk_silence_ended",
            "tell_desk_undecided",
        )
    },
}
# Reactions that call a vendor: they commit their intent, call without a transaction, and commit the
# result.
VENDOR_HANDLERS: dict[str, Callable[[Lease], None]] = {
    "send": dispatch.send,
    "pay": payments.pay,
    "fetch_media": media.fetch,
}


# What came in may be Stripe's, which is asked; an invoice's number is a counter without a gap, for
# which everybody waits.
ALONE = frozenset({"understand", "charge", "charge_decided", "charge_tip"})


def run_rows(ids: list[int]) -> None:
    """An RQ job: these rows of due work; one that fails does not stop the others."""
    together = outbox.lease_new(ids, ALONE) if len(ids) > 1 else []
    if together and not run_together(together):
        for held in together:
            run_row(held)
    taken = {held.id for held in together}
    for due_id in ids:
        alone = outbox.lease(due_id) if due_id not in taken else None
        if alone is not None:
            run_row(alone)


def run_together(rows: list[Lease]) -> bool:
    """Do new rows in one transaction, which spares most of what each costs; where one of them
    fails, nothing was done."""
    try:
        with isolation.transaction(isolation.system("together")):
            early = _do(rows)
            if done := [held for held in rows if held not in early]:
                outbox.mark_done(*done)
        for held, error in early.items():
            outbox.retry_later(held, str(error), error.wait)
        return True
    except Exception as error:  # noqa: BLE001 (which row it is shows when each is done by itself)
        log.info("%s rows are done one by one: %s", len(rows), type(error).__name__)
        return False


def _do(rows: list[Lease]) -> dict[Lease, TooEarly]:
    """The effects of these rows. What all of them look at is read at once, and their tasks are
    held, so that nobody changes them meanwhile."""
    events = {event.id: event for event in _all(Event, {held.event_id for held in rows})}
    tasks = lock_all({event.task_id for event in events.values() if event.task_id})
    people = _all(Person, {task.person_id for task in tasks})
    early = {}
    for held in rows:
        try:
            HANDLERS[held.reaction](events[held.event_id])
        except TooEarly as error:
            early[held] = error
    del people  # until here: the session forgets what nobody has in hand
    return early


def _all(table: type[Row], ids: set[int]) -> list[Row]:
    return list(db.session.scalars(select(table).where(table.id.in_(ids)))) if ids else []


def run_row(held: Lease) -> None:
    """Do one row. What may heal is tried again later, a fault of ours three times, then a person
    has to look."""
    try:
        if held.reaction in VENDOR_HANDLERS:
            _outside(held)
        else:
            with outbox.effect_and_mark(held):
                for early in _do([held]).values():
                    raise early
    except LostLease:
        log.warning("lease of due row %s was lost; another worker has it", held.id)
    except (OperationalError, psycopg.OperationalError):
        raise  # the database is away: the lease runs out and the row is enqueued again
    except Exception as error:  # noqa: BLE001 (whatever a poisoned row does, the others go on)
        _fault(held, error)


def _outside(held: Lease) -> None:
    try:
        VENDOR_HANDLERS[held.reaction](held)
    except RetryLater as error:
        outbox.retry_later(held, str(error), error.wait)
    except outbox.OnHold as error:
        outbox.put_on_hold(held, error.hold, str(error))
    except outbox.NeedsOperator as error:
        outbox.to_operator(held, str(error))


def _fault(held: Lease, error: Exception) -> None:
    """Our own fault: its type is logged (never its data), and tried again three times.

    A full disk is nobody's fault and is tried again for longer.
    """
    if isinstance(error, OSError) and error.errno in DISK_FULL_CODES:
        outbox.retry_later(held, "There was no room on the disk.")
        return
    log.exception("due row %s (%s) failed", held.id, held.reaction) if not isinstance(
        error, DBAPIError
    ) else log.error(
        "due row %s (%s) failed: %s", held.id, held.reaction, type(error.orig).__name__
    )
    reason = _reason(held, error)
    if held.attempt >= outbox.MAX_DEATHS:
        outbox.to_operator(held, reason)
    else:
        outbox.retry_later(held, reason)


def _reason(held: Lease, error: Exception) -> str:
    """Return what the list of what needs a person says: a sentence, where the error has one."""
    if isinstance(error, DomainError) and error.detail:
        return error.detail
    if isinstance(error, IntegrityError):
        return f"{constraints.sentence_of(error)} ({held.reaction}, {constraints.name_of(error)})"
    kind = type(error).__name__
    return f"A fault of the service in '{held.reaction}' ({kind}). It has been logged."
