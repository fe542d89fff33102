"""Alembic's environment: migrations run as the owner of the tables, on the models' metadata."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, pool

import service.models  # noqa: F401 (loads every table)
from service.core.config import owner_address, settings, with_driver
from tenants.isolation import Base


def run() -> None:
    """Run the migrations in one transaction each."""
    url = os.environ.get("MIGRATE_URL") or owner_address() or settings().database_url
    engine = create_engine(with_driver(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
