"""The company's card, and paying again after a card was declined."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from service.actor import THE_SYSTEM
from service.billing import charges, stripe_edge
from service.billing.charges import Charge
from service.due import Heals, NeedsPerson
from service.errors import BadInput, NotFound, NotNow
from service.tasks import events
from service.tasks.task import find
from tenants import addresses, membership, wall
from tenants.company import Company
from tenants.wall import Scope, db

METHOD = re.compile(r"^(pm|card)_[A-Za-z0-9_]{3,60}$")


def keep(whose: Scope, company_id: int, payment_method: str) -> None:
    """Put a card on file for the company, by the payment method's id that the vendor's own card
    field gave. Raises BadInput.

    The vendor is called between two transactions, never within one.
    """
    if not METHOD.match(payment_method):
        raise BadInput({"payment_method": _("This is no payment method.")})
    with wall.transaction(whose):
        company, owners = db.session.get_one(Company, company_id), membership.owners(company_id)
        customer, name = company.stripe_customer, company.name
        email = (addresses.reach(owners[0].id, "email") if owners else None) or ""
    try:
        kept = stripe_edge.keep_card(customer, payment_method, name, email)
    except (stripe_edge.Declined, Heals, NeedsPerson) as error:
        raise BadInput(
            {"payment_method": _("The card was not taken: %(reason)s", reason=str(error))}
        ) from error
    with wall.transaction(whose), wall.as_system():
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
    """Try a failed charge once more with the card that is kept now. Raises NotFound, NotNow."""
    charge = db.session.get(Charge, charge_id)
    if charge is None:
        raise NotFound
    with wall.as_system():
        task = find(charge.task_id)
        opened = db.session.execute(
            db.update(Charge)
            .where(Charge.id == charge_id, Charge.state == "failed")
            .values(state="open", error=None)
            .returning(Charge.id)
        ).first()
        if opened is None:
            raise NotNow(_("This charge does not wait for a payment."))
        invoice = charges.invoice_of(charge)
        events.write(
            "charge.made",
            THE_SYSTEM,
            task=task,
            charge=charge_id,
            invoice=invoice.id if invoice else None,
            again=True,
        )
