"""Card payments: the intent is created unconfirmed and committed, then confirmed, then its result
is committed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import select, update

from service.billing import charges, stripe_edge
from service.billing.charges import Charge
from service.billing.stripe_edge import Declined, Intent
from service.core import outbox_run, restore_epoch
from service.core.config import settings
from service.core.outbox_run import Lease, NeedsOperator, OnHold, RetryLater
from service.tasks.events import Event
from service.tasks.task import Task, find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db

NO_CARD = "The company has no saved card."


def pay(lease: Lease) -> None:
    """Collect a charge exactly once, even if the process dies in between."""
    charge_id, company, open_ = _load(lease)
    if not open_:
        return None
    if settings().outbound == "off":
        raise OnHold("outbound", "OUTBOUND is off.")
    if not (company.stripe_customer and company.stripe_method):
        return _finish(lease, charge_id, reason=NO_CARD)
    key = f"due-{lease.id}{restore_epoch.epoch_of('due', lease.id)}-{lease.attempt}"
    try:
        done = stripe_edge.confirm(_intent(lease, charge_id, company, key), key)
    except Declined as error:
        return _finish(lease, charge_id, reason=str(error))
    except NeedsOperator as error:
        _stuck(charge_id, str(error))
        raise
    if done.status == "processing":
        raise RetryLater("Stripe is still working on the payment.")
    if done.status != "succeeded":
        return _finish(lease, charge_id, reason=f"The bank asks for more ({done.status}).")
    return _finish(lease, charge_id)


def settle(intent_id: str) -> None:
    """Look up at Stripe an intent that a webhook names (the webhook itself is not trusted) and
    record its state on our charge."""
    charge = db.session.scalar(select(Charge).where(Charge.intent_id == intent_id))
    if (
        charge is None
        or charge.state == "paid"
        or stripe_edge.look_up(intent_id).status != "succeeded"
    ):
        return
    db.session.refresh(charge, with_for_update=True)  # the worker may have recorded it meanwhile
    charges.paid(charge, find(charge.task_id))


def _stuck(charge_id: int, reason: str) -> None:
    """Record that Stripe rejected the request: an operator has to look, and the owner may pay in
    another way."""
    with isolation.transaction(isolation.system("pay")):
        db.session.execute(
            update(Charge)
            .where(Charge.id == charge_id, Charge.state == "paying")
            .values(state="failed", error=reason[:500])
        )


def _load(lease: Lease) -> tuple[int, Company, bool]:
    """Return the charge of this event and its company; where it is paid already, only mark the row
    as done."""
    with isolation.transaction(isolation.system("pay")):
        event = db.session.get_one(Event, lease.event_id)
        charge = db.session.get_one(Charge, event.facts["charge"])
        company = db.session.get_one(Company, charge.company_id)
        open_ = charge.state in ("open", "paying")
        if not open_:
            outbox_run.mark_done(lease)
        db.session.flush()
        db.session.expunge(company)
        return charge.id, company, open_


def _intent(lease: Lease, charge_id: int, company: Company, key: str) -> str:
    """Return the id of this attempt's intent, created and committed where there is none.

    An intent of an earlier attempt is closed first, so that it cannot succeed beside the new one;
    if it has succeeded meanwhile, it is used. After a restore Stripe may know of an intent that our
    database does not.
    """
    with isolation.transaction(isolation.system("pay")):
        charge = db.session.get_one(Charge, charge_id)
        charge.state = "paying"
        db.session.flush()
        about = _about(charge)
        db.session.expunge(charge)
    known = charge.intent_id
    if known and (
        charge.intent_due_id == lease.id or stripe_edge.close(known).status != "canceled"
    ):
        return known
    made = _forgotten(charge, company) or stripe_edge.prepare(
        charge.amount,
        charge.currency,
        company.stripe_customer or "",
        company.stripe_method or "",
        key,
        about,
    )
    with isolation.transaction(isolation.system("pay")):
        db.session.execute(
            update(Charge)
            .where(Charge.id == charge_id, Charge.intent_id.is_not_distinct_from(known))
            .values(intent_id=made.id, intent_due_id=lease.id)
        )
        return db.session.scalar(select(Charge.intent_id).where(Charge.id == charge_id)) or made.id


def _about(charge: Charge) -> dict[str, str]:
    """Return an intent's metadata, by which it is found again after a restore."""
    invoice = charges.invoice_of(charge)
    return {
        "charge": str(charge.id),
        "task": str(charge.task_id),
        "kind": charge.kind,
        "epoch": restore_epoch.epoch_of("charge", charge.id),
        "invoice": invoice.number if invoice else "",
    }


def _forgotten(charge: Charge, company: Company) -> Intent | None:
    """Return an intent for the same work or tip that was made after the restored backup; a paid one
    is preferred."""
    with isolation.transaction(isolation.system("pay")):
        if not restore_epoch.came_back("task", charge.task_id):
            return None
        since = find(charge.task_id).created_at
    found = stripe_edge.made_for(
        company.stripe_customer or "", since - timedelta(hours=1), partial(_same, charge)
    )
    for state in ("succeeded", "processing", "requires_confirmation"):
        for intent in found:
            if intent.status == state:
                return intent
    return None


def _same(charge: Charge, metadata: dict[str, str]) -> bool:
    """Return whether an intent is for this task and kind; the task's id is the one before the
    restore."""
    return (
        metadata.get("task") == str(charge.task_id) and metadata.get("kind", "work") == charge.kind
    )


def _finish(lease: Lease, charge_id: int, reason: str | None = None) -> None:
    with outbox_run.effect_and_mark(lease):
        charge = db.session.get_one(Charge, charge_id, with_for_update=True)
        task: Task = find(charge.task_id)
        if reason is None:
            charges.paid(charge, task)
        elif charge.state != "paid":
            charges.failed(charge, task, reason)
