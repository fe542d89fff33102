"""Restore of a backup over the current database: nothing is done twice, and no id, number or link
is assigned again.

All of it is one transaction: other processes see either the old data or the restored data with its
open work on hold. A backup of an older version is migrated to the current schema afterwards; the
application is stopped for that.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import psycopg
from psycopg import sql
from psycopg.types.json import Json

from service.billing import stripe_edge
from service.core.config import settings
from service.core.outbox_run import NeedsOperator, RetryLater
from service.core.text import to_translate
from service.operation import backup, high_marks, migrate
from service.operation.high_marks import Marks
from tenants import roles

RESTORED = to_translate("Restored from a backup; it may have been done already.")
# Handlers that run again by themselves: inbound messages are processed anew, and a payment is
# looked up at Stripe before it is created.
GOES_ON = ("understand", "triage", "charge", "charge_tip", "pay", "fetch_media")
INVOICE = re.compile(r"PO-(\d{4})-(\d{1,9})")
TRIES = 3


@dataclass
class Result:
    """The result for the operator. `lost` are invoice numbers by year that were issued and are in
    no backup."""

    epoch: str
    on_hold: int = 0
    lost: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def restore(file: str, last_invoices: tuple[str, ...] = ()) -> Result:
    """Replace the database by a backup. `last_invoices` are numbers proven by mails
    ("PO-2026-1040").

    Raises click.ClickException with a sentence; nothing has changed then.
    """
    owner_url, result = backup.owner_url(), Result(secrets.token_hex(4))
    known = _proven(owner_url, file, last_invoices, result)
    head = _version(file) == migrate.newest()
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings().data_dir) as folder:
        _run_in_one_transaction(
            owner_url, _scripts(file, Path(folder), known, result.epoch, head=head)
        )
    if not head:
        migrate.upgrade(owner_url, settings().database_url)
        _finish(owner_url, known, result.epoch)
    _end_connections(owner_url, result)
    _look(owner_url, result)
    return result


def _proven(owner_url: str, file: str, entered: tuple[str, ...], result: Result) -> Marks:
    """Return the highest numbers that the replaced database, DATA_DIR, Stripe or the operator prove
    to have been assigned."""
    there = high_marks.of_database(owner_url)
    if there is None:
        result.notes.append(
            "The database that is replaced did not answer; what it gave out is known from DATA_DIR"
            " alone."
        )
    known = (there or Marks()).above(high_marks.of_file())
    for numbers in (_entered(entered), _of_stripe(file, result)):
        known = known.above(Marks(invoices=numbers))
    return known


def _entered(numbers: tuple[str, ...]) -> dict[str, int]:
    found = [INVOICE.fullmatch(number.strip()) for number in numbers]
    if not all(found):
        raise click.ClickException("Give an invoice number as it is printed, like PO-2026-1040.")
    return highest((match[1], int(match[2])) for match in found if match)


def _of_stripe(file: str, result: Result) -> dict[str, int]:
    """Return the invoice numbers in the metadata of payments made since the backup."""
    if not settings().stripe_api_key:
        return {}
    try:
        return highest(
            (match[1], int(match[2]))
            for number in stripe_edge.invoices_since(_made_at(file) - timedelta(days=1))
            if (match := INVOICE.fullmatch(number))
        )
    except (RetryLater, NeedsOperator) as error:
        result.notes.append(f"Stripe was not asked for invoice numbers: {error}")
        return {}


def highest(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the highest number of each year out of (year, number)."""
    found: dict[str, int] = {}
    for year, number in pairs:
        found[year] = max(found.get(year, 0), number)
    return found


def _made_at(file: str) -> datetime:
    """Return when the backup was written, from its table of contents, in this host's time zone."""
    head = backup.run("pg_restore", ["--list", file])
    match = re.search(r"Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", head)
    return (
        datetime.fromisoformat(match[1]).astimezone(UTC)
        if match
        else datetime.now(UTC) - timedelta(days=30)
    )


def _version(file: str) -> str:
    """Return the newest migration in the backup."""
    data = backup.run("pg_restore", ["--data-only", "--table=alembic_version", "--file=-", file])
    match = re.search(r"^COPY [^\n]*alembic_version[^\n]*\n(\w+)$", data, re.MULTILINE)
    if match is None:
        raise click.ClickException("This is no backup of a desk.")
    return match[1]


def _scripts(file: str, folder: Path, known: Marks, epoch: str, *, head: bool) -> list[Path]:
    """Return the scripts that empty the schema, fill it from the backup, and then make sure that
    nothing is done or assigned twice."""
    scripts = [folder / name for name in ("empty.sql", "backup.sql", "after.sql")]
    scripts[0].write_text(
        "drop schema public cascade;\ncreate schema public;\ngrant usage on schema public to"
        " public;\n"
    )
    backup.run("pg_restore", ["--no-owner", f"--file={scripts[1]}", file])
    parts = [
        _part("numbers.sql", known),
        _part("open_work.sql", known),
        *([_part("epoch.sql", known, epoch)] if head else []),
        _part("connections.sql", known),
    ]
    scripts[2].write_text(
        "\n".join([roles.finder_sql(), *(part.as_string(None) for part in parts)])
    )
    return scripts


def _part(name: str, known: Marks, epoch: str = "") -> sql.Composed:
    """Return one of the SQL files beside this module, with its values as literals."""
    text = files("service.operation.restoring").joinpath(name).read_text(encoding="utf-8")
    values = {
        "sequences": Json(known.sequences),
        "invoices": Json(known.invoices),
        "epoch": epoch,
        "reason": RESTORED,
        "goes_on": list(GOES_ON),
        "login": _login(),
    }
    return sql.SQL(text).format(**{name: sql.Literal(value) for name, value in values.items()})


def _run_in_one_transaction(owner_url: str, scripts: list[Path]) -> None:
    """Run the scripts with psql, because a backup's script contains psql commands. A deadlock with
    the running application is tried again."""
    arguments = [
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        *(f"--file={script}" for script in scripts),
    ]
    for attempt in range(1, TRIES + 1):
        try:
            backup.run("psql", arguments, owner_url)
            return
        except click.ClickException as error:
            if "deadlock" not in error.message or attempt == TRIES:
                raise


def _finish(owner_url: str, known: Marks, epoch: str) -> None:
    """Complete, after the migrations, what an older backup had no tables for."""
    with psycopg.connect(owner_url) as owner:
        owner.execute(_part("epoch.sql", known, epoch))


def _end_connections(owner_url: str, result: Result) -> None:
    """End all database connections, so that every process reconnects and reads the new epoch."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        try:
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename = %s"
                " and backend_start < (select max(at) from restored)",
                (_login(),),
            )
        except psycopg.errors.InsufficientPrivilege:
            result.notes.append(
                "Restart web, workers and mail room now: the owner may not end their connections."
            )


def _login() -> str:
    return unquote(urlsplit(settings().database_url).username or "")


def _look(owner_url: str, result: Result) -> None:
    with psycopg.connect(owner_url) as owner:
        owner.execute("set role system")
        result.on_hold = (
            owner.execute(
                "select count(*) from due where hold = 'review' and done_at is null"
            ).fetchone()
            or (0,)
        )[0]
        result.lost = (
            owner.execute(
                "select lost_invoices from restored where epoch = %s", (result.epoch,)
            ).fetchone()
            or ({},)
        )[0]
