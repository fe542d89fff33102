"""A worker: listens to one queue and runs jobs in its own process. `python -m workers.work
QUEUE`."""

from __future__ import annotations

import logging
import sys
import uuid
from typing import Any

import redis
from flask import Flask
from rq import Queue, SimpleWorker
from rq.timeouts import TimerDeathPenalty

from service.app import create_app
from service.core import shutdown
from service.core.config import settings
from service.core.event_handlers import QUEUES


class Worker(SimpleWorker):  # type: ignore[misc]
    """A worker on one queue; with several, RQ moves jobs in a way that leaves no trace when the
    worker is killed."""

    death_penalty_class = TimerDeathPenalty

    def request_stop(self, signum: int, frame: Any) -> None:
        """Finish the current job; one that waits for a slow vendor stops waiting."""
        shutdown.requested.set()
        super().request_stop(signum, frame)


def run(app: Flask, queue: str) -> None:
    """Work until SIGTERM: the current job is finished first."""
    with app.app_context():
        import workers.jobs  # noqa: F401 (loaded once, before the first job)

        valkey = redis.Redis.from_url(settings().redis_url)
        # A new name at each start: after a kill -9 a fixed one is refused.
        worker = Worker(
            [Queue(queue, connection=valkey)],
            connection=valkey,
            name=f"{queue}-{uuid.uuid4().hex[:12]}",
            log_job_description=False,
        )
        worker.work(with_scheduler=False, logging_level="WARNING")


def main(queue: str) -> None:
    """Run a worker as a process of its own."""
    logging.basicConfig(level=logging.WARNING)
    if queue not in QUEUES:
        raise SystemExit(f"There is no queue {queue}; choose one of {', '.join(QUEUES)}.")
    run(create_app(), queue)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "work")
