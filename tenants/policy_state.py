"""The policies of `tenants/policies.py` as statements, the state of a database, and the difference.

    python -m tenants.policy_state      the statements that bring OWNER_DATABASE_URL to the list

The statements are for a new migration, which contains them verbatim.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from tenants.policies import FUNCTIONS, OPEN_TABLES, SCHEMA, TABLES, Access

USING, CHECKED = ("select", "update", "delete"), ("insert", "update")
POLICIES = """
select tablename, policyname, permissive, roles::text, cmd, qual, with_check
from pg_policies where schemaname = 'public'
"""
FORCED = """
select relname from pg_class where relnamespace = 'public'::regnamespace
  and relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity
"""
SEQUENCES = """
select oid::regclass::text from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'S'
"""
# Privileges that an owner has by default do not count as granted.
RIGHTS = """
with objects as (
  select case relkind when 'S' then 'sequence ' else 'table ' end || quote_ident(relname) as name,
    relowner as owner, relacl as rights, '' as columns
  from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
  union all
  select 'table ' || quote_ident(relname), relowner, attacl, format(' (%I)', attname)
  from pg_attribute join pg_class c on c.oid = attrelid
  where relnamespace = 'public'::regnamespace and attacl is not null and not attisdropped
  union all
  select 'function ' || oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner)), ''
  from pg_proc p where pronamespace = 'public'::regnamespace and not exists (
    select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
      and d.deptype = 'e')
  union all
  select 'schema public', nspowner, nspacl, '' from pg_namespace where nspname = 'public')
select format('grant %s%s on %s to %s%s', lower(g.privilege_type), columns, name,
  case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
  case when g.is_grantable then ' with grant option' else '' end)
from objects, aclexplode(rights) g where g.grantee <> owner
"""


@dataclass(frozen=True)
class State:
    """The policies by table and name, each as the database spells it; the tables that force
    row-level security; and every privilege as the statement that grants it."""

    policies: dict[tuple[str, str], tuple[str | None, ...]]
    forced: frozenset[str]
    rights: frozenset[str]


def of_database(connection: psycopg.Connection) -> State:
    """Return the state of the database now."""
    rows = connection.execute(POLICIES).fetchall()
    return State(
        {(table, name): tuple(rest) for table, name, *rest in rows},
        frozenset(name for (name,) in connection.execute(FORCED)),
        frozenset(right for (right,) in connection.execute(RIGHTS)),
    )


def declared(connection: psycopg.Connection) -> State:
    """Return the state that the list asks for, in the database's own spelling: it is created in a
    transaction that is rolled back. Every table is locked meanwhile."""
    with connection.transaction(force_rollback=True):
        there = of_database(connection)
        for statement in [*_empty(there), *_all(connection)]:
            connection.execute(statement.encode())
        return of_database(connection)


def difference(connection: psycopg.Connection) -> list[str]:
    """Return the statements that bring the database to the list; empty where it matches already."""
    now, wanted = of_database(connection), declared(connection)
    return [
        *(f"alter table {table} enable row level security" for table in wanted.forced - now.forced),
        *(f"alter table {table} force row level security" for table in wanted.forced - now.forced),
        *_policies(now, wanted),
        *(revoke(right) for right in sorted(now.rights - wanted.rights)),
        *sorted(wanted.rights - now.rights),
    ]


def _policies(now: State, wanted: State) -> Iterator[str]:
    for key in sorted(now.policies.keys() | wanted.policies.keys()):
        if now.policies.get(key) == wanted.policies.get(key):
            continue
        if key in now.policies:
            yield f"drop policy {key[1]} on {key[0]}"
        if key in wanted.policies:
            yield policy(*key)


def revoke(right: str) -> str:
    """Return the statement that revokes a privilege."""
    given, role = right.removesuffix(" with grant option").rsplit(" to ", 1)
    return f"{given.replace('grant ', 'revoke ', 1)} from {role}"


def policy(table: str, name: str) -> str:
    """Return the statement that creates a policy of the list; its name is `role_command`."""
    role, command = name.rsplit("_", 1)
    access = TABLES[table][role]
    seen = (command != "select" and access.changed) or access.seen
    using = f" using ({_of(table, seen)})" if command in USING else ""
    check = f" with check ({_of(table, access.written)})" if command in CHECKED else ""
    return f"create policy {name} on {table} for {command} to {role}{using}{check}"


def _of(table: str, condition: str) -> str:
    return condition.replace("{table}", table)


def _each() -> Iterator[tuple[str, str, Access, str]]:
    for table, roles in TABLES.items():
        for role, access in roles.items():
            for command in access.commands.split():
                yield table, role, access, command


def _all(connection: psycopg.Connection) -> Iterator[str]:
    """Yield the whole list as statements, for a database that has none of it."""
    for table in TABLES:
        yield f"alter table {table} enable row level security"
        yield f"alter table {table} force row level security"
    for table, role, access, command in _each():
        yield policy(table, f"{role}_{command}")
        columns = access.only.get(command, "").replace(" ", ", ")
        yield f"grant {command}{f' ({columns})' if columns else ''} on table {table} to {role}"
    yield from _sequences(connection)
    for table, readers in OPEN_TABLES.items():
        yield from (f"grant select on table {table} to {role}" for role in readers)
    for function, callers in FUNCTIONS.items():
        yield from (f"grant execute on function {function} to {role}" for role in callers)
    yield from (f"grant usage on schema public to {role}" for role in SCHEMA)


def _sequences(connection: psycopg.Connection) -> Iterator[str]:
    """Yield the grants on sequences: who inserts into a table may use its sequence; a backup reads
    all of them."""
    owned = connection.execute(
        "select d.refobjid::regclass::text, d.objid::regclass::text from pg_depend d"
        " join pg_class c on c.oid = d.objid and c.relkind = 'S'"
        " where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass"
        " and d.deptype in ('a', 'i')"
    )
    for table, sequence in owned:
        for role, access in TABLES.get(table, {}).items():
            if "insert" in access.commands:
                yield f"grant usage on sequence {sequence} to {role}"
    for (sequence,) in connection.execute(SEQUENCES):
        yield f"grant select on sequence {sequence} to backup"


def _empty(there: State) -> Iterator[str]:
    for table, name in there.policies:
        yield f"drop policy {name} on {table}"
    for table in there.forced:
        yield f"alter table {table} disable row level security"
        yield f"alter table {table} no force row level security"
    yield from (revoke(right) for right in there.rights)


if __name__ == "__main__":
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        print(";\n".join(difference(owner)))
