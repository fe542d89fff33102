"""Reads mails in a child process with limits of time and memory, so that a mail that eats either
ends the child alone.

One child for each worker, started with the first mail that needs it. Short plain text is read here:
its time and memory are linear in its length.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from service.channels.email import parse
from service.channels.email.parse import ParsedEmail
from service.channels.email.reader_process import receive, send, unpacked

ROOT = Path(__file__).resolve().parents[3]
# Real time for one mail, shorter than a worker's lease on its row.
MAX_SECONDS = 15.0
MAX_READ_HERE = 32 * 1024
# After a mail of this size the child is replaced: what it took of memory is given back at once.
LARGE_MAIL = 4 * 1024 * 1024


# Ended by itself after a while without mails, or by somebody else; all other ends are the mail's
# doing.
NOT_THE_MAIL = (0, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)


class _Ended(RuntimeError):
    """The child ended before it answered."""


class Reader:
    """The child of this process, one mail at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.socket: socket.socket | None = None

    def read(self, raw: bytes) -> ParsedEmail:
        """Return the mail, read; or what its headers say, `unread`, where reading it took too
        much."""
        if parse.is_plain(raw, MAX_READ_HERE):
            return parse.read(raw)
        with self.lock:
            for _attempt in range(2):
                try:
                    return self._ask(raw)
                except _Ended as ended:
                    if ended.args[0] not in NOT_THE_MAIL:
                        break
                except TimeoutError:
                    break
        return parse.unread(raw)

    def stop(self) -> None:
        """End the child; gives no sign where there is none."""
        if self.socket is not None:
            self.socket.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self.socket = None

    def _ask(self, raw: bytes) -> ParsedEmail:
        process, child = self._running()
        until = time.monotonic() + MAX_SECONDS
        try:
            child.settimeout(MAX_SECONDS)
            send(child, raw)
            letter = unpacked(receive(child, until))
        except TimeoutError:
            self.stop()
            raise
        except (EOFError, OSError) as error:
            code = _code_of(process)
            self.stop()
            raise _Ended(code) from error
        except BaseException:
            self.stop()  # its answer would be taken for that of the next mail
            raise
        if len(raw) > LARGE_MAIL:
            self.stop()
        return letter

    def _running(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        if self.process is None or self.socket is None or self.process.poll() is not None:
            self.stop()
            self.socket, theirs = socket.socketpair()
            with theirs:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "service.channels.email.reader_process"],
                    cwd=ROOT,
                    env=_environment(),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return self.process, self.socket


def _code_of(process: subprocess.Popen[bytes]) -> int:
    """Return how the child ended; one that hung up and goes on is killed."""
    try:
        return process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _environment() -> dict[str, str]:
    """What Python needs, and none of the settings: what reads hostile mail holds no secret."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "LANG", "LC_ALL", "HOME") or name.startswith("PYTHON")
    }


_reader = Reader()


def read(raw: bytes) -> ParsedEmail:
    """Return a kept mail, read within limits. Never raises for what is odd in it."""
    return _reader.read(raw)
