"""Migration of a database to the current schema: first the roles of tenant isolation, then the
migrations, as the owner."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from tenants import roles

ROOT = Path(__file__).resolve().parents[2]
# A migration that does not get a lock within two seconds gives way to others and is tried again.
TRIES, PAUSE = 20, 3.0
log = logging.getLogger(__name__)


def configuration() -> Config:
    """Return Alembic's configuration, independent of the current folder."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def newest() -> str:
    """Return the name of the newest migration."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def upgrade(owner_url: str, desk_url: str, target: str = "head") -> None:
    """Create the roles, grant them to the login, and run the missing migrations."""
    login = urlsplit(desk_url)
    password = unquote(login.password) if login.password else None
    with psycopg.connect(owner_url, autocommit=True) as owner:
        same = owner_url == desk_url
        roles.ensure(owner, unquote(login.username or ""), None if same else password)
    os.environ["MIGRATE_URL"] = owner_url
    for left in reversed(range(TRIES)):
        if _run(target, last=not left):
            return
        time.sleep(PAUSE)


def _run(target: str, *, last: bool) -> bool:
    """Run the missing migrations; return False where a lock was not free. Raises on the last
    try."""
    try:
        command.upgrade(configuration(), target)
    except OperationalError as error:
        if last or not isinstance(error.orig, LockNotAvailable):
            raise
        log.warning("A table is in use; the migration is tried again.")
        return False
    return True
