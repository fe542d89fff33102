"""The stand-in's storage: messages, due callbacks, and ordered faults, in one SQLite file.

WAL with synchronous=NORMAL: what was committed survives a kill -9 of the process (not a power
failure).
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from threading import RLock

from devdesk.standins.rules import VALID_SENDER
from devdesk.standins.segments import segments

TABLES = """
create table if not exists message (
    id integer primary key autoincrement,
    sid text not null unique,
    direction text not null,
    sender text,
    recipient text not null,
    body text not null,
    status text not null,
    service text,
    media integer not null,
    segments integer not null,
    callback text,
    created_at real not null,
    updated_at real not null,
    sent_at real
);
create index if not exists message_sender on message (sender);
create index if not exists message_recipient on message (recipient);
create table if not exists step (
    message integer primary key references message,
    status text not null,
    tries integer not null,
    due_at real not null
);
create index if not exists step_due on step (due_at);
create table if not exists fault (
    only integer primary key check (only = 1),
    mode text not null,
    remaining integer not null,
    seconds real not null
);
"""


@dataclass(frozen=True)
class Draft:
    """A message before it is stored; without `sender` the messaging service picks one when it is
    sent."""

    sender: str | None
    recipient: str
    body: str
    direction: str = "outbound-api"
    status: str = "queued"
    service: str | None = None
    media: int = 0
    callback: str | None = None
    sid: str | None = None


@dataclass(frozen=True)
class Message:
    """A stored message; times are seconds since 1970 in UTC."""

    id: int
    sid: str
    direction: str
    sender: str | None
    recipient: str
    body: str
    status: str
    service: str | None
    media: int
    segments: int
    callback: str | None
    created_at: float
    updated_at: float
    sent_at: float | None


@dataclass(frozen=True)
class Step:
    """A status that a message is to reach, and how often its callback was tried."""

    message: int
    status: str
    tries: int
    due_at: float


@dataclass(frozen=True)
class Fault:
    """A fault ordered for a test; `seconds` is the wait of the mode `slow`."""

    mode: str
    seconds: float


@dataclass(frozen=True)
class Asked:
    """The filters of a list; the times bound date_sent, from inclusive, until exclusive."""

    to: str | None = None
    sender: str | None = None
    since: float | None = None
    until: float | None = None


class Messages:
    """The only access to the file; every public call is one transaction, and threads may share
    it."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(
            fspath(path), check_same_thread=False, isolation_level=None, timeout=10
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(TABLES)

    def close(self) -> None:
        """Close the file; calls after this raise sqlite3.ProgrammingError."""
        with self._lock:
            self._db.close()

    def keep(self, draft: Draft, first: tuple[str, float] | None = None) -> Message:
        """Store a message and, with `first` (status, seconds from now), the first step of its flow.

        A sid that exists already means the same message again: the stored one is returned.
        """
        now = time.time()
        values = _values(draft, now)
        with self._transaction() as db:
            db.execute(
                f"insert into message ({', '.join(values)}) values ({_marks(values)}) on conflict"
                " do nothing",
                list(values.values()),
            )
            row = db.execute("select * from message where sid = ?", (values["sid"],)).fetchone()
            if first:
                db.execute(
                    "insert into step values (?, ?, 0, ?)", (row["id"], first[0], now + first[1])
                )
        return Message(**row)

    def find(self, sid: str) -> Message | None:
        """Return the message with this sid, if there is one."""
        rows = self._read("select * from message where sid = ?", (sid,))
        return Message(**rows[0]) if rows else None

    def sent_since(self, rowid: int, limit: int) -> list[Message]:
        """Return outgoing messages stored after this rowid, oldest first."""
        rows = self._read(
            "select * from message where id > ? and direction <> 'inbound' order by id limit ?",
            (rowid, limit),
        )
        return [Message(**row) for row in rows]

    def newest(
        self, asked: Asked, limit: int, offset: int, before: str | None, after: str | None
    ) -> list[Message]:
        """Return a page, newest first: past `offset`, or next to the message whose sid is `before`
        or `after`."""
        where, values = _conditions(asked)
        if before or after:
            where.append(f"id {'<' if before else '>'} (select id from message where sid = ?)")
            values.append(before or after or "")
        order = "asc" if after else "desc"
        query = (
            f"select * from message where {' and '.join(where)} order by id {order} limit ?"
            " offset ?"
        )
        rows = self._read(query, (*values, limit, offset))
        return [Message(**row) for row in (reversed(rows) if after else rows)]

    def due(self, limit: int) -> list[Step]:
        """Return steps whose time has come, oldest first."""
        rows = self._read(
            "select * from step where due_at <= ? order by due_at limit ?", (time.time(), limit)
        )
        return [Step(**row) for row in rows]

    def has_steps(self) -> bool:
        """Return whether any flow is in progress."""
        return bool(self._read("select 1 from step limit 1", ()))

    def reach(self, step: Step) -> Message:
        """Give the message its step's status; a service's message gets its sender, as at Twilio."""
        now = time.time()
        with self._transaction() as db:
            db.execute(
                "update message set status = ?, updated_at = ?, sent_at = coalesce(sent_at, ?),"
                " sender = coalesce(sender, ?) where id = ? and status <> ?",
                (step.status, now, now, VALID_SENDER, step.message, step.status),
            )
            return Message(
                **db.execute("select * from message where id = ?", (step.message,)).fetchone()
            )

    def again(self, step: Step, seconds: float) -> None:
        """Try the step's failed callback again after so many seconds."""
        self._write(
            "update step set tries = tries + 1, due_at = ? where message = ?",
            (time.time() + seconds, step.message),
        )

    def go_on(self, step: Step, following: tuple[str, float] | None) -> None:
        """Complete the step: the following one (status, seconds from now) is next, or the flow
        ends."""
        if following is None:
            self._write("delete from step where message = ?", (step.message,))
            return
        status, seconds = following
        values = (status, time.time() + seconds, step.message)
        self._write("update step set status = ?, tries = 0, due_at = ? where message = ?", values)

    def order_fault(self, mode: str, count: int, seconds: float) -> None:
        """Apply this fault to the next `count` sends; replaces what was ordered before, `none` ends
        it."""
        self._write(
            "insert or replace into fault values (1, ?, ?, ?)",
            (mode, 0 if mode == "none" else count, seconds),
        )

    def take_fault(self) -> Fault | None:
        """Return the fault for this send, which counts as used."""
        taken = (
            "update fault set remaining = remaining - 1 where remaining > 0 returning mode, seconds"
        )
        with self._transaction() as db:
            row = db.execute(taken).fetchone()
        return Fault(**row) if row else None

    def _read(self, query: str, values: Sequence[object]) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _write(self, query: str, values: Sequence[object]) -> None:
        with self._transaction() as db:
            db.execute(query, values)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")


def _values(draft: Draft, now: float) -> dict[str, object]:
    sent_at = now if draft.direction == "inbound" else None
    kind = "MM" if draft.media else "SM"
    return {
        **vars(draft),
        "sid": draft.sid or kind + uuid.uuid4().hex,
        "segments": segments(draft.body),
        "created_at": now,
        "updated_at": now,
        "sent_at": sent_at,
    }


def _marks(values: dict[str, object]) -> str:
    return ", ".join("?" * len(values))


def _conditions(asked: Asked) -> tuple[list[str], list[object]]:
    wanted = (
        ("recipient = ?", asked.to),
        ("sender = ?", asked.sender),
        ("sent_at >= ?", asked.since),
        ("sent_at < ?", asked.until),
    )
    kept = [(condition, value) for condition, value in wanted if value is not None]
    return ["true", *(condition for condition, _ in kept)], [value for _, value in kept]
