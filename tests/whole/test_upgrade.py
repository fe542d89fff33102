"""A filled desk of version 0.1 is brought to today's tables: nothing is lost, and 0.1's statements
go on while both versions run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from service.operation import backup, migrate

HERE = Path(__file__).resolve().parent.parent / "upgrade" / "0.1"
COUNTED = (
    "company",
    "person",
    "task",
    "event",
    "due",
    "message",
    "inbound",
    "charge",
    "invoice",
    "ledger_line",
    "login_session",
    "draft",
    "saved_filter",
    "push_subscription",
    "api_key",
    "api_answer",
)


@pytest.fixture(scope="module")
def upgraded():
    """A database of 0.1, migrated; gives its owner's address and how many rows each table had
    before."""
    url, name = os.environ["OWNER_DATABASE_URL"], f"upgrade_{os.getpid()}"
    here = url.split("@/")[1].split("?")[0]
    with psycopg.connect(url.replace(f"/{here}?", "/postgres?"), autocommit=True) as owner:
        owner.execute(f'create database "{name}" template template0')
    mine = url.replace(f"/{here}?", f"/{name}?")
    subprocess.run(
        [backup._tool("pg_restore"), "--no-owner", f"--dbname={mine}", str(HERE / "desk.dump")],
        check=True,
    )
    before = counts(mine)
    migrate.upgrade(mine, os.environ["DATABASE_URL"].replace(f"/{here}?", f"/{name}?"))
    yield mine, before
    with psycopg.connect(url.replace(f"/{here}?", "/postgres?"), autocommit=True) as owner:
        owner.execute(f'drop database "{name}" with (force)')


def counts(url):
    with psycopg.connect(url) as owner:
        owner.execute("set role system")
        return {
            table: owner.execute(f"select count(*) from {table}").fetchone()[0] for table in COUNTED
        }


def test_no_row_of_the_old_version_is_lost(upgraded):
    url, before = upgraded
    assert before["task"] == 550 and before["due"] > 80
    assert counts(url) == before


@pytest.mark.parametrize(
    "statement",
    json.loads((HERE / "hot-statements.json").read_text()),
    ids=lambda one: one["prepare"][:40].replace("\n", " "),
)
def test_the_old_versions_hot_statements_still_work(upgraded, statement):
    with psycopg.connect(upgraded[0]) as owner:
        for name, value in statement["settings"].items():
            setting = name.replace("wall_role", "role").replace("wall_", "wall.")
            owner.execute("select set_config(%s, %s, true)", (setting, value))
        owner.execute("prepare hot as " + statement["prepare"])
        owner.execute(statement["call"])
        owner.rollback()


def permitted(owner, role, statement):
    """Plan it as this role: PostgreSQL asks for every right, and reads and writes nothing."""
    places = {}
    numbered = re.sub(
        r"%\((\w+)\)s", lambda name: f"${places.setdefault(name[1], len(places) + 1)}", statement
    )
    with owner.transaction(force_rollback=True):
        owner.execute(f"set local role {role}")
        owner.execute(f"explain (generic_plan) {numbered.replace('%%', '%')}".encode())


def test_the_old_versions_other_statements_are_still_permitted(upgraded):
    statements = json.loads((HERE / "page-statements.json").read_text())
    untyped = []
    with psycopg.connect(upgraded[0]) as owner:
        for one in statements:
            try:
                permitted(owner, one["role"], one["sql"])
            except psycopg.errors.DatatypeMismatch:
                untyped.append(one["role"])  # "now() - $1": without a value it could be a time
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            permitted(owner, "client", "update person set name = %(name)s")
    assert (len(statements), untyped) == (351, ["system"] * 3)
