"""Money, as a company sees it: charges, invoices, what it owes, and the price list."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _
from sqlalchemy import select

from service.api import access, answers, bodies, reading, reads, responses
from service.billing import ledger
from service.billing.charges import Charge, Invoice
from service.catalogue.categories import Category, all_categories
from service.core.errors import NotAllowed, NotFound
from service.tasks.task import Task
from tenants.company import Company
from tenants.isolation import db


@access.requires_client
@reading.asks(bodies.Paged)
def charges(query: bodies.Paged) -> Response:
    """List charges, newest first."""
    wanted = (
        select(Charge, Task.number, Invoice.number)
        .join(Task, Task.id == Charge.task_id)
        .outerjoin(Invoice, Invoice.charge_id == Charge.id)
    )
    page = reads.newest_first(wanted, Charge.id, query)
    return responses.reply_list([_charge(*row) for row in page.rows], page.next)


@access.requires_client
@reading.asks(bodies.Paged)
def invoices(query: bodies.Paged) -> Response:
    """List the company's invoices, newest first."""
    page = reads.newest_first(_invoices(), Invoice.id, query)
    return responses.reply_list([_invoice(*row) for row in page.rows], page.next)


@access.requires_client
def invoice_pdf(number: str) -> Response:
    """Return an invoice as PDF."""
    from service.billing import (
        invoice_pdf as document,
    )  # a PDF's machinery is loaded by the first who wants one

    invoice = db.session.scalar(select(Invoice).where(Invoice.number == number))
    if invoice is None:
        raise NotFound
    response = Response(document.pdf(invoice.id), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{invoice.number}.pdf"'
    return response


@access.requires_client
def balance() -> Response:
    """Return what the company owes: charged and not paid yet. For owners' keys."""
    seat = access.caller().seat
    if seat is None or seat.role != "owner":
        raise NotAllowed(_("Only owners can see what the company owes."))
    return responses.reply(
        responses.sum_of(ledger.balance(seat.company_id), _currency(seat.company_id))
    )


@access.requires_key
@reading.asks(bodies.Currency)
def categories(query: bodies.Currency) -> Response:
    """List the categories and their unit prices, in the company's currency."""
    seat = access.caller().seat
    currency = _currency(seat.company_id) if seat else query.currency
    return responses.reply_list([_kind(kind, currency) for kind in all_categories().values()], None)


def _currency(company_id: int) -> str:
    return db.session.scalars(select(Company.currency).where(Company.id == company_id)).one()


def _invoices() -> Any:
    return (
        select(Invoice, Charge.id, Task.id, Task.number)
        .join(Charge, Charge.id == Invoice.charge_id)
        .join(Task, Task.id == Charge.task_id)
    )


def _charge(charge: Charge, number: int, invoice: str | None) -> answers.Charge:
    return {
        "id": charge.id,
        "kind": charge.kind,
        "task": {"id": charge.task_id, "number": number},
        "total": responses.sum_of(charge.amount, charge.currency),
        "state": charge.state,
        "invoice": invoice,
        "created_at": responses.rfc3339(charge.created_at),
        "paid_at": responses.maybe(charge.paid_at),
    }


def _invoice(invoice: Invoice, charge_id: int, task_id: int, number: int) -> answers.Invoice:
    return {
        "number": invoice.number,
        "task": {"id": task_id, "number": number},
        "charge": charge_id,
        "total": responses.sum_of(invoice.total, invoice.currency),
        "issued_at": responses.rfc3339(invoice.issued_at),
        "links": {"pdf": f"/api/v1/invoices/{invoice.number}.pdf"},
    }


def _kind(kind: Category, currency: str) -> answers.Kind:
    return {
        "code": kind.code,
        "name": kind.name(),
        "unit": kind.unit(),
        "quantity": responses.number(kind.quantity),
        "rate": responses.sum_of(kind.rate(currency), currency),
        "term_hours": kind.term_hours,
    }
