"""Notifications about money: receipts, and charges that failed."""

from __future__ import annotations

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from service.billing import charges
from service.core import channels
from service.core.config import settings
from service.messages.message import Message
from service.notifications.recipients import recipient_of
from service.outbound import compose
from service.tasks import acceptance
from service.tasks.events import Event
from service.tasks.task import Task
from tenants import membership
from tenants.company import Company
from tenants.isolation import db
from tenants.people import Person

# What a charge says in the language of its owner; kept in English.
NO_CARD = _l("The company has no saved card.")


def send_receipt(event: Event) -> None:
    """Notify the client that the task is closed and paid, with the invoice and how to say thanks;
    or that a tip was paid."""
    task, person = recipient_of(event)
    charge = db.session.get_one(charges.Charge, event.facts["charge"])
    invoice = charges.invoice_of(charge)
    if invoice:
        compose.notify(
            person,
            "tip_receipt" if charge.kind == "tip" else "receipt",
            task,
            price=compose.money(charge.amount, charge.currency, person.language),
            invoice=invoice.number,
            invoice_link=f"{_money_page(task)}/invoices/{invoice.number}.pdf",
        )


def _money_page(task: Task) -> str:
    return f"{settings().url}/app/{db.session.get_one(Company, task.company_id).slug}/billing"


def tell_owner_charge_failed(event: Event) -> None:
    """Notify the owners of a failed charge, so that they save another card."""
    task, _person = recipient_of(event)
    charge = db.session.get_one(charges.Charge, event.facts["charge"])
    for owner in membership.owners(task.company_id):
        with force_locale(owner.language):
            compose.notify(
                owner,
                "charge_failed",
                task,
                channel=channels.fallback().code,
                reason=gettext(charge.error).rstrip(".") if charge.error else "",
                billing_link=_money_page(task),
            )
    if charge.kind == "work":
        _say_accepted_without_receipt(task)


def _say_accepted_without_receipt(task: Task) -> None:
    """Confirm the acceptance by text where no receipt follows: a client who accepts by text is
    otherwise answered by the payment's receipt."""
    said = acceptance.last_acceptance(task)
    company = db.session.get_one(Company, task.company_id)
    person = (
        db.session.get(Person, said.by_id)
        if said and said.by_id and channels.is_chat(said.channel)
        else None
    )
    told = db.session.scalar(
        select(Message.id).where(Message.task_id == task.id, Message.template == "accepted")
    )
    if person and company.stripe_method and channels.is_chat(task.channel) and told is None:
        compose.notify(person, "accepted", task, channel=task.channel)
