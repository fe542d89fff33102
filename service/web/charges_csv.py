"""Charges as CSV: written page by page, each in its own transaction, so that a slow reader keeps no
transaction open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from service.billing import lists
from service.billing.lists import ChargeRow
from service.catalogue.categories import all_categories
from service.core.money import Money
from tenants import isolation
from tenants.isolation import AccessScope

BATCH_SIZE, MAX_ROWS = 500, 50_000
# A spreadsheet takes a cell that begins like this for a formula, and anybody may name a task.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Reader:
    """Whom the file is written for, after their request has ended: their access scope, zone and
    language."""

    app: Flask
    scope: AccessScope
    zone: ZoneInfo
    language: str

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Open a short transaction in the reader's scope."""
        with self.app.app_context(), force_locale(self.language), isolation.transaction(self.scope):
            yield


def of_charges(reader: Reader) -> Iterator[str]:
    """Yield the charges that this reader may see, newest first, at most 50,000."""
    last: str | None = None
    for place in range(MAX_ROWS // BATCH_SIZE):
        with reader.reading():
            page = lists.charges(after=last, limit=BATCH_SIZE)
            written = ("" if place else "\ufeff" + _head()) + "".join(
                line(_cells(row, reader.zone)) for row in page.rows
            )
            last = str(page.older) if page.older else None
        yield written
        if last is None:
            return


def _head() -> str:
    return line(
        [
            _("Date"),
            _("Task"),
            _("Title"),
            _("Handed over by"),
            _("Category"),
            _("Quantity"),
            _("Unit"),
            _("Unit price"),
            _("Score"),
            _("Price"),
            _("Currency"),
            _("Invoice"),
            _("Paid on"),
        ]
    )


def _cells(row: ChargeRow, zone: ZoneInfo) -> list[str]:
    charge, task, kind = row.charge, row.task, all_categories().get(row.task.category or "")
    return [
        _day(charge.created_at, zone),
        str(task.number),
        task.title,
        row.person or "",
        kind.name() if kind else "",
        "" if task.quantity is None else f"{task.quantity.normalize():f}",
        kind.unit() if kind else "",
        _sum(task.unit_price, task.currency),
        "" if task.score is None else str(task.score),
        _sum(charge.amount, charge.currency),
        charge.currency,
        row.invoice.number if row.invoice else "",
        _day(charge.paid_at, zone),
    ]


def line(cells: list[str]) -> str:
    """Return a line of the file, with every cell made safe."""
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in cells])
    return out.getvalue()


def safe(cell: str) -> str:
    """Return a text that a spreadsheet shows and does not evaluate."""
    return "'" + cell if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else ""


def _sum(minor: int | None, currency: str) -> str:
    """Return an amount without its currency, with a decimal point in every language, as
    spreadsheets expect."""
    return "" if minor is None else Money(minor, currency).plain()
