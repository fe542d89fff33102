"""Work off: an RQ job names rows of due work; each is leased, done, and marked done in the transaction of its effect."""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from sqlalchemy.exc import DBAPIError, OperationalError

from service import accounts, due, telling
from service.billing import charges, payments
from service.channels import sending, strangers
from service.channels.kept import Inbound
from service.channels.sms import media
from service.due import Heals, Lease, LostLease
from service.tasks.events import Event
from service.tasks.task import Task, find
from service.triage import triage, understand
from tenants.wall import db

log = logging.getLogger(__name__)


def _understand(event: Event) -> None:
    inbound = db.session.get_one(Inbound, event.facts["inbound"])
    if inbound.channel == "stripe":
        payments.settle(inbound.sender)
        inbound.state = "worked"
    else:
        understand.understand(inbound.id)


def _charge(event: Event) -> None:
    charges.charge_for(find(event.task_id or 0), event.id)


# Reactions that change only what is ours: one transaction for the effect and the mark.
HERE: dict[str, Callable[[Event], None]] = {
    "understand": _understand,
    "answer_stranger": lambda event: strangers.answer_stranger(event.facts["inbound"]),
    "triage": lambda event: triage.triage(db.session.get_one(Task, event.task_id or 0, with_for_update=True)),
    "charge": _charge,
    "send_invitation": lambda event: accounts.send_invitation(event.company_id or 0, event.facts["to"], event.facts["role"],
                                                              event.facts["inviter"]),
    "send_welcome": lambda event: strangers.send_welcome(event.facts["person"]),
    "send_code": lambda event: accounts.send_code(event.facts["address"]),
    "send_reset": lambda event: accounts.send_reset(event.facts["person"]),
    **{name: getattr(telling, name) for name in (
        "acknowledge", "tell_client_refused", "tell_client_deleted", "tell_client_done", "tell_assistant_assigned",
        "tell_desk_given_back", "ask_client_to_confirm", "tell_assistant_corrected", "tell_client_started",
        "tell_assistant_started", "ask_client_question", "tell_assistant_answered", "tell_assistant_changed",
        "remind_assistant_red_line", "tell_desk_red_line", "tell_client_red_line", "tell_client_late", "ask_client_to_accept",
        "remind_client_to_accept", "tell_assistant_rework", "tell_desk_disputed", "tell_client_resolved",
        "tell_assistant_accepted", "tell_assistant_cancelled", "tell_client_cancelled", "tell_assistant_praise", "pass_on",
        "send_receipt", "tell_owner_charge_failed")},
}
# Reactions that call a vendor: they commit their intent, call without a transaction, and commit the result.
OUTSIDE: dict[str, Callable[[Lease], None]] = {"send": sending.send, "pay": payments.pay, "fetch_media": media.fetch}


def work_off(ids: list[int]) -> None:
    """An RQ job: lease these rows of due work one by one and do each; one that fails does not stop the others."""
    for due_id in ids:
        held = due.lease(due_id)
        if held is not None:
            work_off_one(held)


def work_off_one(held: Lease) -> None:
    """Do one row. What may heal is tried again later, a fault of ours three times, then a person has to look."""
    try:
        if held.reaction in OUTSIDE:
            _outside(held)
        else:
            with due.doing(held):
                HERE[held.reaction](db.session.get_one(Event, held.event_id))
    except LostLease:
        log.warning("lease of due row %s was lost; another worker has it", held.id)
    except (OperationalError, psycopg.OperationalError):
        raise  # the database is away: the lease runs out and the row is enqueued again
    except Exception as error:  # noqa: BLE001 (whatever a poisoned row does, the others go on)
        _fault(held, error)


def _outside(held: Lease) -> None:
    try:
        OUTSIDE[held.reaction](held)
    except Heals as error:
        due.again(held, str(error), error.wait)
    except due.NeedsPerson as error:
        due.to_person(held, str(error))


def _fault(held: Lease, error: Exception) -> None:
    """Our own fault: its kind is logged (never its data), and tried again three times."""
    log.exception("due row %s (%s) failed", held.id, held.reaction) if not isinstance(error, DBAPIError) else log.error(
        "due row %s (%s) failed: %s", held.id, held.reaction, type(error.orig).__name__)
    reason = f"A fault of the service in '{held.reaction}' ({type(error).__name__}). It has been logged."
    if held.attempt >= due.MOST_DEATHS:
        due.to_person(held, reason)
    else:
        due.again(held, reason)
