"""Preparation before any process serves: the database's roles and the migrations.

One connection checks what exists, before the application is loaded: a start with nothing to prepare
is fast.
"""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg

from service.core.config import settings

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


def main() -> None:
    """Migrate the database to the current schema. Print one sentence where it cannot be reached."""
    logging.basicConfig(level=logging.WARNING)
    conf = settings()
    owner = conf.owner_database_url or conf.database_url
    try:
        if prepared(owner):
            return
        from service.operation import migrate

        migrate.upgrade(owner, conf.database_url)
    except psycopg.OperationalError as error:
        raise SystemExit(
            f"The database cannot be reached: {str(error).strip().splitlines()[0]}. "
            "Check DATABASE_URL and OWNER_DATABASE_URL."
        ) from error


def prepared(owner_url: str) -> bool:
    """Return whether the newest migration has run, so that nothing is to be done."""
    newest = max(path.name.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
    with psycopg.connect(owner_url, connect_timeout=10) as owner:
        try:
            version = owner.execute("select version_num from alembic_version").fetchone()
        except psycopg.Error:
            return False
    return version == (newest,)


if __name__ == "__main__":
    main()
