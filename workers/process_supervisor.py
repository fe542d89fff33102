"""The process supervisor: workers, relay, clock and mail room, forked from one process that has
loaded the application once.

Six processes that each load it take 94 MB apiece; forked from one they share most of it. A child
that dies is replaced within a fraction of a second, however often; the process supervisor itself is
watched by the supervisor that started it. Each child has a process group of its own, and ends when
the process supervisor ends.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flask import Flask

from service.app import create_app
from service.core.config import settings
from service.core.event_handlers import WORKERS_PER_QUEUE
from workers import clock, mailroom, relay, work

log = logging.getLogger(__name__)
PR_SET_PDEATHSIG = 1
# A child that dies at once is restarted more slowly, but always restarted.
SOONEST, LATEST = 0.1, 3.0
STOP_SECONDS = 10.0
# Accepting work has priority over doing it.
NICE = {"relay": 5, "clock": 5, "mailroom": 0}
# Vendor workers mostly wait for vendors, so our own work has priority.
NICE_WORKER, NICE_VENDOR = 15, 18


@dataclass
class ChildProcess:
    """A child process: what it does, its current process, and when it may be started next."""

    name: str
    kind: str
    task: Callable[[Flask], None]
    pid: int = 0
    wait: float = SOONEST
    started: float = 0.0
    next_start: float = field(default=0.0)


class ProcessSupervisor:
    """The child processes of one machine."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stopping = False
        counts = {"work": settings().job_workers, **WORKERS_PER_QUEUE}
        workers = [
            ChildProcess(f"{queue}-{n}", queue, partial(work.run, queue=queue))
            for queue, count in counts.items()
            for n in range(1, count + 1)
        ]
        self.children = [
            *workers,
            ChildProcess("relay", "relay", relay.run),
            ChildProcess("clock", "clock", clock.run),
            ChildProcess("mailroom", "mailroom", mailroom.run),
        ]

    def run(self) -> None:
        """Keep every child running until SIGTERM."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: setattr(self, "stopping", True))
        gc.collect()
        gc.freeze()
        while not self.stopping:
            for hand in self.children:
                if hand.pid == 0 and time.monotonic() >= hand.next_start:
                    self.start(hand)
            self.reap()
            time.sleep(0.05)
        self.stop()

    def start(self, hand: ChildProcess) -> None:
        """Fork a child process and write its pid file, so that tests and people can find it."""
        hand.started = time.monotonic()
        hand.pid = os.fork()
        if hand.pid == 0:
            become(hand, self.app)
        write_pid_file(hand)

    def reap(self) -> None:
        """Collect children that have died, and set when they may be restarted."""
        while True:
            try:
                pid, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for hand in self.children:
                if hand.pid == pid:
                    hand.wait = (
                        SOONEST
                        if time.monotonic() - hand.started > 5
                        else min(LATEST, hand.wait * 2)
                    )
                    hand.pid, hand.next_start = 0, time.monotonic() + hand.wait

    def stop(self) -> None:
        """Send SIGTERM to all, wait ten seconds for them to finish, then kill."""
        ends = time.monotonic() + STOP_SECONDS
        self.tell(signal.SIGTERM)
        while any(hand.pid for hand in self.children) and time.monotonic() < ends:
            self.reap()
            time.sleep(0.05)
        self.tell(signal.SIGKILL)

    def tell(self, what: signal.Signals) -> None:
        """Send a signal to every running child."""
        for hand in self.children:
            if hand.pid:
                try:
                    os.kill(hand.pid, what)
                except ProcessLookupError:
                    continue


def become(hand: ChildProcess, app: Flask) -> None:
    """Run as the child: set its process group and niceness and do its work; never returns."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.nice(NICE.get(hand.kind, NICE_VENDOR if hand.kind in WORKERS_PER_QUEUE else NICE_WORKER))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    code = 1
    try:
        hand.task(app)
        code = 0
    except SystemExit as error:
        log.error("%s ends: %s", hand.name, error.code)
    except BaseException:
        log.exception("%s died", hand.name)
    finally:
        logging.shutdown()
        os._exit(code)


def write_pid_file(hand: ChildProcess) -> None:
    """Write the pid file of a child, in DATA_DIR/run; on a full disk the child works without
    one."""
    folder = Path(settings().data_dir) / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{hand.name}.pid").write_text(str(hand.pid))
    except OSError as error:
        log.warning("no pid file for %s: %s", hand.name, error.strerror)


def main() -> None:
    """Load the application once, fork the children, watch them."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("rq").setLevel(logging.ERROR)
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    app = create_app()
    import workers.jobs  # noqa: F401 (shared by all workers)

    ProcessSupervisor(app).run()


if __name__ == "__main__":
    main()
