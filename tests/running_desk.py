"""The whole application as `make run` starts it, in a folder of its own on free ports, with a real
SMTP server that receives its mail."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

import psycopg
from aiosmtpd.controller import Controller

from devdesk import programs

ROOT = Path(__file__).resolve().parent.parent


class Postman:
    """The SMTP server that the desk sends to: keeps how often each Message-ID came, and the mails;
    `answer` is what it says of a mail."""

    def __init__(self) -> None:
        self.mails: dict[str, Any] = {}
        self.copies: Counter[str] = Counter()
        self.answer = "250 OK"
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if not self.answer.startswith("250"):
            return self.answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.copies[mail["Message-ID"]] += 1
        self.mails[mail["Message-ID"]] = mail
        return "250 OK"

    def to(self, address: str) -> list[Any]:
        """The mails to this address."""
        return [mail for mail in self.mails.values() if mail["To"] == address]


class RunningDesk:
    """Start with `start`, stop with `stop`; both can be called again."""

    def __init__(
        self,
        parent: Path | None = None,
        demo: bool = False,
        name: str = "desk",
        more: dict[str, str] | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="poruchi-run-", dir=parent)) / name
        self.folder.parent.chmod(0o755)
        self.postman = Postman()
        self.port, self.mail_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.demo, self.more = demo, more or {}
        self.process: subprocess.Popen[str] | None = None
        self.output: list[str] = []

    def environment(self) -> dict[str, str]:
        """The settings of this desk; nothing of the test run's own leaks in."""
        ours = {
            name: value
            for name, value in os.environ.items()
            if not re.match(
                r"(TWILIO|STRIPE|DATABASE|OWNER_|REDIS|SECRET|PUBLIC|"
                r"MAIL_|OUTBOUND|DATA_DIR|QUIET|TEST_)",
                name,
            )
        }
        return {
            **ours,
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "MAIL_PORT": str(self.mail_port),
            "SMTP_URL": f"smtp://127.0.0.1:{self.postman.controller.port}",
            "DEMO": "" if self.demo else "off",
            "DEMO_PASSWORD": "demo desk 12",
            "UNDO_SECONDS": "15",
            "QUIET_FROM": "24",
            "QUIET_TO": "0",
            **self.more,
        }

    def start(self, seconds: float = 120) -> float:
        """Start and wait for `ready`; gives the seconds that took."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devdesk.desk"],
            cwd=ROOT,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        while not any(line.startswith("ready ") for line in self.output):
            if self.process.poll() is not None or time.monotonic() - began > seconds:
                raise AssertionError(f"the desk did not start: {self.output[-5:]}")
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self, remove: bool = True) -> None:
        """Stop as Ctrl-C does; afterwards no process is left."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self.output.clear()
        if remove:
            self.postman.controller.stop()
            lies_in = self.folder / "servers-lie-in"
            if lies_in.exists():
                shutil.rmtree(lies_in.read_text().strip(), ignore_errors=True)
            shutil.rmtree(self.folder.parent, ignore_errors=True)

    def command(self, *words: str) -> str:
        """Run a `flask` command of this desk; gives what it printed."""
        environment = {**self.environment(), "DEMO": ""}
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def settings(self) -> dict[str, str]:
        """What the desk wrote down for commands beside it, the owner's address among it."""
        files = [(self.folder / name).read_text() for name in ("desk.env", "owner.env")]
        lines = [line for file in files for line in file.splitlines()]
        return dict(line.split("=", 1) for line in lines)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Rows as the system sees them, with a few tries while PostgreSQL is being killed."""
        for _try in range(60):
            try:
                with psycopg.connect(
                    self.settings()["OWNER_DATABASE_URL"], autocommit=False
                ) as owner:
                    owner.execute("set role system")
                    return owner.execute(query, values).fetchall()
            except psycopg.OperationalError:
                time.sleep(0.5)
        raise AssertionError("the database did not come back")

    def run_as_system(self, statement: str, *values: Any) -> None:
        """Write something as the system."""
        with psycopg.connect(self.settings()["OWNER_DATABASE_URL"]) as owner:
            owner.execute("set role system")
            owner.execute(statement, values)

    def programs(self) -> dict[str, int]:
        """Name and pid of every program and hand that runs now."""
        server = ServerProxy(
            "http://localhost", transport=programs._Unix(programs.control(self.folder))
        )
        found = {
            entry["name"]: entry["pid"]
            for entry in server.supervisor.getAllProcessInfo()
            if entry["pid"]
        }
        hands = {
            path.stem: int(path.read_text() or 0) for path in (self.folder / "run").glob("*.pid")
        }
        return {**found, **hands}

    def kill(self, name: str) -> bool:
        """kill -9 the whole process group of a program or hand; whether it was there."""
        pid = self.programs().get(name, 0)
        try:
            if pid > 1 and os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
                return True
        except ProcessLookupError:
            pass
        return False

    def get(self, path: str) -> bytes:
        """A page."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return answer.read()

    def _read(self) -> None:
        assert self.process and self.process.stdout
        for line in self.process.stdout:
            self.output.append(line.strip())


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
