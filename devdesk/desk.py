"""`make run`: the whole application on one machine. Servers, migrations, the demo data, every
process under one supervisor.

Prints `ready http://…` when all of them serve. Ctrl-C or SIGTERM stops everything; after a kill -9
the next start finds nothing in its way.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from devdesk import embedded, programs
from service.core.config import Settings, read

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90.0


class Desk:
    """The running application in one DATA_DIR."""

    def __init__(self, conf: Settings) -> None:
        self.conf = conf
        self.data = conf.data_dir.resolve()
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def run(self) -> int:
        """Start, print ready, wait, stop. Return the exit code."""
        keep_to_ourselves(self.data / "log")
        if not self.alone():
            print(f"This desk runs already: ready {self.conf.url}", flush=True)
            return 0
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, lambda *_: setattr(self, "stopping", True))
        check_port(self.conf.bind, self.conf.port, "PORT")
        check_port(self.conf.bind, self.conf.mail_port, "MAIL_PORT")
        try:
            return self.serve()
        finally:
            self.stop()

    def serve(self) -> int:
        """Start the servers, prepare the database, then start everything else."""
        servers = (
            None if self.conf.database_url and self.conf.redis_url else embedded.prepare(self.data)
        )
        environment = programs.environment(self.conf, servers, self.data)
        config = programs.write(self.conf, servers, environment, self.data)
        self.supervisor = subprocess.Popen(
            [sys.executable, "-m", "devdesk.supervisor", "-n", "-c", str(config)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=_append(self.data / "log" / "supervisord.err"),
            preexec_fn=_die_with_parent,  # noqa: PLW1509 (no thread runs yet)
        )
        if servers and not self.conf.database_url:
            embedded.wait_for_postgres(servers)
        self.wait_for_supervisor()
        # They load while the tables are created; web answers `not ready` until then.
        programs.start(self.data, "web", "twilio", "stripe")
        prepare_database(environment, self.data)
        programs.start(self.data)
        return self.watch(environment)

    def wait_for_supervisor(self, seconds: float = 20.0) -> None:
        """Wait until supervisord accepts commands."""
        ends = time.monotonic() + seconds
        while not programs.control(self.data).exists() and time.monotonic() < ends:
            time.sleep(0.02)

    def watch(self, environment: dict[str, str]) -> int:
        """Print ready when all serve, then wait for the end."""
        if not wait_ready(self.conf, self):
            print(
                f"The desk did not become ready in {READY_SECONDS:.0f} seconds. Look into"
                f" {self.data / 'log'}.",
                file=sys.stderr,
            )
            return 1
        if password := environment.get("DEMO_SHOWN"):
            print(
                "demo desk: client@demo.example, assistant@demo.example, operator@demo.example,"
                f" password {password}",
                flush=True,
            )
        print(f"ready {self.conf.url}", flush=True)
        while not self.stopping and self.supervisor and self.supervisor.poll() is None:
            time.sleep(0.2)
        return 0 if self.stopping else 1

    def stop(self) -> None:
        """Stop the supervisor, which stops the rest: the application's processes first, the servers
        last."""
        if self.supervisor and self.supervisor.poll() is None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(45)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()

    def alone(self) -> bool:
        """Return whether no other instance runs in this folder; the lock ends with the process."""
        self.lock: IO[str] = (self.data / "desk.lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def keep_to_ourselves(logs: Path) -> None:
    """Create the log folder where it is missing; only the application's own user may read it."""
    logs.mkdir(parents=True, exist_ok=True)
    logs.chmod(0o700)
    for log in logs.iterdir():
        if log.is_file():
            log.chmod(0o600)


def prepare_database(environment: dict[str, str], data: Path) -> None:
    """Create roles, run the migrations and load the demo data, in a process of its own, whose
    memory is freed afterwards.

    Only this process gets the owner's address in its environment.
    """
    done = subprocess.run(
        [sys.executable, "-m", "devdesk.prepare"],
        cwd=ROOT,
        check=False,
        env=environment | programs.owner(data),
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def wait_ready(conf: Settings, desk: Desk) -> bool:
    """Return whether web and mail room answer in time."""
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends and not desk.stopping:
        if answers(f"http://{_reach(conf.bind)}:{conf.port}/readyz") and listens(
            _reach(conf.bind), conf.mail_port
        ):
            return True
        time.sleep(0.05)
    return False


def answers(address: str) -> bool:
    """Return whether this address answers with 200."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def listens(host: str, port: int) -> bool:
    """Return whether something accepts connections there."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def check_port(host: str, port: int, name: str) -> None:
    """Exit with one sentence where a port is taken."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise SystemExit(
                f"Port {port} on {host} cannot be opened ({error.strerror}). Set {name} to a free"
                " one."
            ) from error


def _reach(bind: str) -> str:
    everywhere = ("0.0.0.0", "")  # noqa: S104 (asked for in the settings)
    return "127.0.0.1" if bind in everywhere else bind


def _append(log: Path) -> int:
    return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _die_with_parent() -> None:
    """Ask the kernel to stop the supervisor when this process is killed with -9."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def main() -> None:
    """Run the application."""
    sys.exit(Desk(read()).run())


if __name__ == "__main__":
    main()
