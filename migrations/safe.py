"""Steps that hold up nobody: for migrations that run while the code of before is at work.

docs/migrations.md says how a change is cut into steps. Every migration waits for a lock for
LOCK_TIMEOUT at most, because whoever comes after it would wait behind it;
`service/operation/migrate.py` tries again. What these functions do is committed at once, so a
migration that stops half-way is run from its beginning: each statement has to be safe to run twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from alembic import op
from sqlalchemy import TextClause, text

LOCK_TIMEOUT = "2s"
BATCH = 5_000
# What a batch begins with, so that its statement can be told from one over the whole table.
MARK = "/* in batches */"


def one_by_one(statements: Iterable[str]) -> None:
    """Run each text in a transaction of its own, so that one table is locked at a time and nobody
    waits for one while another is held. A text may hold several statements, which go together."""
    with op.get_context().autocommit_block():
        for statement in statements:
            op.execute(statement)


def in_batches(statement: str, role: str = "system", size: int = BATCH) -> None:
    """Run a statement that changes at most `:batch` rows until it changes none, each time in a
    transaction of its own.

    It runs as `role`, because forced row-level security shows the owner no row.
    """
    batch = text(f"{MARK} {statement.strip()}").bindparams(batch=size)
    with op.get_context().autocommit_block():
        op.execute(f"set role {role}")
        while _changed(batch):
            pass
        op.execute("reset role")


def _changed(batch: TextClause) -> bool:
    """Run one batch; whether it changed rows. Where SQL is printed only, once is enough."""
    if op.get_context().as_sql:
        op.execute(batch)
        return False
    return op.get_bind().execute(batch).rowcount > 0


def index(name: str, table: str, definition: str, *, unique: bool = False) -> None:
    """Make an index while the table is written to; one that is left of an earlier try and is not
    valid is dropped first. `definition` is what stands behind the table's name in SQL."""
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")  # it waits for transactions, and nobody for it
        if not op.get_context().as_sql and op.get_bind().execute(INVALID, {"name": name}).first():
            op.execute(f"drop index concurrently {name}")
        kind = "unique index" if unique else "index"
        op.execute(f"create {kind} concurrently if not exists {name} on {table} {definition}")
        op.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")


def no_index(name: str) -> None:
    """Drop an index while its table is used."""
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        op.execute(f"drop index concurrently if exists {name}")
        op.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")


INVALID = text("select 1 from pg_index where indexrelid = to_regclass(:name) and not indisvalid")


# What a migration must not do as it is: a pattern of its SQL, and what to do instead.
FAULTS: tuple[tuple[str, str], ...] = (
    (
        r"\bcreate (unique )?index (?!concurrently)",
        "An index on a table that is in use is made with safe.index.",
    ),
    (r"\bdrop index (?!concurrently)", "An index is dropped with safe.no_index."),
    (
        r"^alter table .*\badd (constraint \S+ )?(unique|primary key|exclude)\b(?! using index)",
        "Make the index with safe.index first, then add the constraint `using index`.",
    ),
    (
        r"^alter table .*\badd (constraint \S+ )?(foreign key|check)\b(?!.*\bnot valid\b)",
        "A constraint is added `not valid`, and validated by a statement of its own.",
    ),
    (
        r"^alter table .*\badd (column )?\w+ (?!.*\bdefault\b)(?=.*\bnot null\b)",
        "The code of before does not fill a new column: give it a default, or let it be empty.",
    ),
    (
        r"^(update|delete from) (?!alembic_version)|^insert into (?!alembic_version)",
        "Rows are filled and deleted with safe.in_batches.",
    ),
    # But for a longer varchar, which changes the catalogue alone.
    (
        r"^alter table .*\b(set data )?type\b(?! varchar\(\d+\)$)",
        "A type is changed through a new column.",
    ),
    (r"^lock\b", "A table is not locked by hand."),
)
# What ends something that the code of a release may still use. It is done one release after the
# code stopped using it: the migration names the last release as `contracts = "0.1.0"`. Where it
# cannot wait it says in `breaks` what fails until the new code is there.
CONTRACTS = (
    r"\bdrop (column|table|constraint|function|sequence|type)\b",
    r"^alter table .*\bset not null\b",
    r"^alter table .*\brename\b",
    r"^revoke\b|; revoke\b",
)


def statements_of(sql: str) -> dict[str, list[str]]:
    """Return the statements of each migration out of what `alembic upgrade --sql` prints, in lower
    letters, without what alembic itself adds and without the bodies of functions."""
    found: dict[str, list[str]] = {}
    parts = re.split(r"^-- Running upgrade .* -> (\w+)$", sql, flags=re.MULTILINE)
    for revision, part in zip(parts[1::2], parts[2::2], strict=True):
        plain = [" ".join(one.lower().split()) for one in part.split(";\n\n")]
        plain = [re.sub(r"^(create \S.*function .*?)\$\$.*\$\$", r"\1", one) for one in plain]
        found[revision] = [one for one in plain if one not in ("", "begin", "commit")]
    return found


def faults(statements: list[str]) -> list[str]:
    """Return what is wrong with the statements of one migration, each with what to do instead. A
    table that the same migration makes is used by nobody yet."""
    made = {name for one in statements for name in re.findall(r"\bcreate table (\w+)", one)}
    return [
        f"{cure} ({one[:80]})"
        for one in statements
        for pattern, cure in FAULTS
        if re.search(pattern, one) and not made & set(re.findall(r"\w+", one))
    ]


def contracting(statements: list[str]) -> list[str]:
    """Return the statements of a migration that end something; what it gave itself for a moment it
    may take back."""
    given = {
        one.replace("grant ", "revoke ", 1).replace(" to ", " from ", 1)
        for one in statements
        if one.startswith("grant ")
    }
    return [
        one
        for one in statements
        if any(re.search(pattern, one) for pattern in CONTRACTS) and one not in given
    ]
