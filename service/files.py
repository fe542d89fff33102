"""What people attach: bytes by their content hash in a folder, rows behind the wall."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask_babel import gettext as _
from sqlalchemy import BigInteger, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from service.actor import Actor
from service.config import settings
from service.errors import BadInput, NotFound
from service.tasks import events
from service.tasks.states import adds_to
from service.tasks.task import OfTask, Task
from service.texts import clean
from tenants import wall
from tenants.rows import bound
from tenants.wall import Base, db

MOST_FILES = 100


class Attachment(OfTask, Base):
    """A file on a task. `part` says where it belongs: brief, message or delivery."""

    __tablename__ = "attachment"

    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    part: Mapped[str] = mapped_column(String(10), server_default="brief")


def attach(task: Task, by: Actor, name: str, type_: str, content: IO[bytes], part: str = "brief") -> Attachment:
    """Keep a file on a task. Raises BadInput where it is too large or the task has a hundred already, NotAllowed, and NotNow for
    the delivery's where the work is not under way: what was delivered stays as it was."""
    adds_to(task, by)
    if part == "delivery" and task.state != "working":
        raise events.not_now(task)
    if len(files_of(task)) >= MOST_FILES:
        raise BadInput({"file": _("A task has at most 100 files.")})
    digest, size = _keep(content)
    file = Attachment(company_id=task.company_id, task_id=task.id, by_id=by.person_id, name=safe_name(name),
                      type=clean(type_)[:100] or "application/octet-stream", size=size, sha256=digest, part=part)
    db.session.add(file)
    db.session.flush()
    events.write("task.file", by, task=task, file=file.id)
    return file


def files_of(task: Task, part: str | None = None) -> list[Attachment]:
    """The task's files, oldest first."""
    wanted = select(Attachment).where(Attachment.task_id == task.id)
    if part:
        wanted = wanted.where(Attachment.part == part)
    return list(db.session.scalars(wanted.order_by(Attachment.id).limit(bound(MOST_FILES))))


def find(task: Task, file_id: int) -> Attachment:
    """A file of this task. Raises NotFound."""
    file = db.session.scalar(select(Attachment).where(Attachment.id == file_id, Attachment.task_id == task.id))
    if file is None:
        raise NotFound
    return file


def path_of(digest: bytes) -> Path:
    """Where the bytes of this hash lie."""
    name = digest.hex()
    return settings().data_dir.resolve() / "files" / name[:2] / name


def safe_name(name: str) -> str:
    """A file's name without folders and control characters, at most 150 letters; its ending stays."""
    plain = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]+", "_", clean(name).strip()).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    return plain if len(plain) <= 150 else f"{(stem or plain)[:120]}{dot}{ending[:20]}"


def _keep(content: IO[bytes]) -> tuple[bytes, int]:
    """Write the bytes beside their place, then move them there: never half a file under a full name."""
    folder = settings().data_dir.resolve() / "files"
    folder.mkdir(parents=True, exist_ok=True)
    most, size, digest = settings().upload_mb * 1024 * 1024, 0, hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as part:
            while block := content.read(65536):
                size += len(block)
                digest.update(block)
                part.write(block)
                if size > most:
                    break
            part.flush()
            os.fsync(part.fileno())
        return _settle(Path(name), digest.digest(), size, most)
    finally:
        Path(name).unlink(missing_ok=True)  # moved, or refused, or there was no room for it


def _settle(part: Path, digest: bytes, size: int, most: int) -> tuple[bytes, int]:
    if size > most:
        raise BadInput({"file": _("The file is too large: at most %(most)s MB.", most=most // 1024 // 1024)})
    place = path_of(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        new = not place.exists()
        part.replace(place)
        inode = place.stat().st_ino
    if new:
        wall.after_rollback(lambda: _take_back(place, inode))
    return digest, size


def _take_back(place: Path, inode: int) -> None:
    """Remove a file whose row was rolled back, unless its bytes were stored again meanwhile."""
    with one_at_a_time():
        if place.exists() and place.stat().st_ino == inode:
            place.unlink()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of the folder of files, between looking at a file and moving or removing it."""
    with (settings().data_dir.resolve() / "files" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
