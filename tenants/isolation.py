"""Tenant isolation: the database session, the current access scope, and the only place that opens
one.

The web and the workers log in as a role without any privilege of its own. Each transaction takes
one of five roles, with the settings of its access scope, in its first statement; PostgreSQL's
row-level security does the rest. A query without a scope is an error, and so is opening or leaving
a scope while a transaction is open.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.rows import namedtuple_row
from sqlalchemy import MetaData, TextClause, event, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.pool import PoolProxiedConnection

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables of the project; constraint names follow one convention so that
    migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)


class IsolationError(RuntimeError):
    """A programming error in tenant isolation: no scope, or a scope opened or left inside a
    transaction."""


@dataclass(frozen=True)
class AccessScope:
    """The access scope of a transaction: what it may see. `role` is the database role; the other
    fields are settings that the policies read."""

    role: str
    person: int | None = None
    company: int | None = None
    owner: bool = False
    trades: tuple[str, ...] = ()
    name: str = ""

    def settings(self) -> dict[str, str]:
        """Return the values for `set_config`; an empty string means none."""
        return {
            "wall_role": self.role,
            "wall_person": str(self.person or ""),
            "wall_company": str(self.company or ""),
            "wall_owner": "1" if self.owner else "",
            "wall_trades": ",".join(self.trades),
        }


def client(person: int, company: int, *, owner: bool = False) -> AccessScope:
    """Return the scope of a person in a client company: sees the company's rows, private tasks only
    as their person or an owner."""
    return AccessScope("client", person=person, company=company, owner=owner)


def person(person: int) -> AccessScope:
    """Return the scope of one person, for what is theirs alone: drafts, filters."""
    return AccessScope("client", person=person)


def assistant(person: int, trades: tuple[str, ...] = ()) -> AccessScope:
    """Return the scope of a remote assistant: sees the tasks assigned to them and those queued in
    their skills."""
    return AccessScope("assistant", person=person, trades=trades)


def operator(person: int) -> AccessScope:
    """Return the scope of an operator, supervisor or admin of the service: sees every company's
    work."""
    return AccessScope("operator", person=person)


def system(name: str) -> AccessScope:
    """Return the scope of a loop or a job of the service itself, which `name` identifies."""
    return AccessScope("system", name=name)


def unauthenticated(name: str) -> AccessScope:
    """Return the scope before anybody is authenticated: reads the sign-in tables and inserts
    inbound messages, no more."""
    return AccessScope("door", name=name)


_current: ContextVar[AccessScope | None] = ContextVar("wall_scope", default=None)
# Whether the system's rights are taken on top of the scope (`as_system`).
_as_system: ContextVar[bool] = ContextVar("wall_as_system", default=False)

SET_SCOPE = text(
    "select set_config('role', :wall_role, true) as role, set_config('wall.person', :wall_person,"
    " true) as person, set_config('wall.company', :wall_company, true) as company,"
    " set_config('wall.owner', :wall_owner, true) as owner, set_config('wall.trades', :wall_trades,"
    " true) as trades"
)
SET_ROLE = text("select set_config('role', :role, true)")


def current() -> AccessScope:
    """Return the current scope. Raises IsolationError where there is none."""
    scope_now = _current.get()
    if scope_now is None:
        raise IsolationError("no scope is open: a query needs isolation.scope(...)")
    return scope_now


def is_open() -> bool:
    """Return whether a scope is open."""
    return _current.get() is not None


@event.listens_for(Session, "after_begin")
def _set_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Set role and scope in the transaction's first statement; savepoints retain what is set."""
    if not transaction.nested:
        role = {"wall_role": "system"} if _as_system.get() else {}
        connection.execute(SET_SCOPE, {**current().settings(), **role})


@contextmanager
def scope(whose: AccessScope) -> Iterator[AccessScope]:
    """Open a scope for the transactions inside. Raises IsolationError where a transaction is open
    at either end."""
    _refuse_open_transaction("opened")
    token = _current.set(whose)
    try:
        yield whose
    except BaseException:
        db.session.rollback()
        raise
    else:
        _refuse_open_transaction("left")
    finally:
        db.session.rollback()
        _current.reset(token)


@contextmanager
def transaction(whose: AccessScope) -> Iterator[AccessScope]:
    """Open a scope for exactly one transaction: committed at the end, rolled back on any error."""
    with scope(whose):
        try:
            yield whose
            db.session.flush()  # a failure here is surely rolled back; a failed commit may not be
            db.session.commit()
        finally:
            db.session.rollback()


