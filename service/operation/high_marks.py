"""The highest ids and numbers in use: written to DATA_DIR each minute, so that a restore assigns
none of them again."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import text

from service.core.config import settings
from tenants.isolation import db

log = logging.getLogger(__name__)
SEQUENCES = (
    "select sequencename, last_value from pg_sequences where schemaname = 'public' and last_value"
    " is not null"
)
INVOICES = "select year, last from invoice_year"


@dataclass
class Marks:
    """The highest value of each sequence, and the last invoice number of each year."""

    sequences: dict[str, int] = field(default_factory=dict)
    invoices: dict[str, int] = field(default_factory=dict)

    def above(self, other: Marks) -> Marks:
        """Return the higher value of both, entry by entry."""
        return Marks(
            _higher(self.sequences, other.sequences), _higher(self.invoices, other.invoices)
        )


def of_database(owner_url: str) -> Marks | None:
    """Return the marks of the database that is about to be replaced; None where it does not
    answer."""
    try:
        with psycopg.connect(owner_url, connect_timeout=10) as owner:
            sequences: dict[str, int] = dict(owner.execute(SEQUENCES).fetchall())
            owner.execute("set role system")
            return Marks(sequences, {str(year): last for year, last in owner.execute(INVOICES)})
    except psycopg.errors.UndefinedTable:
        return Marks()  # the database is empty
    except psycopg.Error:
        return None


def of_file() -> Marks:
    """Return the marks stored in DATA_DIR; empty where there are none, or the file cannot be
    read."""
    try:
        kept = json.loads(_path().read_text())
        return Marks(
            {name: int(last) for name, last in kept["sequences"].items()},
            {year: int(last) for year, last in kept["invoices"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Marks()


def keep() -> None:
    """Store the current marks, read in the transaction's scope; higher stored values stay. On a
    full disk the old file stays."""
    found = Marks(
        dict(db.session.execute(text(SEQUENCES)).tuples()),
        {str(year): last for year, last in db.session.execute(text(INVOICES))},
    ).above(of_file())
    beside = _path().with_suffix(".part")
    try:
        beside.write_text(json.dumps({"sequences": found.sequences, "invoices": found.invoices}))
        os.replace(beside, _path())
    except OSError as error:
        log.warning("the marks of ids could not be written: %s", error.strerror)


def _path() -> Path:
    return settings().data_dir / "marks.json"


def _higher(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in one.keys() | other.keys()}
