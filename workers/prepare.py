"""Before anybody serves: the wall's roles, the migrations, and the demo desk on an empty database.

What is there already is seen with one connection, before the application is loaded: a start with
nothing to prepare is quick.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import psycopg

from service.config import settings

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


def main() -> None:
    """Bring the database to the newest tables. One sentence where it cannot be reached."""
    logging.basicConfig(level=logging.WARNING)
    conf = settings()
    owner = conf.owner_database_url or conf.database_url
    try:
        if prepared(owner):
            return
        from service import migrate

        migrate.upgrade(owner, conf.database_url)
    except psycopg.OperationalError as error:
        raise SystemExit(
            f"The database cannot be reached: {str(error).strip().splitlines()[0]}. "
            "Check DATABASE_URL and OWNER_DATABASE_URL."
        ) from error
    if os.environ.get("DEMO") == "on" and (password := os.environ.get("DEMO_PASSWORD")):
        load_demo(password)


def prepared(owner_url: str) -> bool:
    """Whether the newest migration was run and there is a company, so that nothing is to be
    done."""
    newest = max(path.name.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
    with psycopg.connect(owner_url, connect_timeout=10) as owner:
        try:
            version = owner.execute("select version_num from alembic_version").fetchone()
            owner.execute("set role system")
            company = owner.execute("select 1 from company limit 1").fetchone()
        except psycopg.Error:
            return False
    return version == (newest,) and company is not None


def load_demo(password: str) -> None:
    """The demo desk, where there is no company yet."""
    from service import demo
    from service.app import create_app

    with create_app().app_context():
        demo.load_if_empty(password)


if __name__ == "__main__":
    main()
