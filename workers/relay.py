"""The relay: moves outbox rows from PostgreSQL to RQ's queues, without knowing what they are for.

It is woken through Valkey after a commit, and looks each second in any case. Rows that were
enqueued and then lost, with a worker that died or a Valkey that was emptied, are enqueued again.
Nothing depends on Valkey keeping data.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import redis
from flask import Flask
from rq import Queue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.app import create_app
from service.core import wake
from service.core.config import settings
from service.core.event_handlers import QUEUES, WORKERS_PER_QUEUE
from service.core.time import now
from tenants import isolation
from tenants.isolation import db

log = logging.getLogger(__name__)
MARK = "poruchi:mark"
MAX_ROWS = 2000
BATCH = 50
# The number of jobs that may wait in a queue. The rest waits in the table: the more rows there are,
# the larger the batches they are taken in.
MAX_JOBS = {"work": 4, **dict.fromkeys(WORKERS_PER_QUEUE, 100)}
# Within the pause nobody sends a second wake; the second look sees what was committed in it.
LINGER = wake.MIN_PAUSE_S + 0.005
# Below this many rows each gets a job of its own, so that both workers share the work at once.
CALM = 4
LOST_AFTER = timedelta(seconds=15)
# A mail server may take ten minutes to confirm a mail.
JOB_SECONDS = {"mail": 900}
MAX_JOB_S = 300

FRESH = text("""
update due set enqueued_at = clock_timestamp() where id in (
  select id from due where queue = :queue and enqueued_at is null and done_at is null
    and needs_person_at is null and due_at <= now()
  order by due_at limit :most for update skip locked)
returning id, queue
""")
LOST = text("""
update due set enqueued_at = clock_timestamp() where id in (
  select id from due where queue = :queue and enqueued_at < :before and done_at is null
    and needs_person_at is null
    and (lease_until is null or lease_until < now())
  order by enqueued_at limit :most for update skip locked)
returning id, queue
""")
EMPTIED = text(
    "update due set enqueued_at = null where enqueued_at is not null and done_at is null and"
    " needs_person_at is null"
)


class Relay:
    """A relay; several at once do no harm, because rows are taken with `skip locked`."""

    def __init__(self) -> None:
        self.valkey = redis.Redis.from_url(settings().redis_url, socket_timeout=5)
        self.queues = {name: Queue(name, connection=self.valkey) for name in QUEUES}
        self.stopping = threading.Event()
        self.swept = 0.0

    def run(self) -> None:
        """Look, wait for a wake or a second, and look again, until stopped."""
        while not self.stopping.is_set():
            try:
                self.listen()
            except (redis.RedisError, SQLAlchemyError) as error:
                log.warning("the relay waits: %s", type(error).__name__)
                self.stopping.wait(0.5)

    def listen(self) -> None:
        """Look for rows while one connection lasts. After a wake it looks twice: within LINGER
        nobody sends another."""
        with self.valkey.pubsub(ignore_subscribe_messages=True) as pokes:
            pokes.subscribe(wake.CHANNEL)
            woken = False
            while not self.stopping.is_set():
                if self.look() or woken:
                    self.stopping.wait(LINGER)
                    woken = False
                else:
                    woken = pokes.get_message(timeout=1.0) is not None
                while pokes.get_message(timeout=0):
                    pass

    def look(self) -> bool:
        """Enqueue the rows that are due, as far as the queues have room; return whether it is worth
        looking again soon."""
        if self.valkey.set(MARK, "1", nx=True):
            with isolation.transaction(isolation.system("relay")):
                db.session.execute(EMPTIED)
        room = {name: MAX_JOBS[name] - self.queues[name].count for name in QUEUES}
        found = sum(
            self.take(FRESH, {"queue": name, "most": jobs * rows_of(name)})
            for name, jobs in room.items()
            if jobs > 0
        )
        if time.monotonic() - self.swept >= 1:
            self.swept = time.monotonic()
            for name in QUEUES:
                self.take(LOST, {"queue": name, "before": self.oldest(name), "most": MAX_ROWS})
        return found > 0 or min(room.values()) <= 0

    def take(self, statement: Any, values: dict[str, Any]) -> int:
        """Mark rows as enqueued, commit, and enqueue them: the sweep finds again what is lost in
        between."""
        with isolation.transaction(isolation.system("relay")):
            rows = sorted((queue, id_) for id_, queue in db.session.execute(statement, values))
        for queue, of_queue in groupby(rows, key=lambda row: row[0]):
            self.enqueue(queue, [id_ for _queue, id_ in of_queue])
        return len(rows)

    def enqueue(self, name: str, ids: list[int]) -> None:
        """Enqueue one job for each row under low load, batches under high load; calls to vendors
        always one by one."""
        queue = self.queues[name]
        queue.enqueue_many(
            [
                Queue.prepare_data(
                    "workers.jobs.work_off",
                    (chunk,),
                    timeout=JOB_SECONDS.get(name, MAX_JOB_S),
                    result_ttl=0,
                    failure_ttl=60,
                    description=name,
                )
                for chunk in batches(ids, 1 if len(ids) <= CALM else rows_of(name))
            ]
        )

    def oldest(self, name: str) -> datetime:
        """Return the time before which enqueued rows are in no waiting job any more: that of the
        oldest waiting job, or 15 s ago."""
        waiting = self.queues[name].get_jobs(0, 1)
        if waiting and waiting[0].enqueued_at:
            return min(
                waiting[0].enqueued_at.replace(tzinfo=UTC) - timedelta(seconds=1),
                now() - timedelta(seconds=2),
            )
        return now() - LOST_AFTER


def rows_of(name: str) -> int:
    """Return how many rows a job of this queue has at most: calls to vendors go one by one."""
    return BATCH if name == "work" else 1


def batches(ids: list[int], size: int) -> Iterator[list[int]]:
    """Yield the ids in their order, `size` at a time."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def run(app: Flask) -> None:
    """Run the relay until SIGTERM."""
    with app.app_context():
        relay = Relay()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: relay.stopping.set())
        relay.run()


def main() -> None:
    """Run the relay as a process of its own."""
    logging.basicConfig(level=logging.INFO)
    run(create_app())


if __name__ == "__main__":
    main()
