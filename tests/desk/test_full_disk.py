"""A disk that fills up under a running desk: refused, nothing half kept, and back by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.doors import WORDS, Doors
from tests.running_desk import ROOT, RunningDesk

SIZE_MB = 260
TAKEN, REFUSED = {200, 201, 204, 250, 303}, {503, 451, 452, 421}
FULL_SECONDS, BACK_SECONDS = 8.0, 60.0


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own; an ordinary folder where nothing may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="poruchi-disk-"))
    small = subprocess.run(
        ["sh", "-c", f"mount -t tmpfs -o size={SIZE_MB}m,mode=755 tmpfs {folder}"],
        check=False,
        capture_output=True,
    )
    yield folder
    if small.returncode == 0:
        subprocess.run(["umount", "-l", str(folder)], check=True)
    shutil.rmtree(folder, ignore_errors=True)


def fill(disk: Path) -> Path | None:
    """Take all the room there is; None where this is no disk of its own."""
    if not disk.is_mount():
        return None
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def logs_that_take_nothing(folder: Path) -> None:
    """Each log is the device that is always full."""
    (folder / "log").mkdir(parents=True)
    for name in ("supervisord", "web", "crew", "postgres", "valkey", "twilio", "stripe"):
        (folder / "log" / f"{name}.log").symlink_to("/dev/full")


def use_up_the_log_of_changes(desk: RunningDesk) -> None:
    """Until PostgreSQL finds no room for the next part of its write-ahead log, and stops."""
    with (
        pytest.raises(psycopg.OperationalError),
        psycopg.connect(desk.settings()["OWNER_DATABASE_URL"], autocommit=True) as owner,
    ):
        for _part in range(50):
            owner.execute("select pg_switch_wal()")
            owner.execute("select pg_logical_emit_message(false, 'full', repeat('x', 1000), true)")


def rounds(doors: Doors, prefix: str, seconds: float) -> dict[tuple[str, str], int]:
    """Knock at all doors for this long; the answer to each knock."""
    found, ends, turn = {}, time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        turn += 1
        for door in doors.doors:
            key = f"{prefix}{turn:04d}{door}"
            found[door, key] = doors.knock(door, key)
        time.sleep(0.3)
    return found


def all_taken(doors: Doors, seconds: float = BACK_SECONDS) -> int:
    """Knock until a whole round is taken; gives which round that was."""
    ends, turn, answers = time.monotonic() + seconds, 0, {}
    while time.monotonic() < ends:
        turn += 1
        answers = {door: doors.knock(door, f"back{turn:04d}{door}") for door in doors.doors}
        if set(answers.values()) <= TAKEN:
            return turn
        time.sleep(0.5)
    raise AssertionError(f"not back after {seconds:.0f} s: {answers}; {doors.desk.output[-5:]}")


def kept(desk: RunningDesk) -> set[str]:
    """The keys of everything that is in the database."""
    rows = desk.rows(
        "select regexp_replace(provider_id, '[<>]|@.*$|^SM|^evt_|^.*:', '', 'g') from inbound"
    )
    return {name for (name,) in rows}


def files_and_rows(desk: RunningDesk) -> tuple[set[str], set[str]]:
    """The names of the files that lie there, and the hashes that rows speak of."""
    lie = {
        path.name
        for path in (desk.folder / "files").rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    return lie, {
        digest for (digest,) in desk.rows("select distinct encode(sha256, 'hex') from attachment")
    }


def worked_off(desk: RunningDesk, seconds: float = 60) -> None:
    """Until all that came in is processed; none of it waits for a person because of the disk."""
    ends = time.monotonic() + seconds
    while (
        desk.rows("select count(*) from inbound where state = 'kept'") != [(0,)]
        and time.monotonic() < ends
    ):
        time.sleep(1)
    assert (
        desk.rows(
            "select reaction, last_error from due where done_at is null"
            " and (needs_person_at is not null or attempt > 1)"
            " and reaction <> 'send'"
        )
        == []
    )


def sweep(desk: RunningDesk) -> None:
    """What the clock does in an hour, two hours later, about files whose commit was cut off."""
    for path in (desk.folder / "files").rglob("*"):
        os.utime(path, (time.time() - 7200,) * 2)
    code = (
        "from service.operation import leftovers; from wsgi import app\nwith app.app_context():\n"
        "    print(sum(leftovers.remove(minute) for minute in range(60)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=desk.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    print("files without a row:", done.stdout)


def asked_again(doors: Doors, during: dict[tuple[str, str], int]) -> None:
    """Whoever was refused comes again with the same key, as people and vendors do."""
    for (door, key), code in during.items():
        if code in REFUSED:
            assert doors.knock(door, key) in TAKEN, (door, key)


def all_there_once(desk: RunningDesk, knocks: list[tuple[str, str]]) -> None:
    """Everything has its row, each form made one task, and each mail's attachment hangs on one."""
    assert {key for _door, key in knocks} <= kept(desk)
    forms = [key for door, key in knocks if door in ("web", "file")]
    mails = [f"{key}.png" for door, key in knocks if door == "mail"]
    uploads = [f"{key}.bin" for door, key in knocks if door == "file"]
    assert desk.rows("select count(*) from task where title = any(%s)", forms) == [(len(forms),)]
    assert desk.rows("select count(*) from attachment where name = any(%s)", mails + uploads) == [
        (len(mails + uploads),)
    ]


def nothing_half_kept(desk: RunningDesk) -> None:
    """No row without its file, no file without its row, no part of one."""
    lie, spoken_of = files_and_rows(desk)
    assert lie >= spoken_of, "a row without its file"
    sweep(desk)
    assert files_and_rows(desk) == (spoken_of, spoken_of)


def in_each_doors_manner(doors: Doors) -> None:
    refused = [answer for answer in doors.answers if answer.status_code == 503]
    for answer in refused:
        assert answer.headers["Retry-After"], answer.url
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind == (
            "application/problem+json"
            if "/api/" in answer.url
            else "text/plain"
            if "/hooks/" in answer.url
            else "text/html"
        )


def test_a_full_disk_is_answered_at_every_door_and_the_desk_comes_back_by_itself(disk):
    small = disk.is_mount()
    desk = RunningDesk(parent=disk, more={"TMPDIR": str(disk), "MAIL_AUTHSERV": "mx.desk.test"})
    if not small:
        logs_that_take_nothing(desk.folder)
    try:
        desk.start()
        doors = Doors(desk)
        before = rounds(doors, "before", 1)
        assert set(before.values()) <= TAKEN, before
        filler = fill(disk)
        during = rounds(doors, "full", FULL_SECONDS if small else 3)
        if filler:
            use_up_the_log_of_changes(desk)
            during |= rounds(doors, "down", FULL_SECONDS)
            filler.unlink()
            assert {door for (door, _key), code in during.items() if code in REFUSED} == set(
                doors.doors
            )
        assert set(during.values()) <= TAKEN | REFUSED, {
            name: code for name, code in during.items() if code not in TAKEN | REFUSED
        }
        all_taken(doors)
        assert desk.process.poll() is None
        asked_again(doors, during)
        worked_off(desk)
        all_there_once(desk, [*before, *during])
        nothing_half_kept(desk)
        in_each_doors_manner(doors)
        logs = {
            log.name: log.read_text() for log in (desk.folder / "log").iterdir() if log.is_file()
        }
        assert [name for name, said in logs.items() if WORDS in said] == []
    finally:
        desk.stop()
