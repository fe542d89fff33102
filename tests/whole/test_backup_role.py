"""A backup needs no superuser, holds every row, and its role writes nothing."""

from __future__ import annotations

import os
import secrets
import subprocess

import click
import psycopg
import pytest
from psycopg import sql

from service.core import config
from service.operation import backup, migrate
from tenants import roles
from tests.whole.test_upgrade import HERE

SUPER = os.environ["OWNER_DATABASE_URL"]
DATABASE = SUPER.split("@/")[1].split("?")[0]


def address(database, login=None, password=""):
    """The address of a database, as the superuser or as a login."""
    there = SUPER.replace(f"/{DATABASE}?", f"/{database}?")
    before = SUPER.split("@/")[0]
    return there.replace(before, f"postgresql://{login}:{password}") if login else there


def run(statement, database="postgres"):
    with psycopg.connect(address(database), autocommit=True) as owner:
        owner.execute(statement)


def restored(file, database, url=None):
    run(f'create database "{database}" template template0')
    command = [backup._tool("pg_restore"), "--no-owner", "--exit-on-error"]
    subprocess.run([*command, f"--dbname={url or address(database)}", str(file)], check=True)


@pytest.fixture(scope="module")
def plain():
    """A filled desk of 0.1, brought to today by an owner who is no superuser; the addresses of its
    owner and of a login that may only write backups."""
    name, password = f"plain_{os.getpid()}", secrets.token_hex(8)
    owner, nightly = f"owner_{name}", f"nightly_{name}"
    for login, more in ((owner, "createrole"), (nightly, "")):
        run(f"create role {login} with login nosuperuser nobypassrls {more} password '{password}'")
    every = ", ".join((*roles.ROLES, roles.FINDER, roles.BACKUP))
    run(f"grant {every} to {owner} with admin true, inherit false, set true")
    run(f"grant desk to {owner} with admin true, inherit false, set false")
    run(f"grant backup to {nightly} with inherit false, set true")
    run(f'create database "{name}" template template0 owner {owner}')
    mine = address(name, owner, password)
    command = [backup._tool("pg_restore"), "--no-owner", "--exit-on-error"]
    subprocess.run([*command, f"--dbname={mine}", str(HERE / "desk.dump")], check=True)
    with psycopg.connect(mine) as connection:
        connection.execute(roles.finder_sql())
    migrate.upgrade(mine, os.environ["DATABASE_URL"].replace(f"/{DATABASE}?", f"/{name}?"))
    yield name, mine, address(name, nightly, password)
    run(f'drop database "{name}" with (force)')
    for login in (owner, nightly):
        run(f"drop role {login}")


def tables(database):
    with psycopg.connect(address(database)) as owner:
        return [
            name
            for (name,) in owner.execute(
                "select relname from pg_class where relkind in ('r', 'p')"
                " and relnamespace = 'public'::regnamespace order by 1"
            )
        ]


def counts(database):
    """How many rows each table has, seen by a superuser, whom no policy binds."""
    with psycopg.connect(address(database)) as owner:
        return {
            name: owner.execute(
                sql.SQL("select count(*) from {}").format(sql.Identifier(name))
            ).fetchone()[0]
            for name in tables(database)
        }


def sequences(database):
    with psycopg.connect(address(database)) as owner:
        return dict(owner.execute("select sequencename, last_value from pg_sequences").fetchall())


@pytest.mark.parametrize("who", ["owner", "nightly"])
def test_a_backup_holds_every_row_and_number(plain, tmp_path, monkeypatch, who):
    name, owner, nightly = plain
    use(monkeypatch, {"owner": owner, "nightly": ""}[who], {"owner": "", "nightly": nightly}[who])
    file, copy = tmp_path / "desk.dump", f"copy_{who}_{os.getpid()}"
    backup.write(str(file))
    restored(file, copy)
    try:
        there = counts(name)
        assert sum(1 for rows in there.values() if rows) > 30 and there["task"] == 550
        assert counts(copy) == there
        assert sequences(copy) == sequences(name)
    finally:
        run(f'drop database "{copy}" with (force)')


def use(monkeypatch, owner, nightly=""):
    """Let the command find these addresses as its settings."""
    conf = config.settings().model_copy(
        update={"owner_database_url": owner, "backup_database_url": nightly}
    )
    monkeypatch.setattr(config, "settings", lambda: conf)
    monkeypatch.setattr(backup, "settings", lambda: conf)


def test_the_owner_alone_cannot_write_one(plain, tmp_path):
    """The reason for the role: without it this test's owner is in the place of every owner."""
    with pytest.raises(click.ClickException, match="row-level security"):
        backup.run("pg_dump", ["--format=custom", f"--file={tmp_path / 'a'}"], plain[1])


@pytest.mark.parametrize(
    "statement",
    [
        "insert into {} default values",
        "update {} set {} = {}",
        "delete from {}",
        "truncate {}",
        "lock table {} in exclusive mode",
        "select 1 from {} for update",
    ],
)
def test_its_role_writes_and_locks_no_table(plain, statement):
    with psycopg.connect(plain[2]) as nightly:
        for table in tables(plain[0]):
            column = nightly.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum = 1",
                (table,),
            ).fetchone()[0]
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege),
                nightly.transaction(force_rollback=True),
            ):
                nightly.execute("set local role backup")
                parts = [sql.Identifier(part) for part in (table, column, column)]
                nightly.execute(sql.SQL(statement).format(*parts[: statement.count("{}")]))


@pytest.mark.parametrize(
    "statement",
    [
        "select nextval('task_id_seq')",
        "select setval('task_id_seq', 1)",
        "select next_number(1)",
        "select number_on_from(1, 1)",
        "create table mine (id int)",
        "set role system",
    ],
)
def test_nor_anything_else(plain, statement):
    with (
        psycopg.connect(plain[2]) as nightly,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        nightly.execute("set role backup")
        nightly.execute(statement)


def test_neither_the_desks_login_nor_a_client_takes_it(world):
    with psycopg.connect(os.environ["DATABASE_URL"]) as desk:
        for statement in ("set role backup", "set local role client; set local role backup"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.execute(statement)
            desk.rollback()


@pytest.mark.parametrize(
    "fault",
    [
        "drop policy backup_select on draft",
        "revoke select on draft from backup",
        "alter policy backup_select on draft using (person_id = 1)",
        "create policy less on draft as restrictive for select using (false)",
    ],
)
def test_a_table_that_would_be_left_out_stops_the_backup(plain, tmp_path, monkeypatch, fault):
    use(monkeypatch, plain[1])
    before = (
        "drop policy if exists less on draft; drop policy if exists backup_select on draft;"
        " create policy backup_select on draft for select to backup using (true);"
        " grant select on draft to backup"
    )
    run(fault, plain[0])
    try:
        with pytest.raises(click.ClickException, match="draft"):
            backup.write(str(tmp_path / "desk.dump"))
        assert list(tmp_path.iterdir()) == []
    finally:
        run(before, plain[0])


def test_a_new_companys_numbers_are_part_of_it(world):
    company = world.company().id
    with psycopg.connect(SUPER) as owner:
        owner.execute("set role backup")
        assert owner.execute(f"select last_value from task_number_{company}").fetchone() == (1001,)
