"""Billing pages: amount owed, charges, invoices, the card."""

from __future__ import annotations

import io
from datetime import date

from flask import Response, current_app, flash, g, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.access.locale import here
from service.billing import cards, invoice_pdf, ledger, lists
from service.core.errors import DomainError, NotFound
from service.core.language import current_language
from service.core.time import now
from service.insight import spending
from service.tasks import limits as spending_limits
from service.tasks.limits import Wanted
from service.web import charges_csv, work_done
from service.web.charts.labels import month_alone
from service.web.charts.money import by_kind, by_month
from service.web.client.blueprint import pages
from tenants import membership
from tenants.company import Company
from tenants.isolation import current, db


@pages.get("/billing")
@auth.requires_client
def billing() -> ResponseReturnValue:
    """Show what is spent and owed, the charges with their invoices, and the card."""
    return _billing({})


@pages.get("/billing/invoices/<number>.pdf")
@auth.requires_client
def invoice(number: str) -> ResponseReturnValue:
    """Send an invoice as PDF."""
    found = lists.invoice(number)
    if found is None:
        raise NotFound
    return send_file(
        io.BytesIO(invoice_pdf.pdf(found.id)),
        mimetype="application/pdf",
        download_name=f"{found.number}.pdf",
    )


@pages.get("/billing/charges.csv")
@auth.requires_client
def charges() -> ResponseReturnValue:
    """Send all charges as CSV."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    reader = charges_csv.Reader(app, current(), here(), current_language())
    name = f"{g.seat.slug}-{now():%Y-%m-%d}.csv"
    return Response(
        charges_csv.of_charges(reader),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.post("/billing/payment")
@auth.requires_owner
def pay() -> ResponseReturnValue:
    """Try again to pay a failed charge."""
    for one in spending.open_invoices(db.session.get_one(Company, g.seat.company_id)):
        if one.state == "failed":
            cards.pay_again(one.charge_id)
    flash(_("Retrying the card"))
    return redirect(f"/app/{g.seat.slug}/billing", 303)


@pages.post("/billing/limits")
@auth.requires_owner
def limits() -> ResponseReturnValue:
    """Set what may be spent without an owner's approval."""
    try:
        spending_limits.set_them(g.seat.company_id, auth.me(), _wanted_limits())
    except DomainError as error:
        return _billing(error.at()), error.status
    flash(_("Limits saved"))
    return redirect(f"/app/{g.seat.slug}/billing#limits", 303)


def _wanted_limits() -> Wanted:
    members = [
        person.id
        for person, place in membership.members(g.seat.company_id)
        if place.role == "member"
    ]
    currency = db.session.get_one(Company, g.seat.company_id).currency
    return Wanted(
        forms.money("limit_month", currency),
        forms.money("limit_task", currency),
        {person: forms.money(f"limit_{person}", currency) for person in members},
    )


def _billing(errors: dict[str, str]) -> str:
    db.session.rollback() if errors else None
    company, asked = db.session.get_one(Company, g.seat.company_id), request.args.get
    owed = ledger.balance(company.id) if g.seat.role == "owner" else None
    spent, promised = spending.spending(company, here()), spending.promised(company)
    stands = spending_limits.standing(company.id)
    return render_template(
        "client/billing.html",
        company=company,
        stands=stands,
        members=membership.members(company.id),
        values=request.form,
        owed=owed,
        errors=errors,
        card_ends=_card_ends(company.card_until),
        base=f"/app/{g.seat.slug}",
        page=lists.charges(asked("after"), asked("before")),
        issued=lists.invoices(company.id, asked("invoices-after"), asked("invoices-before")),
        work=work_done.work,
        spent=spent,
        promised=promised,
        open=spending.open_invoices(company),
        months=by_month(spent, company.currency, promised.amount, company.limit_month),
        kinds=by_kind(spent, company.currency),
        this_month=month_alone(spent.months[-1].first),
    )


def _card_ends(until: date | None) -> str:
    """Return the notice about a card's last day, from the month before it."""
    today = now().astimezone(here()).date()
    months = (until.year - today.year) * 12 + until.month - today.month if until else 2
    if months > 1:
        return ""
    return (
        _("has expired")
        if months < 0
        else _("expires this month")
        if months == 0
        else _("expires next month")
    )
