"""Logs hold no personal data: exceptions are logged by type and place, files are bounded."""

from __future__ import annotations

import ast
import errno
import io
import logging
import os
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from devdesk.supervisor import BoundedLog
from service.core import logs
from tenants import isolation
from tenants.isolation import db

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "Marigold +37126012345"


@pytest.fixture
def written():
    """What a logger of any library writes, with an ordinary formatter."""
    logs.install()
    stream, logger = io.StringIO(), logging.getLogger("some.library")
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)


def test_an_exception_is_logged_by_its_kind_and_place_without_its_words(app, written):
    logger, stream = written
    with app.app_context():
        try:
            try:
                int(MARK)
            except ValueError as first:
                raise KeyError(MARK) from first
        except KeyError:
            logger.exception("fault %s", 7)
    said = stream.getvalue()
    assert (
        "fault 7" in said
        and "builtins.ValueError" in said
        and "builtins.KeyError" in said
        and "int(MARK)" in said
    )
    assert "Marigold" not in said and "37126012345" not in said


def test_a_fault_of_the_database_is_logged_by_its_code(world, written):
    logger, stream = written
    for fault in (
        lambda: isolation.execute_in_one_roundtrip(
            isolation.system("test"), text("select cast(:words as integer)"), {"words": MARK}
        ),
        lambda: _in_a_transaction(f"select '{MARK}'::integer"),
        lambda: _in_a_transaction(f'select * from "{MARK}"'),
    ):
        try:
            fault()
        except (psycopg.Error, SQLAlchemyError):
            logger.exception("failed")
    said = stream.getvalue()
    assert said.count("failed") == 3 and "(22P02)" in said and "(42P01)" in said
    assert "Marigold" not in said


def _in_a_transaction(statement: str) -> None:
    with isolation.transaction(isolation.system("test")):
        db.session.execute(text(statement))


def test_no_log_call_of_ours_is_given_an_exception_or_what_came_in():
    """Types, codes and ids may be logged; an exception's text, a body and an address may not."""
    for path in [
        file
        for floor in ("service", "workers", "tenants")
        for file in (ROOT / floor).rglob("*.py")
        if "standins" not in file.parts
    ]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and ast.unparse(call.func.value) in ("log", "current_app.logger")
            ):
                if call.func.attr not in (
                    "debug",
                    "info",
                    "warning",
                    "error",
                    "exception",
                    "critical",
                    "log",
                ):
                    continue
                assert "f'" not in ast.unparse(call), (path.name, ast.unparse(call))
                given = {ast.unparse(one) for one in call.args[1:]}
                assert not [
                    one
                    for one in given
                    if one in ("error", "str(error)", "repr(error)", "error.args")
                    or "request." in one.replace("request.endpoint", "")
                ], (path.name, ast.unparse(call))


def piece(words: bytes) -> SimpleNamespace:
    return SimpleNamespace(msg=words)


def test_a_log_that_finds_no_room_drops_and_says_so_when_there_is_room(tmp_path):
    file = tmp_path / "web.log"
    file.symlink_to("/dev/full")
    with pytest.raises(OSError) as full, file.open("wb", buffering=0) as device:
        device.write(b"x")
    assert full.value.errno == errno.ENOSPC
    log = BoundedLog(str(file), "a", 5_000, 2)
    for _time in range(3):
        log.emit(piece(b"lost\n"))
    file.unlink()
    log.emit(piece(b"kept\n"))
    assert file.read_bytes() == b"[3 pieces of this log found no room and were dropped]\nkept\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_log_is_bounded_however_much_is_said(tmp_path):
    log = BoundedLog(str(tmp_path / "web.log"), "a", 1_000, 2)
    for number in range(1_000):
        log.emit(piece(b"line %d\n" % number))
    found = {path.name: path.stat() for path in tmp_path.iterdir()}
    assert set(found) <= {"web.log", "web.log.1", "web.log.2"} and len(found) >= 2
    assert sum(one.st_size for one in found.values()) < 3_100
    assert {one.st_mode & 0o777 for one in found.values()} == {0o600}
    assert (tmp_path / "web.log.1").read_bytes().endswith(b"\n")


def test_a_statement_that_the_database_stopped_at_is_not_kept_wherever_a_piece_ends(tmp_path):
    said = (
        b"2026-01-01 10:00:00 UTC [7] PANIC:  could not write to file\n"
        b"2026-01-01 10:00:00 UTC [7] STATEMENT:  execute hot_1('Marigold\n"
        b"\tMarigold\r\n\tMarigold');\n2026-01-01 10:00:01 UTC [1] LOG:  terminating\n"
    )
    for length in range(1, len(said)):
        file = tmp_path / f"{length}.log"
        log = BoundedLog(str(file), "a", 100_000, 1)
        for start in range(0, len(said), length):
            log.emit(piece(said[start : start + length]))
        kept = file.read_bytes()
        assert b"Marigold" not in kept, length
        assert b"PANIC:  could not" in kept and b"LOG:  terminating" in kept


def test_a_statement_longer_than_any_line_is_not_kept_and_what_follows_is(tmp_path):
    log = BoundedLog(str(tmp_path / "postgres.log"), "a", 10_000_000, 1)
    for part in (
        b"10:00 PANIC:  no room\n10:00 STATEMENT:  execute('",
        *[b"Marigold " * 5_000] * 40,
        b"\n\tMarigold')\n10:01 LOG:  restarting\n",
    ):
        log.emit(piece(part))
    assert (
        tmp_path / "postgres.log"
    ).read_bytes() == b"10:00 PANIC:  no room\n10:01 LOG:  restarting\n"


def test_what_cannot_be_removed_or_closed_ends_nothing(tmp_path):
    log = BoundedLog(str(tmp_path / "away" / "web.log"), "a", 1_000, 2)
    log.emit(piece(b"no such folder\n"))
    log.remove()
    log.reopen()
    os.mkdir(tmp_path / "away")
    log.emit(piece(b"there now\n"))
    assert (tmp_path / "away" / "web.log").read_bytes().endswith(b"there now\n")
