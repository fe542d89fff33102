"""The database roles of tenant isolation: five with access to rows, and the login that may take one
of them for a transaction."""

from __future__ import annotations

from typing import LiteralString

import psycopg
from psycopg import sql

ROLES: tuple[LiteralString, ...] = ("client", "assistant", "operator", "system", "door")
# Owns the functions of search; nobody logs in as it, and the application's login cannot take it.
FINDER: LiteralString = "finder"
# Reads every row and writes none; whoever owns the tables may take it, the application's login may
# not.
BACKUP: LiteralString = "backup"
FINDS: tuple[LiteralString, ...] = (
    "find_query",
    "find_number",
    "find_looked",
    "find_near",
    "find_for_client",
    "find_for_assistant",
    "find_for_operator",
)
# Roles belong to the whole server: two instances that start on one server at once must not create
# them at the same time.
LOCK = 7_310_226


def ensure(owner: psycopg.Connection, login: str, password: str | None = None) -> None:
    """Create the five roles and let the login take them, without inheriting any of their
    privileges; and the roles `finder` and `backup` for the owner."""
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        for role in ROLES:
            _make(owner, role, sql.SQL("nologin"))
        _make_for_owner(owner)
        if password is not None:
            _make(owner, login, sql.SQL("login password {}").format(sql.Literal(password)))
        for role in ROLES:
            if not _granted(owner, role, login):
                owner.execute(
                    sql.SQL("grant {} to {} with inherit false, set true").format(
                        sql.Identifier(role), sql.Identifier(login)
                    )
                )


def _make_for_owner(owner: psycopg.Connection) -> None:
    """Create the roles `finder` and `backup`. Whoever owns the tables may give functions to the one
    and take the other; they may take `system`, too, to fill rows: forced row-level security shows
    them none."""
    for role in (FINDER, BACKUP):
        _make(owner, role, sql.SQL("nologin nobypassrls"))
    (name,) = owner.execute("select session_user::text").fetchone() or ("",)
    (above,) = owner.execute(
        "select rolsuper from pg_roles where rolname = session_user"
    ).fetchone() or (False,)
    for role in (FINDER, BACKUP, "system"):
        if not above and not _granted(owner, role, name):
            owner.execute(
                sql.SQL("grant {} to {} with inherit false, set true").format(
                    sql.Identifier(role), sql.Identifier(name)
                )
            )


def finder_sql() -> str:
    """Return the statements that make `finder` the owner of the search functions again: restored
    functions belong to whoever restored them, and a function of the tables' owner sees all rows."""
    names = ", ".join(f"'{name}'" for name in FINDS)
    return f"""grant create on schema public to finder;
do $finder$
declare
  f record;
begin
  for f in select oid::regprocedure as name from pg_proc
           where pronamespace = 'public'::regnamespace and proname in ({names}) loop
    execute format('alter function %s owner to finder', f.name);
  end loop;
end $finder$;
revoke create on schema public from finder;
"""


def _make(owner: psycopg.Connection, role: str, kind: sql.Composable) -> None:
    there = owner.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
    if not there:
        owner.execute(sql.SQL("create role {} with {}").format(sql.Identifier(role), kind))
    elif "password" in kind.as_string(owner):
        owner.execute(sql.SQL("alter role {} with {}").format(sql.Identifier(role), kind))


def _granted(owner: psycopg.Connection, role: str, login: str) -> bool:
    found = owner.execute(
        "select 1 from pg_auth_members m where m.roleid = %s::regrole and m.member = %s::regrole"
        " and m.set_option and not m.inherit_option",
        (f'"{role}"', f'"{login}"'),
    ).fetchone()
    return found is not None
