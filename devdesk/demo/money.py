"""Costs of past tasks: charge, invoice, ledger, and the card payment, which succeeded or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from devdesk.demo.bulk_insert import Row
from devdesk.demo.task_history import Life
from service.billing.ledger import CARD, EARNED, RECEIVABLE
from service.core.event_kinds import EventKind

DECLINED = {"en": "Your card was declined.", "ru": "Карта отклонена банком."}


def charge(life: Life, ended: Row, pays_after: timedelta | None) -> None:
    """Charge a task that ended with this event; None as the time of the payment where the card was
    declined."""
    amount, firm = life.task.columns["price"], life.party.firm
    if not amount:
        return
    at = ended.at + timedelta(seconds=1)
    row = life.pile.add(
        "charge",
        at,
        company_id=firm.id,
        task_id=life.task,
        event_id=ended,
        amount=amount,
        currency=firm.currency,
        state="failed",
        error=DECLINED[life.work.language],
    )
    _post(life, ended, at, "charge", RECEIVABLE, EARNED)
    invoice = life.pile.add(
        "invoice", at, company_id=firm.id, charge_id=row, total=amount, currency=firm.currency
    )
    life.event(EventKind.CHARGE_MADE, at, None, charge=row, invoice=invoice)
    if pays_after is None:
        life.event(EventKind.CHARGE_FAILED, at + timedelta(seconds=4), None, charge=row)
    else:
        _paid(life, row, at + pays_after)


def _paid(life: Life, row: Row, at: datetime) -> None:
    row.columns |= {"state": "paid", "paid_at": at, "error": None}
    happened = life.event(EventKind.CHARGE_PAID, at, None, charge=row)
    _post(life, happened, at, "payment", CARD, RECEIVABLE)


def _post(life: Life, event: Row, at: datetime, kind: str, debit: str, credit: str) -> None:
    """Create a posting with its two lines, which sum to zero."""
    amount, firm = life.task.columns["price"], life.party.firm
    posting = life.pile.add("posting", at, company_id=firm.id, event_id=event, kind=kind)
    for account, sum_ in ((debit, amount), (credit, -amount)):
        life.pile.add(
            "ledger_line",
            at,
            company_id=firm.id,
            posting_id=posting,
            account=account,
            amount=sum_,
            currency=firm.currency,
        )
