"""The stand-in and a desk for one test each."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.standins.twilio_process import ACCOUNT, ROOT, TOKEN, Desk, Running, Start


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def run(*more: str, port: int = 0) -> Running:
        state, log = tmp_path / "state.db", tmp_path / "standin.log"
        command = [
            sys.executable,
            "-m",
            "devdesk.standins.twilio",
            "--port",
            str(port),
            "--state",
            str(state),
        ]
        process = subprocess.Popen(
            [*command, "--account", ACCOUNT, "--token", TOKEN, *more],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=log.open("a"),
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready "), log.read_text()
        return Running(process, line.split()[1], state, log)

    yield run
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def standin(start: Start) -> Running:
    return start()


@pytest.fixture
def desk() -> Iterator[Desk]:
    seen = Desk()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(raw, keep_blank_values=True))
            seen.got.append((seen.url + self.path, form, self.headers["X-Twilio-Signature"]))
            body = seen.twiml.encode()
            self.send_response(seen.answers.pop(0) if seen.answers else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()
