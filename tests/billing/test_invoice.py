"""What stands on an invoice: quantity, rate and amount agree; what a settlement took off has a line
of its own."""

from __future__ import annotations

import io
from decimal import Decimal
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from service.billing import charges, invoice_pdf
from service.core.config import settings
from service.tasks.task import find
from tenants import isolation
from tests.talk import work_off


def lines(total, language="en", score=95, quantity="8"):
    task = SimpleNamespace(
        title="Hotels", category="research", quantity=Decimal(quantity), score=score
    )
    return invoice_pdf._lines(task, SimpleNamespace(kind="work", currency="EUR"), total, language)


def test_a_price_by_the_rate_shows_the_rate(app):
    [one] = lines(19200)
    assert (one["quantity"], one["price"], one["amount"], one["about"]) == (
        "8 hours",
        "€24.00",
        "€192.00",
        "Research",
    )


def test_an_agreed_price_shows_no_rate_that_it_does_not_follow_from(app):
    [one] = lines(15000)
    assert (one["price"], one["amount"]) == ("", "€150.00")


@pytest.mark.parametrize(
    ("language", "taken", "named"),
    [("en", "−€38.40", "Settled at 70 %"), ("ru", "−38,40\u00a0€", "Оплата по оценке: 70\u00a0%")],
)
def test_a_settlement_has_a_line_and_both_sum_to_the_total(app, language, taken, named):
    work, settled = lines(15360, language, score=70)
    assert settled["what"] == named and settled["amount"] == taken
    assert work["amount"].replace(",", ".").strip("€\u00a0") == "192.00"


def test_it_names_the_seller_the_client_and_the_question_address(world, monkeypatch):
    client = world.client()
    task_id = world.task(client, "accepted", world.staff())
    work_off()
    monkeypatch.setattr(
        invoice_pdf,
        "settings",
        lambda: settings().model_copy(update={"invoice_from": "Poruchi SIA; VAT LV40203456789"}),
    )
    with isolation.transaction(client.scope):
        invoice = charges.invoice_of(charges.of_task(find(task_id)))
        told = " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(invoice_pdf.pdf(invoice.id))).pages
        )
        company = invoice_pdf.facts(invoice)["company"]
    assert (
        "VAT LV40203456789" in told
        and company in told
        and f"tasks@{settings().mail_domain}" in told
        and "Page 1 of 1" in told
    )
