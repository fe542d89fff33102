"""A file and its row: both or none, whatever goes wrong in between."""

from __future__ import annotations

import errno
import os
import threading
import time
from io import BytesIO

import pytest
from sqlalchemy import text

from service.core.config import settings
from service.operation import leftovers
from service.tasks import attachments
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db


@pytest.fixture
def folder(app):
    return settings().data_dir.resolve() / "files"


@pytest.fixture
def attach(world):
    """Attach these bytes to a task of a new client's; gives where they lie."""
    person = world.client()
    task_id = world.task(person)

    def attached(content):
        return attachments.path_of(
            attachments.attach(find(task_id), person.actor, "a.bin", "", content).sha256
        )

    return person.scope, attached


def parts(folder):
    return list(folder.glob("tmp*"))


def test_what_is_rolled_back_takes_its_file_along(attach, folder):
    scope, attached = attach
    with pytest.raises(ZeroDivisionError), isolation.transaction(scope):
        place = attached(BytesIO(b"rolled back"))
        assert place.exists()
        raise ZeroDivisionError
    assert not place.exists() and not parts(folder)


def test_what_a_flush_at_the_end_refuses_takes_its_file_along(attach):
    scope, attached = attach
    with pytest.raises(Exception, match="violates"), isolation.transaction(scope):
        place = attached(BytesIO(b"refused at the end"))
        db.session.add(
            attachments.Attachment(
                company_id=1,
                task_id=1,
                by_id=1,
                name="x",
                type="x",
                size=1,
                sha256=b"x",
                part="brief",
            )
        )
    assert not place.exists()


def test_what_is_committed_stays_and_so_does_what_a_savepoint_gave_up_beside_it(attach):
    scope, attached = attach
    with isolation.transaction(scope):
        place = attached(BytesIO(b"committed"))
        inner = db.session.begin_nested()
        db.session.execute(text("select 1"))
        inner.rollback()
    assert place.read_bytes() == b"committed"
    with pytest.raises(ZeroDivisionError), isolation.transaction(scope):
        assert attached(BytesIO(b"committed")) == place
        raise ZeroDivisionError
    assert place.read_bytes() == b"committed"


def test_bytes_that_somebody_else_keeps_meanwhile_stay(attach, app):
    scope, attached = attach

    def other() -> None:
        with app.app_context(), isolation.transaction(scope):
            attached(BytesIO(b"the same"))

    with pytest.raises(ZeroDivisionError), isolation.transaction(scope):
        place = attached(BytesIO(b"the same"))
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
        raise ZeroDivisionError
    assert place.read_bytes() == b"the same"


def test_a_part_that_finds_no_room_is_not_left_behind(attach, folder):
    class Full(BytesIO):
        def read(self, size=-1):
            raise OSError(errno.ENOSPC, "No space left on device")

    scope, attached = attach
    with pytest.raises(OSError, match="No space"), isolation.transaction(scope):
        attached(Full())
    assert not parts(folder)


def test_leftovers_of_age_go_and_nothing_else(attach, folder):
    scope, attached = attach
    with isolation.transaction(scope):
        kept = attached(BytesIO(b"kept"))
    old, young = (folder / name[:2] / name for name in ("ab" * 32, "cd" * 32))
    unfinished, just_begun, foreign = folder / "tmpold", folder / "tmpnew", folder / "ab" / "note"
    for path in (old, young, unfinished, just_begun, foreign):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"nobody's")
    for path in (kept, old, unfinished, foreign):
        os.utime(path, (time.time() - 7200,) * 2)
    assert sum(leftovers.remove(minute) for minute in range(60)) == 2
    assert [path.exists() for path in (kept, old, young, unfinished, just_begun, foreign)] == [
        True,
        False,
        True,
        False,
        True,
        True,
    ]
