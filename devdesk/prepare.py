"""`workers.prepare` followed by the demo data where there is no company yet."""

from __future__ import annotations

import os

import psycopg

from service.core.config import settings
from workers import prepare


def main() -> None:
    """Prepare the database, then load the demo data where DEMO is on and there is no company."""
    prepare.main()
    password = os.environ.get("DEMO_PASSWORD")
    if os.environ.get("DEMO") == "on" and password and not _has_company():
        _load_demo(password)


def _has_company() -> bool:
    """Return whether a company exists, with a connection of its own before the application is
    loaded: a start with nothing to load is fast."""
    conf = settings()
    with psycopg.connect(conf.owner_database_url or conf.database_url) as owner:
        owner.execute("set role system")
        return owner.execute("select 1 from company limit 1").fetchone() is not None


def _load_demo(password: str) -> None:
    from devdesk import demo
    from service.app import create_app

    with create_app().app_context():
        demo.load_if_empty(password)


if __name__ == "__main__":
    main()