def execute_in_one_roundtrip(
    whose: AccessScope, statement: TextClause, values: dict[str, Any]
) -> Any:
    """Run a whole transaction in one message: scope and statement are sent together, with their
    values as literals, and the server commits at the end of the message; return the first row or
    None.

    For the few hot statements: their locks last only while the server works, never while this
    process does something else. Each connection prepares them once. Raises psycopg's errors.
    """
    _refuse_open_transaction("opened")
    pooled = db.engine.raw_connection()
    connection: Any = pooled.driver_connection
    try:
        connection.autocommit = True
        row = _execute_prepared(pooled, whose, statement, values)
        connection.autocommit = False
        return row
    except BaseException as error:
        pooled.invalidate(error)
        if isinstance(error, psycopg.OperationalError):
            # the server ended this connection, and most likely the pool's other ones as well
            db.engine.dispose()
        raise
    finally:
        pooled.close()


def _execute_prepared(
    pooled: PoolProxiedConnection, whose: AccessScope, statement: TextClause, values: dict[str, Any]
) -> Any:
    """Set the scope and call a statement that this connection has prepared; prepare it on first
    use."""
    connection: Any = pooled.driver_connection
    numbered = _numbered(statement)
    name, there = f"hot_{zlib.crc32(numbered.string.encode())}", _prepared(pooled)
    if name not in there:
        connection.execute(f"prepare {name} as {numbered.string}")
        there.add(name)
    cursor = psycopg.ClientCursor(connection, row_factory=namedtuple_row)
    call = f"execute {name}({', '.join(f'%({value})s' for value in numbered.positiontup)})"
    cursor.execute(f"{SET_SCOPE_PLAIN};{call}", {**whose.settings(), **values})
    cursor.nextset()
    return cursor.fetchone() if cursor.description else None


def _prepared(pooled: PoolProxiedConnection) -> set[str]:
    """Return the names of the hot statements prepared on this connection; queried again after a
    rollback.

    Executing one that no longer exists would be an error, with people's texts in the server's log.
    """
    connection: Any = pooled.driver_connection
    if pooled.info.pop("rolled back", "prepared" not in pooled.info):
        rows = connection.execute(
            "select name from pg_prepared_statements where starts_with(name, 'hot_')"
        )
        pooled.info["prepared"] = {name for (name,) in rows}
    there: set[str] = pooled.info["prepared"]
    return there


@event.listens_for(Engine, "rollback")
@event.listens_for(Engine, "rollback_savepoint")
def _forget_prepared(connection: Connection, *_savepoint: object) -> None:
    """Note a rollback, also of a savepoint: the driver may have sent DEALLOCATE ALL after it."""
    connection.info["rolled back"] = True


@lru_cache
def _numbered(statement: TextClause) -> Any:
    """Return a statement with $1, $2 … for its values."""
    return statement.compile(dialect=PGDialect(paramstyle="numeric_dollar"))


# The same as SET_SCOPE for plain psycopg.
SET_SCOPE_PLAIN = str(SET_SCOPE.compile(dialect=PGDialect_psycopg()))


@contextmanager
def as_system() -> Iterator[None]:
    """Take the system's role inside a transaction, as the one exception: to reassign a task, whose
    row the writer may not see afterwards.

    The settings stay, only the role changes, and is restored however this ends; nested uses keep it
    until the outer one ends. ORM objects must not be written inside.
    """
    before = current().role
    if _as_system.get() or before == "system":
        yield
        return
    db.session.flush()
    db.session.execute(SET_ROLE, {"role": "system"})
    taken = _as_system.set(True)
    try:
        yield
        db.session.flush()
    finally:
        _as_system.reset(taken)
        _restore_role(before)


def _restore_role(role: str) -> None:
    """Take this role again. A failed transaction is rolled back, which has the same effect."""
    if not db.session.is_active:
        return
    connection: Any = db.session.connection().connection.driver_connection
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
        db.session.execute(SET_ROLE, {"role": role})


def _refuse_open_transaction(what: str) -> None:
    if db.session().in_transaction():
        raise IsolationError(f"a scope was {what} while a transaction is open")


def after_commit(call: Callable[[], Any]) -> None:
    """Run `call` once when the current transaction has committed; it is dropped on a rollback."""
    db.session().info.setdefault("after_commit", []).append(call)


@event.listens_for(Session, "after_commit")
def _run_after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: nobody else sees anything of it yet
    for call in session.info.pop("after_commit", []):
        call()


@event.listens_for(Session, "after_rollback")
def _forget_after_commit(session: Session) -> None:
    session.info.pop("after_commit", None)


def after_rollback(call: Callable[[], Any]) -> None:
    """Run `call` once when the open transaction is rolled back; it is dropped once the commit
    begins.

    The outcome of a commit is unknown where the connection is lost during it.
    """
    db.session().info.setdefault("after_rollback", []).append(call)


@event.listens_for(Session, "before_commit")
def _forget_after_rollback(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("after_rollback", None)


@event.listens_for(Session, "after_soft_rollback")
def _run_after_rollback(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        for call in session.info.pop("after_rollback", []):
            call()
