"""From acceptance to a paid invoice, once, on the real ledger and a real payment server."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
import time
import uuid

from pypdf import PdfReader
from sqlalchemy import select, text

from service.billing import cards, charges, invoice_pdf, ledger, stripe_edge
from service.billing.charges import Charge, Invoice
from service.core.outbox import OutboxRow
from service.inbound.inbound_message import Inbound
from service.tasks import acceptance, cancelling, review
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.talk import work_off
from workers import jobs


def pay():
    """Do the payments that are due."""
    with isolation.transaction(isolation.system("test")):
        ids = list(
            db.session.scalars(
                select(OutboxRow.id).where(
                    OutboxRow.reaction == "pay",
                    OutboxRow.done_at.is_(None),
                    OutboxRow.needs_person_at.is_(None),
                )
            )
        )
    jobs.run_rows(ids)


def keep_card(client, method="pm_card_visa"):
    cards.keep(client.scope, client.company_id, method)


def charge_of(task_id):
    with isolation.transaction(isolation.system("test")):
        charge = db.session.scalar(select(Charge).where(Charge.task_id == task_id))
        if charge:
            db.session.expunge(charge)
        return charge


def balance(client, account="receivable"):
    with isolation.transaction(isolation.system("test")):
        return ledger.balance(client.company_id, account)


def test_an_accepted_task_is_charged_paid_and_invoiced_once(world, stripe_here):
    client, helper = world.client(), world.staff()
    keep_card(client)
    task_id = world.task(client, "accepted", helper)
    work_off()
    assert balance(client) == 9600
    pay()
    charge = charge_of(task_id)
    assert (charge.state, charge.amount) == ("paid", 9600)
    assert stripe_edge.look_up(charge.intent_id).status == "succeeded"
    assert (balance(client), balance(client, "card"), balance(client, "earned")) == (0, 9600, -9600)
    pay()
    assert balance(client, "card") == 9600


def test_the_same_event_charges_once_however_often_it_is_done(world, stripe_here):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "accepted", helper)
    for _again in range(3):
        with isolation.transaction(isolation.system("test")):
            event_id = db.session.scalar(
                text("select max(id) from event where task_id = :task and kind = 'task.accepted'"),
                {"task": task_id},
            )
            charges.charge_for(find(task_id), event_id)
    assert balance(client) == 9600


def test_a_death_between_intent_and_confirmation_pays_once(world, stripe_here, monkeypatch):
    client, helper = world.client(), world.staff()
    keep_card(client)
    task_id = world.task(client, "accepted", helper)
    work_off()

    class Killed(BaseException):
        """Stands for the end of the process."""

    def dies(*_arguments):
        raise Killed

    with isolation.transaction(isolation.system("test")):
        due_id = db.session.scalar(
            select(OutboxRow.id)
            .where(OutboxRow.reaction == "pay", OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.id.desc())
            .limit(1)
        )
    with monkeypatch.context() as moment:
        moment.setattr(stripe_edge, "confirm", dies)
        try:
            jobs.run_rows([due_id])
        except Killed:
            pass
    intent = charge_of(task_id).intent_id
    assert intent is not None
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update due set lease_until = now() - interval '1 second' where id = :id"),
            {"id": due_id},
        )
    jobs.run_rows([due_id])
    assert (charge_of(task_id).state, charge_of(task_id).intent_id) == ("paid", intent)
    assert balance(client, "card") == 9600


def test_without_a_card_the_invoice_stays_open_and_the_owner_is_told(world, stripe_here):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "accepted", helper)
    work_off()
    pay()
    assert charge_of(task_id).state == "failed"
    assert balance(client) == 9600
    keep_card(client)
    with isolation.transaction(client.scope):
        cards.pay_again(charge_of(task_id).id)
    pay()
    assert (charge_of(task_id).state, balance(client)) == ("paid", 0)


def test_paying_again_after_a_declined_card_leaves_one_intent_that_can_pay(world, stripe_here):
    client, helper = world.client(), world.staff()
    keep_card(client, "pm_card_chargeCustomerFail")
    task_id = world.task(client, "accepted", helper)
    work_off()
    pay()
    declined = charge_of(task_id)
    assert (declined.state, stripe_edge.look_up(declined.intent_id).status) == (
        "failed",
        "requires_payment_method",
    )
    keep_card(client)
    with isolation.transaction(client.scope):
        cards.pay_again(declined.id)
    pay()
    paid = charge_of(task_id)
    assert (paid.state, balance(client), balance(client, "card")) == ("paid", 0, 9600)
    assert stripe_edge.look_up(declined.intent_id).status == "canceled"
    assert stripe_edge.look_up(paid.intent_id).status == "succeeded"


def test_an_intent_that_paid_after_all_is_not_paid_beside_another(world, stripe_here):
    client, helper = world.client(), world.staff()
    keep_card(client)
    task_id = world.task(client, "accepted", helper)
    work_off()
    pay()
    paid = charge_of(task_id)
    with isolation.transaction(
        isolation.system("test")
    ):  # as if we had taken it for failed before the bank made up its mind
        db.session.execute(
            text("update charge set state = 'failed', paid_at = null where id = :id"),
            {"id": paid.id},
        )
    with isolation.transaction(client.scope):
        cards.pay_again(paid.id)
    pay()
    assert (charge_of(task_id).state, charge_of(task_id).intent_id) == ("paid", paid.intent_id)


def test_a_settlement_pays_the_scores_share(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "delivered", helper)
    with isolation.transaction(client.scope):
        acceptance.accept(find(task_id), client.actor, 50, "Half of it", "settle")
    work_off()
    assert (world.load(task_id).price, balance(client)) == (4800, 4800)


def test_cancelling_pays_for_what_was_reported(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with isolation.transaction(helper.scope):
        from service.tasks import red_line

        red_line.report(find(task_id), helper.actor, 25, on_time=True)
    with isolation.transaction(client.scope):
        assert cancelling.cancel(find(task_id), client.actor) == 2400
    work_off()
    assert balance(client) == 2400


def test_the_ledgers_sum_is_always_zero(world):
    with isolation.transaction(isolation.system("test")):
        assert db.session.scalar(text("select coalesce(sum(amount), 0) from ledger_line")) == 0


def test_the_invoices_pdf_says_the_ledgers_total(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "accepted", helper)
    work_off()
    with isolation.transaction(client.scope):
        charge = charges.of_task(find(task_id))
        invoice = charges.invoice_of(charge)
        pages = "".join(
            page.extract_text() for page in PdfReader(io.BytesIO(invoice_pdf.pdf(invoice.id))).pages
        )
        number = invoice.number
    assert number in pages
    assert re.sub(r"\s", "", "€96.00") in re.sub(r"\s", "", pages)


def test_invoice_numbers_have_no_gap(world):
    client, helper = world.client(), world.staff()
    for _twice in range(2):
        world.task(client, "accepted", helper)
    work_off()
    with isolation.transaction(isolation.system("test")):
        numbers = sorted(
            int(number.rsplit("-", 1)[1]) for number in db.session.scalars(select(Invoice.number))
        )
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_webhook_without_stripes_signature_is_refused(client):
    assert (
        client.post(
            "/hooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=00"}
        ).status_code
        == 403
    )


def test_a_signed_webhook_is_kept_once(world, client):
    payload = json.dumps(
        {
            "id": f"evt_{uuid.uuid4().hex}",
            "object": "event",
            "type": "payment_intent.succeeded",
            "api_version": "2024-01-01",
            "data": {"object": {"id": "pi_unknown", "object": "payment_intent"}},
        }
    )
    moment = int(time.time())
    signature = hmac.new(b"whsec_test", f"{moment}.{payload}".encode(), hashlib.sha256).hexdigest()
    for _twice in range(2):
        answer = client.post(
            "/hooks/stripe",
            data=payload,
            headers={"Stripe-Signature": f"t={moment},v1={signature}"},
        )
        assert answer.status_code == 204
    with isolation.transaction(isolation.system("test")):
        kept = db.session.scalars(
            select(Inbound).where(Inbound.channel == "stripe", Inbound.sender == "pi_unknown")
        ).all()
        assert len(kept) == 1


def test_a_tip_is_charged_beside_the_work_once_with_an_invoice_of_its_own(world, stripe_here):
    client, helper = world.client(), world.staff()
    keep_card(client)
    task_id = world.task(client, "accepted", helper)
    with isolation.transaction(client.scope):
        review.praise(find(task_id), client.actor, "Well done", 500)
    for _again in range(2):
        work_off()
        pay()
    with isolation.transaction(isolation.system("test")):
        tip = charges.of_task(find(task_id), "tip")
        assert (tip.state, tip.amount) == ("paid", 500)
        assert charges.of_task(find(task_id)).amount == 9600
        assert (
            charges.invoice_of(tip).number
            != charges.invoice_of(charges.of_task(find(task_id))).number
        )
        assert (
            invoice_pdf.facts(charges.invoice_of(tip))["lines"][0]["about"]
            == "Tip for the assistant"
        )
    assert (balance(client), balance(client, "card"), balance(client, "earned")) == (
        0,
        10100,
        -10100,
    )
