"""Attachments: bytes in a folder by their content hash, rows under tenant isolation."""

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

from babel.numbers import format_decimal
from flask_babel import gettext as _
from sqlalchemy import BigInteger, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import Actor
from service.core.config import settings
from service.core.errors import InvalidInput, NotFound
from service.core.event_kinds import EventKind
from service.core.language import current_language
from service.core.text import clean
from service.tasks import events
from service.tasks.states import check_may_add
from service.tasks.task import Task, TaskOwned
from service.tasks.task_state import TaskState
from tenants import isolation
from tenants.isolation import Base, db
from tenants.literals import literal_limit

MAX_FILES = 100
# The `part` of a file that did not fit: its row has a name, a size and no bytes (`left_out.py`).
LEFT_OUT = "left_out"
PLAIN_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


class Attachment(TaskOwned, Base):
    """A file on a task. `part` says where it belongs: brief, message, delivery; or left_out."""

    __tablename__ = "attachment"

    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    part: Mapped[str] = mapped_column(String(10), server_default="brief")


class Unfit(InvalidInput):
    """A file that does not fit. `why` is size (`most` in MB) or count (`most` files on a task)."""

    def __init__(self, why: str, most: int, sentence: str) -> None:
        super().__init__({"file": sentence})
        self.why, self.most = why, most


def attach(
    task: Task, by: Actor, name: str, type_: str, content: IO[bytes], part: str = "brief"
) -> Attachment:
    """Store a file on a task.

    Raises Unfit where it is too large or the task has a hundred already, NotAllowed, and Conflict
    for a file of the delivery where the task is not in progress: what was delivered stays as it
    was.
    """
    check_may_add(task, by)
    if part == "delivery" and task.state != TaskState.WORKING:
        raise events.conflict(task, by)
    check_room(task, 1)
    digest, size = _keep(content)
    file = Attachment(
        company_id=task.company_id,
        task_id=task.id,
        by_id=by.person_id,
        name=safe_name(name),
        type=plain_type(type_),
        size=size,
        sha256=digest,
        part=part,
    )
    db.session.add(file)
    db.session.flush()
    events.write(EventKind.TASK_FILE, by, task=task, file=file.id)
    return file


def check_room(task: Task, count: int) -> None:
    """Raise Unfit where `count` more files would be too many for the task."""
    there = len(files_of(task))
    if there + count > MAX_FILES:
        raise Unfit(
            "count",
            MAX_FILES,
            _(
                "A task can have up to %(most)s files; this one has %(there)s. Remove some.",
                most=MAX_FILES,
                there=there,
            ),
        )


def files_of(task: Task, part: str | None = None) -> list[Attachment]:
    """Return the task's files, oldest first, without those that could not be stored."""
    wanted = select(Attachment).where(Attachment.task_id == task.id, Attachment.part != LEFT_OUT)
    if part:
        wanted = wanted.where(Attachment.part == part)
    return list(db.session.scalars(wanted.order_by(Attachment.id).limit(literal_limit(MAX_FILES))))


def too_large(most: int, name: str = "") -> Unfit:
    """Return the error for a file of more than `most` MB."""
    if name:
        sentence = _("The file %(name)s is too large: up to %(most)s MB.", name=name, most=most)
    else:
        sentence = _("The file is too large: up to %(most)s MB.", most=most)
    return Unfit("size", most, sentence)


def find(task: Task, file_id: int) -> Attachment:
    """Return a file of this task. Raises NotFound, also for a file that could not be stored."""
    file = db.session.scalar(
        select(Attachment).where(Attachment.id == file_id, Attachment.task_id == task.id)
    )
    if file is None or file.part == LEFT_OUT:
        raise NotFound
    return file


def path_of(digest: bytes) -> Path:
    """Return the path of the bytes with this hash."""
    name = digest.hex()
    return settings().data_dir.resolve() / "files" / name[:2] / name


def safe_name(name: str) -> str:
    """Return a name without folders and control characters, up to 150 characters long; its
    extension stays."""
    plain = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]+", "_", clean(name).strip()).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    return plain[:150] if len(plain) <= 150 or not dot else f"{stem[:120]}{dot}{ending[:20]}"


def plain_type(type_: str) -> str:
    """Return the media type as a header may carry it; an invalid one becomes
    application/octet-stream."""
    found = type_.strip().lower()
    return found if PLAIN_TYPE.fullmatch(found) else "application/octet-stream"


def size_words(count: int) -> str:
    """Return a size in bytes as people read it: "1.4 MB", "12 KB"."""
    if count >= 1048576:
        size = format_decimal(count / 1048576, "0.0", locale=current_language())
        return _("%(size)s MB", size=size)
    return _("%(size)s KB", size=max(1, round(count / 1024)))


def _keep(content: IO[bytes]) -> tuple[bytes, int]:
    """Write the bytes to a temporary file, then move it to its place, so that no file is ever
    incomplete under its final name."""
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
        Path(name).unlink(missing_ok=True)  # moved, or rejected, or there was no room for it


def _settle(part: Path, digest: bytes, size: int, most: int) -> tuple[bytes, int]:
    if size > most:
        raise too_large(most // 1024 // 1024)
    place = path_of(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        new = not place.exists()
        part.replace(place)
        inode = place.stat().st_ino
    if new:
        isolation.after_rollback(lambda: _take_back(place, inode))
    return digest, size


def _take_back(place: Path, inode: int) -> None:
    """Remove a file whose row was rolled back, unless its bytes were stored again in the
    meantime."""
    with one_at_a_time():
        if place.exists() and place.stat().st_ino == inode:
            place.unlink()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lock the folder of files between looking at a file and moving or removing it."""
    with (settings().data_dir.resolve() / "files" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
