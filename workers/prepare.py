"""Before anybody serves: the wall's roles, the migrations, and the demo desk on an empty database."""

from __future__ import annotations

import logging
import os

import psycopg

from service import demo, migrate
from service.app import create_app
from service.config import settings


def main() -> None:
    """Bring the database to the newest tables. One sentence where it cannot be reached."""
    logging.basicConfig(level=logging.WARNING)
    conf = settings()
    try:
        migrate.upgrade(conf.owner_database_url or conf.database_url, conf.database_url)
    except psycopg.OperationalError as error:
        raise SystemExit(f"The database cannot be reached: {str(error).strip().splitlines()[0]}. "
                         "Check DATABASE_URL and OWNER_DATABASE_URL.") from error
    if os.environ.get("DEMO") == "on" and (password := os.environ.get("DEMO_PASSWORD")):
        with create_app().app_context():
            demo.load_if_empty(password)


if __name__ == "__main__":
    main()
