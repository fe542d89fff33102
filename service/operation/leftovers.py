"""Clean-up of files without a row: their commit failed, or a process was killed while it wrote a
part.

A rollback removes its file at once (service/tasks/attachments.py); this is for the cases that no
rollback saw.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from service.core.config import settings
from service.core.time import now
from service.tasks import attachments
from service.tasks.attachments import Attachment
from tenants import isolation
from tenants.isolation import db

log = logging.getLogger(__name__)
# Younger files may still get their row; older ones have been checked often enough.
YOUNGEST, OLDEST = timedelta(hours=1), timedelta(days=2)
# Folders are named by the first byte of the hash: five each minute cover all 256 within an hour.
AT_A_TIME = 5
HASH = re.compile(r"[0-9a-f]{64}")


def remove(minute: int) -> int:
    """Remove leftover files in this minute's share of the folders, and unfinished parts. Return how
    many were removed.

    `minute` is the minute of the hour, from 0 to 59.
    """
    whole = [
        path for folder in _share(minute) for path in _of_age(folder) if HASH.fullmatch(path.name)
    ]
    found = [path for path in _of_age(_files()) if path.name.startswith("tmp")] + _without_row(
        whole
    )
    return sum(_removed(path) for path in found)


def _share(minute: int) -> Iterator[Path]:
    for number in range(minute * AT_A_TIME, minute * AT_A_TIME + AT_A_TIME):
        yield _files() / f"{number % 256:02x}"


def _files() -> Path:
    return settings().data_dir.resolve() / "files"


def _of_age(folder: Path) -> list[Path]:
    return (
        [path for path in folder.iterdir() if YOUNGEST < _age(path) < OLDEST]
        if folder.is_dir()
        else []
    )


def _age(path: Path) -> timedelta:
    try:
        return timedelta(seconds=now().timestamp() - path.stat().st_mtime)
    except FileNotFoundError:
        return timedelta(0)


def _without_row(paths: list[Path]) -> list[Path]:
    if not paths:
        return []
    with isolation.transaction(isolation.system("leftovers")):
        kept = select(Attachment.sha256).where(
            Attachment.sha256.in_([bytes.fromhex(path.name) for path in paths])
        )
        spoken_of = {bytes(digest).hex() for digest in db.session.scalars(kept)}
    return [path for path in paths if path.name not in spoken_of]


def _removed(path: Path) -> bool:
    """Return whether the file was removed; content that is being stored again at this moment is a
    young file and stays."""
    try:
        with attachments.one_at_a_time():
            if _age(path) > YOUNGEST:
                path.unlink()
                return True
    except OSError as error:
        log.warning("a leftover cannot be removed: %s", error.strerror)
    return False
