"""Bulk insert: rows that are collected in any order and written one statement per table, in the
order of their times."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects.postgresql import JSONB

from devdesk.demo import people
from service.tasks.task import FIRST_NUMBER
from tenants.isolation import Base, db

# A table comes after those that it refers to.
ORDER = (
    "inbound",
    "task",
    "event",
    "holding",
    "pause",
    "criterion",
    "question",
    "retelling",
    "agreement",
    "report",
    "delivery",
    "acceptance",
    "praise",
    "message",
    "ask",
    "attachment",
    "charge",
    "posting",
    "ledger_line",
    "invoice",
)
MOMENTS = ("at", "created_at", "received_at", "issued_at")


@dataclass
class Row:
    """A row to be written. Another row as the value of a column stands for its id."""

    table: str
    at: datetime
    columns: dict[str, Any]
    id: int = 0


class BulkInsert:
    """All rows of the demo data, by table."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, at: datetime, **columns: Any) -> Row:
        """Add a row; its time goes into the column that the table has for it."""
        row = Row(table, at, columns)
        self.rows[table].append(row)
        return row

    def take(self, other: BulkInsert) -> None:
        """Add the rows of another bulk insert."""
        for table, rows in other.rows.items():
            self.rows[table].extend(rows)

    @property
    def latest(self) -> datetime:
        """Return the latest time of all rows."""
        return max(row.at for rows in self.rows.values() for row in rows)

    def write(self) -> None:
        """Assign ids and numbers in the order of the times, then write."""
        for rows in self.rows.values():
            rows.sort(key=lambda row: row.at)
        for table, rows in self.rows.items():
            _draw_ids(table, rows)
        _number_tasks(self.rows["task"])
        _number_invoices(self.rows["invoice"])
        for table in ORDER:
            _insert(Base.metadata.tables[table], self.rows[table])


def _draw_ids(table: str, rows: list[Row]) -> None:
    drawn = db.session.scalars(
        text(f"select nextval('{table}_id_seq') from generate_series(1, :count)"),
        {"count": len(rows)},
    )
    for row, id_ in zip(rows, sorted(drawn), strict=True):
        row.id = id_


def _number_tasks(rows: list[Row]) -> None:
    """Number each company's tasks in the order in which they were received."""
    last: Counter[int] = Counter()
    for row in rows:
        last[row.columns["company_id"]] += 1
        row.columns["number"] = FIRST_NUMBER + last[row.columns["company_id"]]
    people.last_numbers({company_id: FIRST_NUMBER + count for company_id, count in last.items()})


def _number_invoices(rows: list[Row]) -> None:
    """Number invoices by year without a gap, continuing from the year's row."""
    last: Counter[int] = Counter()
    for row in rows:
        last[row.at.year] += 1
        row.columns["number"] = f"PO-{row.at.year}-{FIRST_NUMBER + last[row.at.year]}"
    for year, count in last.items():
        db.session.execute(
            text("insert into invoice_year (year, last) values (:year, :last)"),
            {"year": year, "last": FIRST_NUMBER + count},
        )


def _insert(table: Table, rows: list[Row]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    filled = json.dumps([_filled(table, row) for row in rows], default=_plain)
    db.session.execute(
        text(
            f"insert into {table.name} ({names}) select {names}"
            f" from json_populate_recordset(null::{table.name}, cast(:rows as json))"
        ),
        {"rows": filled},
    )


def _filled(table: Table, row: Row) -> dict[str, Any]:
    """Return every column with its value: the given one, the id, the time, or the table's own
    default."""
    moments = dict.fromkeys(MOMENTS, row.at)
    given = {"id": row.id, **moments, **row.columns}
    return {
        column.name: given[column.name] if column.name in given else _default(column)
        for column in table.columns
    }


def _default(column: Any) -> Any:
    value = getattr(column.server_default, "arg", None)
    if not isinstance(value, str):
        return None
    return json.loads(value) if isinstance(column.type, JSONB) else value


def _plain(value: object) -> object:
    """Convert what JSON does not know; texts that contain a number are built only now."""
    if callable(value):
        return value()
    if isinstance(value, Row):
        return value.id
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if isinstance(value, datetime) else str(Decimal(str(value)))
