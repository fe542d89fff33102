"""The company's card, and paying again after a card was declined."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from service.billing import charges, stripe_edge
from service.billing.charges import Charge
from service.core.actor import THE_SYSTEM
from service.core.errors import Conflict, InvalidInput, NotFound
from service.core.event_kinds import EventKind
from service.core.outbox_run import NeedsOperator, RetryLater
from service.tasks import events
from service.tasks.task import find
from tenants import addresses, isolation, membership
from tenants.company import Company
from tenants.isolation import AccessScope, db

METHOD = re.compile(r"^(pm|card)_[A-Za-z0-9_]{3,60}$")


def keep(whose: AccessScope, company_id: int, payment_method: str) -> None:
    """Save a card for the company, by the payment method's id from Stripe's card field. Raises
    InvalidInput.

    The vendor is called between two transactions, never within one.
    """
    if not METHOD.match(payment_method):
        raise InvalidInput({"payment_method": _("Unknown payment method")})
    with isolation.transaction(whose):
        company, owners = db.session.get_one(Company, company_id), membership.owners(company_id)
        customer, name = company.stripe_customer, company.name
        email = (addresses.reach(owners[0].id, "email") if owners else None) or ""
    try:
        kept = stripe_edge.keep_card(customer, payment_method, name, email)
    except (stripe_edge.Declined, RetryLater, NeedsOperator) as error:
        raise InvalidInput(
            {"payment_method": _("Card not accepted: %(reason)s", reason=str(error))}
        ) from error
    with isolation.transaction(whose), isolation.as_system():
        db.session.execute(
            db.update(Company)
            .where(Company.id == company_id)
            .values(
                stripe_customer=kept.customer,
                stripe_method=kept.method,
                card_label=kept.label,
                card_until=kept.until,
            )
        )


def pay_again(charge_id: int) -> None:
    """Try a failed charge again with the card that is saved now. Raises NotFound, Conflict."""
    charge = db.session.get(Charge, charge_id)
    if charge is None:
        raise NotFound
    with isolation.as_system():
        task = find(charge.task_id)
        opened = db.session.execute(
            db.update(Charge)
            .where(Charge.id == charge_id, Charge.state == "failed")
            .values(state="open", error=None)
            .returning(Charge.id)
        ).first()
        if opened is None:
            raise Conflict(_("This charge is not waiting for a payment."))
        invoice = charges.invoice_of(charge)
        events.write(
            EventKind.CHARGE_MADE,
            THE_SYSTEM,
            task=task,
            charge=charge_id,
            invoice=invoice.id if invoice else None,
            again=True,
        )
