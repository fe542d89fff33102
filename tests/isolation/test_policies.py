"""Policies and rights of a database that was just migrated are those of tenants/policies.py."""

from __future__ import annotations

import os

import psycopg
import pytest

from tenants import policy_state
from tenants.policies import OPEN_TABLES, TABLES


@pytest.fixture
def owner(app):
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def asked_for():
    """The state that the list asks for, spelt by the database."""
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as connection:
        return policy_state.declared(connection)


def test_the_policies_are_those_of_the_list(owner, asked_for):
    now = policy_state.of_database(owner)
    assert now.policies.keys() == asked_for.policies.keys()
    assert {key for key, rule in now.policies.items() if rule != asked_for.policies[key]} == set()


def test_the_rights_are_those_of_the_list(owner, asked_for):
    now = policy_state.of_database(owner).rights - numbers(owner)
    assert (now - asked_for.rights, asked_for.rights - numbers(owner) - now) == (set(), set())


def numbers(owner):
    """Each company of an earlier test has a sequence of its own; backups read it, nobody else."""
    return {
        f"grant select on sequence {name} to backup"
        for (name,) in owner.execute(
            "select sequencename from pg_sequences where sequencename like 'task\\_number\\_%'"
        )
    }


def test_every_table_is_in_the_list_and_forces_its_policies(owner):
    tables = {
        name
        for (name,) in owner.execute(
            "select relname from pg_class where relkind in ('r', 'p')"
            " and relnamespace = 'public'::regnamespace"
        )
    }
    assert tables == set(TABLES) | set(OPEN_TABLES)
    assert policy_state.of_database(owner).forced == set(TABLES)
    with_company = {
        name
        for (name,) in owner.execute(
            "select table_name from information_schema.columns where table_schema = 'public'"
            " and column_name = 'company_id'"
        )
    }
    assert len(with_company) > 20 and with_company <= set(TABLES)


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        ("drop policy client_select on task", "create policy client_select on task"),
        (
            "create policy more on task for select to client using (true)",
            "drop policy more on task",
        ),
        ("alter policy client_select on task using (true)", "create policy client_select on task"),
        ("alter table task no force row level security", "alter table task force row level"),
        ("grant delete on task to client", "revoke delete on table task from client"),
        ("grant select on task to public", "revoke select on table task from public"),
        ("grant update (is_staff) on person to client", "revoke update (is_staff) on table person"),
        ("revoke update (alarm) on task from client", "grant update (alarm) on table task to"),
        (
            "grant execute on function number_on_from to client",
            "revoke execute on function number_on_from(bigint,integer) from client",
        ),
        ("grant select on sequence task_id_seq to client", "revoke select on sequence task_id_seq"),
        (
            "grant select on task to client with grant option",
            "revoke select on table task from client",
        ),
    ],
)
def test_each_kind_of_difference_is_seen_with_its_cure(owner, change, cure):
    owner.execute(change)
    found = policy_state.difference(owner)
    assert any(statement.startswith(cure) for statement in found), found
    for statement in found:
        owner.execute(statement)
    assert policy_state.difference(owner) == []


def test_no_reader_may_change_a_whole_table(owner):
    """Who may update all columns may lock the table as well."""
    wide = owner.execute(
        "select g.grantee::regrole::text, relname from pg_class, aclexplode(relacl) g"
        " where g.privilege_type in ('UPDATE', 'TRUNCATE', 'MAINTAIN', 'TRIGGER', 'REFERENCES')"
        " and g.grantee::regrole::text in ('client', 'assistant', 'finder', 'backup')"
        " and relkind = 'r'"
    ).fetchall()
    assert wide == []


@pytest.mark.parametrize(
    "statement",
    [
        "update person set is_staff = true where id = wall_person()",
        "update company set stripe_customer = 'cus_mine' where id = wall_company()",
        "update company set stripe_method = 'pm_mine' where id = wall_company()",
        "update company set slug = 'ours' where id = wall_company()",
        "update task set company_id = company_id",
        "update task set number = 1",
        "update membership set person_id = wall_person()",
        "insert into address (person_id, company_id, kind, value)"
        " values (1, wall_company(), 'email', 'somebody@example.com')",
        "lock table task in access exclusive mode",
        "lock table company in access exclusive mode",
        "select nextval('invoice_id_seq')",
    ],
)
def test_what_no_code_of_a_client_does_no_statement_of_a_client_can(world, statement):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    from tenants import isolation
    from tenants.isolation import db

    with (
        pytest.raises(DBAPIError, match="permission denied"),
        isolation.transaction(world.client().scope),
    ):
        db.session.execute(text(statement))
