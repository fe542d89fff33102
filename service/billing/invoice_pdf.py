"""The invoice as PDF, set by typst from the figures in the ledger."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import force_locale
from sqlalchemy import func, select

from service.billing.charges import Charge, Invoice
from service.billing.ledger import Line, Posting
from service.catalogue.categories import all_categories
from service.catalogue.quantities import amount
from service.core.config import settings
from service.core.errors import NotFound
from service.outbound.compose import money
from service.tasks.delivery import SUCCESS
from service.tasks.task import Task, find
from service.tasks.task_state import TaskState
from tenants.company import Company
from tenants.isolation import db

TEMPLATE = Path(__file__).with_name("invoice.typ")
WORDS = {
    "en": {
        "invoice": "Invoice",
        "date": "Date",
        "to": "For",
        "work": "Work",
        "quantity": "Quantity",
        "price": "Price",
        "amount": "Amount",
        "total": "Total, paid",
        "to_pay": "Amount due",
        "task": "Task",
        "accepted": "Work accepted",
        "how": "Payment",
        "paid": "Paid by {card} on {day}.",
        "card": "card",
        "open": "Not paid yet. It will be charged to the company’s saved card.",
        "settled": "Settled at {score} %",
        "tip": "Tip for the assistant",
        "questions": "Questions: {mail}",
        "page": "Page {0} of {1}",
    },
    "ru": {
        "invoice": "Счёт",
        "date": "Дата",
        "to": "Кому",
        "work": "Работа",
        "quantity": "Количество",
        "price": "Цена",
        "amount": "Сумма",
        "total": "Итого, оплачено",
        "to_pay": "К оплате",
        "task": "Задача",
        "accepted": "Работа принята",
        "how": "Оплата",
        "paid": "Оплачено картой {card}, {day}",
        "card": "",
        "open": "Пока не оплачено. Сумма спишется с сохранённой карты компании.",
        "settled": "Оплата по оценке: {score}\u00a0%",
        "tip": "Чаевые исполнителю",
        "questions": "Вопросы: {mail}",
        "page": "Страница {0} из {1}",
    },
}


def pdf(invoice_id: int) -> bytes:
    """Return the invoice's PDF. Its total is the ledger's receivable, not a copy of it. Raises
    NotFound."""
    invoice = db.session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound
    return _set(facts(invoice))


def facts(invoice: Invoice) -> dict[str, Any]:
    """Return the invoice's contents as texts in the company's language."""
    charge, company = (
        db.session.get_one(Charge, invoice.charge_id),
        db.session.get_one(Company, invoice.company_id),
    )
    task, words, language = find(charge.task_id), WORDS[company.language], company.language
    total = _from_ledger(charge)
    rows = [(words["date"], _day(invoice.issued_at, language)), (words["task"], str(task.number))]
    if task.ended_at and task.state in (TaskState.ACCEPTED, TaskState.CLOSED):
        rows.append((words["accepted"], _day(task.ended_at, language)))
    return {
        "words": words,
        "language": language,
        "number": invoice.number,
        "from": [part.strip() for part in settings().invoice_from.split(";")],
        "company": company.name,
        "address": [line for line in company.address.splitlines() if line.strip()],
        "facts": rows,
        "lines": _lines(task, charge, total, language),
        "due": words["total" if charge.state == "paid" else "to_pay"],
        "total": money(total, charge.currency, language),
        "state": _state(charge, company, words),
        "questions": words["questions"].format(mail=f"tasks@{settings().mail_domain}"),
    }


def _lines(task: Task, charge: Charge, total: int, language: str) -> list[dict[str, str]]:
    """Return the invoice lines: the work, and a second line for what a settlement took off. A price
    that does not follow from the rate was agreed, and shows no rate."""
    if charge.kind == "tip":
        return [
            {
                "what": task.title,
                "about": WORDS[language]["tip"],
                "quantity": "",
                "price": "",
                "amount": money(total, charge.currency, language),
            }
        ]
    kind = all_categories().get(task.category or "")
    full = kind.price(task.quantity, charge.currency) if kind and task.quantity else total
    settled = full > total and task.score is not None and task.score < SUCCESS
    by_rate = kind is not None and (settled or full == total)
    work = {
        "what": task.title,
        "about": kind.name(language) if kind else "",
        "quantity": _quantity(task, language),
        "price": (
            money(kind.rate(charge.currency), charge.currency, language) if kind and by_rate else ""
        ),
        "amount": money(full if settled else total, charge.currency, language),
    }
    if not settled:
        return [work]
    return [
        work,
        {
            "what": WORDS[language]["settled"].format(score=task.score),
            "about": "",
            "quantity": "",
            "price": "",
            "amount": money(total - full, charge.currency, language).replace("-", "\N{MINUS SIGN}"),
        },
    ]


def _quantity(task: Task, language: str) -> str:
    if task.quantity is None:
        return ""
    with force_locale(language):
        return amount(
            task.quantity, task.category, format_decimal(task.quantity.normalize(), locale=language)
        )


def _state(charge: Charge, company: Company, words: dict[str, str]) -> str:
    if charge.state != "paid" or charge.paid_at is None:
        return words["open"]
    return (
        words["paid"]
        .format(
            card=company.card_label or words["card"], day=_day(charge.paid_at, company.language)
        )
        .replace(" ,", ",")
    )


def _day(moment: datetime, language: str) -> str:
    return format_date(moment, "d MMMM y" if language == "en" else "long", locale=language)


def _from_ledger(charge: Charge) -> int:
    """Return the amount in the ledger for this charge, in minor units; the charge's own for readers
    who may not see the ledger."""
    held = db.session.scalar(
        select(func.sum(Line.amount))
        .join(Posting, Posting.id == Line.posting_id)
        .where(
            Posting.event_id == charge.event_id,
            Posting.kind == "charge",
            Line.account == "receivable",
        )
    )
    return int(held) if held is not None else charge.amount


def _set(what: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "facts.json").write_text(json.dumps(what), encoding="utf-8")
        (Path(folder) / "invoice.typ").write_text(
            TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8"
        )
        return bytes(typst.compile(str(Path(folder) / "invoice.typ"), root=folder))
