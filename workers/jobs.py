"""Jobs of RQ: each names outbox rows, which are leased, handled, and marked done in the transaction
of their effect."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select

from service import accounts
from service.billing import charges, payments
from service.channels.sms import media
from service.core import outbox_run
from service.core.outbox_run import Lease, TooEarly
from service.inbound.inbound_message import Inbound
from service.intake import interpret, sort, unknown_senders
from service.notifications import clients, staff
from service.notifications import payments as money
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
    """Charge a cancelled task after an operator set its price; other decisions are charged by their
    own events."""
    if "price" in event.facts:
        _charge(event)


def _charge_tip(event: Event) -> None:
    charges.charge_tip(
        find(event.task_id or 0),
        event.id,
        db.session.get_one(Praise, event.facts["praise"]).tip or 0,
    )


# Handlers that change only our own data: one transaction for the effect and for marking the row
# done.
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
    "acknowledge": clients.acknowledge,
    "tell_client_refused": clients.tell_client_refused,
    "tell_client_deleted": clients.tell_client_deleted,
    "tell_client_done": clients.tell_client_done,
    "ask_client_to_confirm": clients.ask_client_to_confirm,
    "ask_owners": clients.ask_owners,
    "tell_client_started": clients.tell_client_started,
    "ask_client_question": clients.ask_client_question,
    "tell_client_red_line": clients.tell_client_red_line,
    "tell_client_late": clients.tell_client_late,
    "ask_client_to_accept": clients.ask_client_to_accept,
    "remind_client_to_accept": clients.remind_client_to_accept,
    "tell_client_resolved": clients.tell_client_resolved,
    "tell_client_cancelled": clients.tell_client_cancelled,
    "pass_on": clients.pass_on,
    "send_receipt": money.send_receipt,
    "tell_owner_charge_failed": money.tell_owner_charge_failed,
    "tell_client_left_out": clients.tell_client_left_out,
    "tell_assistant_assigned": staff.tell_assistant_assigned,
    "tell_assistant_corrected": staff.tell_assistant_corrected,
    "tell_assistant_started": staff.tell_assistant_started,
    "tell_assistant_answered": staff.tell_assistant_answered,
    "tell_assistant_changed": staff.tell_assistant_changed,
    "remind_assistant_red_line": staff.remind_assistant_red_line,
    "tell_assistant_rework": staff.tell_assistant_rework,
    "tell_assistant_accepted": staff.tell_assistant_accepted,
    "tell_assistant_cancelled": staff.tell_assistant_cancelled,
    "tell_assistant_praise": staff.tell_assistant_praise,
    "tell_desk_given_back": staff.tell_desk_given_back,
    "tell_desk_red_line": staff.tell_desk_red_line,
    "tell_desk_disputed": staff.tell_desk_disputed,
    "tell_desk_silence_ended": staff.tell_desk_silence_ended,
    "tell_desk_undecided": staff.tell_desk_undecided,
}
# Handlers that call a vendor: they commit their intent, call without a transaction, and commit the
# result.
VENDOR_HANDLERS: dict[str, Callable[[Lease], None]] = {
    "send": dispatch.send,
    "pay": payments.pay,
    "fetch_media": media.fetch,
}


# Run alone: an inbound webhook may need a call to Stripe, and an invoice number comes from a
# gapless counter whose row lock others wait for.
ALONE = frozenset({"understand", "charge", "charge_decided", "charge_tip"})


def run_rows(ids: list[int]) -> None:
    """Run these outbox rows, as an RQ job; one that fails does not stop the others."""
    together = outbox_run.lease_new_rows(ids, ALONE) if len(ids) > 1 else []
    if together and not run_together(together):
        for lease in together:
            run_row(lease)
    taken = {lease.id for lease in together}
    for row_id in ids:
        alone = outbox_run.lease_row(row_id) if row_id not in taken else None
        if alone is not None:
            run_row(alone)


# The name in RQ jobs, so that workers of the previous release know it, too.
work_off = run_rows


def run_row(lease: Lease) -> None:
    """Run the handler of one row."""
    if lease.reaction in VENDOR_HANDLERS:
        outbox_run.run_vendor_call(lease, VENDOR_HANDLERS[lease.reaction])
    else:
        outbox_run.run(lease, lambda: _raise_first(_handle([lease])))


def run_together(leases: list[Lease]) -> bool:
    """Run new rows in one transaction, which saves most of the overhead of each; return False where
    one of them failed, and therefore nothing was done."""
    try:
        with isolation.transaction(isolation.system("together")):
            early = _handle(leases)
            if done := [lease for lease in leases if lease not in early]:
                outbox_run.mark_done(*done)
        for lease, error in early.items():
            outbox_run.retry_later(lease, str(error), error.wait)
        return True
    except Exception as error:  # noqa: BLE001 (which row it is shows when each is run by itself)
        log.info("%s rows are run one by one: %s", len(leases), type(error).__name__)
        return False


def _handle(leases: list[Lease]) -> dict[Lease, TooEarly]:
    """Run the handlers of these rows and return those for which it was too early.

    Their common data is read at once, and their tasks are locked, so that nobody changes them
    meanwhile.
    """
    events = {event.id: event for event in _all(Event, {lease.event_id for lease in leases})}
    tasks = lock_all({event.task_id for event in events.values() if event.task_id})
    people = _all(Person, {task.person_id for task in tasks})
    early = {}
    for lease in leases:
        try:
            HANDLERS[lease.reaction](events[lease.event_id])
        except TooEarly as error:
            early[lease] = error
    del people  # until here: the session drops unreferenced objects
    return early


def _raise_first(early: dict[Lease, TooEarly]) -> None:
    for error in early.values():
        raise error


def _all(table: type[Row], ids: set[int]) -> list[Row]:
    return list(db.session.scalars(select(table).where(table.id.in_(ids)))) if ids else []
