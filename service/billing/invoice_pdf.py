"""The invoice as PDF, set by typst out of the figures in the ledger."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date
from sqlalchemy import func, select

from service.billing.charges import Charge, Invoice
from service.billing.ledger import Line, Posting
from service.channels.outbound import money
from service.errors import NotFound
from service.tasks.task import find
from service.triage.categories import all_categories
from tenants.company import Company
from tenants.wall import db

TEMPLATE = Path(__file__).with_name("invoice.typ")
WORDS = {
    "en": {"invoice": "Invoice", "date": "Date", "to": "To", "what": "What", "quantity": "Quantity", "amount": "Amount",
           "total": "Total", "task": "Task", "paid": "Paid by card", "open": "To be paid", "settled": "Settled at"},
    "ru": {"invoice": "Счёт", "date": "Дата", "to": "Кому", "what": "Работа", "quantity": "Количество", "amount": "Сумма",
           "total": "Итого", "task": "Задача", "paid": "Оплачено картой", "open": "К оплате", "settled": "Принято на"},
}


def pdf(invoice_id: int) -> bytes:
    """The invoice's PDF. Raises NotFound. Its total is the ledger's receivable, not a copy of it."""
    invoice = db.session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound
    return _set(facts(invoice))


def facts(invoice: Invoice) -> dict[str, Any]:
    """What stands on the invoice, as texts in the company's language."""
    charge, company = db.session.get_one(Charge, invoice.charge_id), db.session.get_one(Company, invoice.company_id)
    task = find(charge.task_id)
    words, language = WORDS[company.language], company.language
    kind = all_categories().get(task.category or "")
    total = money(_from_ledger(charge), charge.currency, language)
    return {
        "words": words, "number": invoice.number, "date": format_date(invoice.issued_at, "long", locale=language),
        "company": company.name, "address": company.address, "title": task.title, "task": str(task.number),
        "kind": kind.name(language) if kind else "", "quantity": f"{task.quantity or 1:g} {task.unit or ''}".strip(),
        "score": f"{task.score} %" if task.score is not None and task.score < 80 else "", "total": total,
        "state": words["paid"] if charge.state == "paid" else words["open"],
    }


def _from_ledger(charge: Charge) -> int:
    """The amount that the ledger holds for this charge, in minor units; the charge's own for those who may not see the ledger."""
    amount = db.session.scalar(select(func.sum(Line.amount)).join(Posting, Posting.id == Line.posting_id).where(
        Posting.event_id == charge.event_id, Posting.kind == "charge", Line.account == "receivable"))
    return int(amount) if amount is not None else charge.amount


def _set(what: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "facts.json").write_text(json.dumps(what), encoding="utf-8")
        (Path(folder) / "invoice.typ").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        return bytes(typst.compile(str(Path(folder) / "invoice.typ"), root=folder))
