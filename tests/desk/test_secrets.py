"""A running desk: who holds the owner's password, and what its logs say."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from devdesk import programs
from service.core.config import read
from tests.doors import PHONE, WORDS, Doors
from tests.running_desk import RunningDesk

MARK = "Marigold in the meadow"


@pytest.fixture(scope="module")
def desk() -> Iterator[RunningDesk]:
    running = RunningDesk()
    running.start()
    yield running
    running.stop()


def processes(desk: RunningDesk) -> dict[str, str]:
    """Command line and environment of every process of this desk, by its name and pid."""
    tree = [
        psutil.Process(desk.process.pid),
        *psutil.Process(desk.process.pid).children(recursive=True),
    ]
    return {
        f"{Path('/proc', str(one.pid), 'comm').read_text().strip()} {one.pid}": _words(one.pid)
        for one in tree
        if one.is_running()
    }


def _words(pid: int) -> str:
    """What others may read of a process."""
    return "\n".join(
        Path("/proc", str(pid), name).read_bytes().replace(b"\0", b" ").decode(errors="replace")
        for name in ("cmdline", "environ")
    )


class Watch(threading.Thread):
    """Reads the command lines of the whole machine while something runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[str] = set()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.005):
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_what: object) -> None:
        self.over.set()
        self.join()


def test_no_process_of_a_running_desk_holds_the_owners_password(desk):
    owners, logins = ((desk.folder / f"pg_{name}").read_text() for name in ("owner", "desk"))
    found = processes(desk)
    assert {name.split()[0] for name in found} >= {"python", "postgres"} and len(found) > 10
    assert any(logins in words for words in found.values()), (
        "whose environment holds nothing at all cannot be asked"
    )
    assert [name for name, words in found.items() if owners in words] == []
    assert (
        owners not in (desk.folder / "desk.env").read_text()
        and owners in (desk.folder / "owner.env").read_text()
    )
    assert {(desk.folder / f"{name}.env").stat().st_mode & 0o777 for name in ("desk", "owner")} == {
        0o600
    }


def test_backup_and_restore_find_the_owner_and_show_no_password(desk):
    file = str(desk.folder / "desk.dump")
    with Watch() as watch:
        desk.command("backup", file)
        desk.command("restore", "--yes", file)
    for tool in ("pg_dump", "psql"):
        assert [line for line in watch.seen if tool in line and "--" in line], tool
    passwords = [(desk.folder / f"pg_{name}").read_text() for name in ("owner", "desk")]
    assert [line for line in watch.seen if any(password in line for password in passwords)] == []


def test_an_owner_that_is_set_for_make_run_goes_to_nobody_else(monkeypatch, tmp_path):
    monkeypatch.setenv("OWNER_DATABASE_URL", "postgresql://owner:very-secret@db/desk")
    monkeypatch.setenv("BACKUP_DATABASE_URL", "postgresql://nightly:very-secret@db/desk")
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:x@db/desk")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "desk.env").write_text("one of an older version, open to all")
    (tmp_path / "desk.env").chmod(0o644)
    given = programs.environment(read(), None, tmp_path)
    assert [name for name, value in given.items() if "very-secret" in value] == []
    assert programs.owner(tmp_path) == {
        "OWNER_DATABASE_URL": "postgresql://owner:very-secret@db/desk"
    }
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.env")} == {0o600}
    assert "very-secret" not in (tmp_path / "desk.env").read_text()


def provoke(url: str) -> None:
    """Errors that PostgreSQL logs with the statement or its values; one of a killed connection."""
    with psycopg.connect(url, autocommit=True) as login:
        for wrong in (
            f"select '{MARK}'::integer",
            f"select '{MARK}' from nowhere",
            f"prepare hot_1 as select '{MARK}' from nowhere",
            f"select to_tsquery('{MARK}')",
            f"insert into person (name) values ('{MARK}')",
            f"create temp table t (it text unique); insert into t values ('{MARK}'), ('{MARK}')",
        ):
            with pytest.raises(psycopg.Error):
                login.execute(wrong)
        with pytest.raises(psycopg.Error):
            login.execute("select %s::integer", (MARK,), prepare=True)
        login.execute("set statement_timeout = 200")
        with pytest.raises(psycopg.errors.QueryCanceled):
            login.execute(f"select pg_sleep(5), '{MARK}'")
    with psycopg.connect(url, autocommit=True) as login:
        pid = login.info.backend_pid
        threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
        with pytest.raises(psycopg.OperationalError):
            login.execute(f"select pg_sleep(5), '{MARK}'")


def test_logs_hold_no_words_no_session_and_no_number_and_are_for_the_desk_alone(desk):
    doors = Doors(desk)
    assert {door: doors.knock(door, f"logs{door}") for door in doors.doors} == {
        "web": 303,
        "file": 303,
        "rest": 201,
        "sms": 200,
        "stripe": 204,
        "mail": 250,
    }
    digests = [
        digest
        for (digest,) in desk.rows(
            "select encode(token_hash, 'hex') from login_session"
            " union all select encode(key_hash, 'hex') from api_key"
        )
    ]
    assert len(digests) >= 2
    provoke(desk.settings()["DATABASE_URL"])
    time.sleep(
        3
    )  # workers, relay and stand-ins say what they have to say about the database that was away
    desk.rows("select 1")
    logs = {path.name: path for path in (desk.folder / "log").rglob("*") if path.is_file()}
    said = {name: path.read_bytes().decode(errors="replace") for name, path in logs.items()}
    assert "was terminated by signal 9" in said["postgres.log"]
    wrong = [MARK, "Marigold", WORDS, PHONE, PHONE.removeprefix("+"), doors.api_key, *digests]
    assert [
        (name, words, [line for line in text.splitlines() if words in line][:2])
        for name, text in said.items()
        for words in wrong
        if words in text
    ] == []
    assert {path.stat().st_mode & 0o777 for path in logs.values()} == {0o600}
    assert (desk.folder / "log").stat().st_mode & 0o777 == 0o700
