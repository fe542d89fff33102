"""Alembic's environment: migrations run as the owner of the tables, on the models' metadata."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, pool, text

import service.models  # noqa: F401 (loads every table)
from migrations import safe
from service.core.config import owner_address, settings, with_driver
from tenants.isolation import Base


def run() -> None:
    """Run the migrations in one transaction each; none waits longer than so for a lock."""
    url = os.environ.get("MIGRATE_URL") or owner_address() or settings().database_url
    engine = create_engine(with_driver(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"set lock_timeout = '{safe.LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def show() -> None:
    """Print the migrations as SQL and run nothing (`alembic upgrade --sql`)."""
    context.configure(dialect_name="postgresql", literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    show()
else:
    run()
