"""The child that reads mails for a worker, one after the other, within limits: `python -m
service.channels.email.reader_process`.

Its standard input is a socket to the worker. Over it go frames: eight bytes that say how long, then
the content. A mail that takes too much ends this process and nothing else.
"""

from __future__ import annotations

import json
import math
import os
import resource
import socket
import struct
import sys
import time
from dataclasses import asdict, replace

from service.channels.email import parse
from service.channels.email.parse import ParsedEmail, Part

# For each mail. An ordinary one of 30 MB, the largest that the mail room takes, needs under a
# second and 440 MB.
CPU_SECONDS, MEMORY = 10, 640 * 1024 * 1024
# A child that has nothing to read for so long ends, and gives its memory back.
IDLE_SECONDS = 300.0
LENGTH = struct.Struct(">Q")


def send(to: socket.socket, content: bytes) -> None:
    """Send one frame."""
    to.sendall(LENGTH.pack(len(content)))
    to.sendall(content)


def receive(source: socket.socket, until: float) -> bytes:
    """Return the next frame. Raises EOFError where the other side has ended, TimeoutError at the
    moment `until`."""
    return _exactly(source, LENGTH.unpack(_exactly(source, LENGTH.size, until))[0], until)


def _exactly(source: socket.socket, length: int, until: float) -> bytes:
    found = bytearray()
    while len(found) < length:
        source.settimeout(max(0.001, until - time.monotonic()))
        piece = source.recv(min(length - len(found), 1 << 20))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def packed(letter: ParsedEmail) -> bytes:
    """A letter as bytes: a line of JSON, then the content of its files."""
    facts = asdict(replace(letter, files=[]))
    facts["files"] = [(part.name, part.type, len(part.content)) for part in letter.files]
    return b"".join([json.dumps(facts).encode(), b"\n", *(part.content for part in letter.files)])


def unpacked(content: bytes) -> ParsedEmail:
    """The letter that `packed` made these bytes of."""
    line, _, rest = content.partition(b"\n")
    facts, files, begins = json.loads(line), [], 0
    for name, kind, length in facts.pop("files"):
        files.append(Part(name, kind, rest[begins : begins + length]))
        begins += length
    return ParsedEmail(**facts, files=files)


def main() -> None:
    """Read mails until the worker ends or has none for a while."""
    worker = socket.socket(fileno=os.dup(0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while True:
        try:
            raw = receive(worker, time.monotonic() + IDLE_SECONDS)
        except (EOFError, OSError):
            return
        _limit_time()
        answer = packed(parse.read(raw))
        worker.settimeout(None)
        send(worker, answer)


def _limit_time() -> None:
    """Let this mail have its seconds beyond those that were used for earlier ones; the kernel ends
    the process after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS, hard)
    )


if __name__ == "__main__":
    main()
