"""Load on loopback, bounded in count and time: plain HTTP/1.1 and SMTP over sockets, one thread or
process for each connection."""

from __future__ import annotations

import json
import multiprocessing
import smtplib
import socket
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

Send = Callable[[int], None]


@dataclass
class Run:
    """What came of a run: how many a second, and the times of single ones in ms."""

    per_second: float
    p50: float
    p95: float
    count: int
    errors: int = 0


def measure(
    connections: int, seconds: float, make: Callable[[int], Send], rate: float | None = None
) -> Run:
    """Send over so many connections for so long, as fast as they go or at a given rate; each in a
    process of its own."""
    queue: multiprocessing.Queue[tuple[list[float], int]] = multiprocessing.Queue()
    start = time.monotonic() + 0.5
    workers = [
        multiprocessing.Process(
            target=_one, args=(number, make, start, seconds, rate and rate / connections, queue)
        )
        for number in range(connections)
    ]
    for worker in workers:
        worker.start()
    results = [queue.get(timeout=seconds + 60) for _worker in workers]
    for worker in workers:
        worker.join()
    times = sorted(one for found, _errors in results for one in found)
    errors = sum(errors for _found, errors in results)
    if not times:
        return Run(0, 0, 0, 0, errors)
    return Run(
        len(times) / seconds,
        statistics.median(times) * 1000,
        times[int(len(times) * 0.95)] * 1000,
        len(times),
        errors,
    )


def turns(count: int, make: Callable[[int], Send]) -> Run:
    """So many one after the other over one connection, after three that are not counted."""
    send, times = make(0), []
    for turn in range(-3, count):
        began = time.monotonic()
        send(turn)
        times += [time.monotonic() - began] * (turn >= 0)
    times.sort()
    return Run(
        count / sum(times), statistics.median(times) * 1000, times[int(count * 0.95)] * 1000, count
    )


def _one(
    number: int,
    make: Callable[[int], Send],
    start: float,
    seconds: float,
    rate: float | None,
    queue: multiprocessing.Queue[tuple[list[float], int]],
) -> None:
    send, times, errors, turn = make(number), [], 0, 0
    time.sleep(max(0.0, start - time.monotonic()))
    while time.monotonic() < start + seconds:
        if rate:
            time.sleep(max(0.0, start + turn / rate - time.monotonic()))
        began = time.monotonic()
        try:
            send(turn)
            times.append(time.monotonic() - began)
        except (OSError, AssertionError, smtplib.SMTPException):
            errors += 1
        turn += 1
    queue.put((times, errors))


class Http:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.file: socket.SocketIO | None = None
        self.connect()

    def connect(self) -> None:
        """Open the connection."""
        self.socket = socket.create_connection(("127.0.0.1", self.port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> int:
        """Send a request and read its whole answer; gives the status."""
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        status, length = int(self.reader.readline().split()[1]), 0
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.reader.read(length)
        return status


def rest(port: int, key: str) -> Callable[[int], Send]:
    """Tasks over REST, each with an idempotency key of its own."""

    def make(number: int) -> Send:
        connection, mark = Http(port), uuid.uuid4().hex
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

        def send(turn: int) -> None:
            body = json.dumps(
                {"text": f"Find three suppliers of green tea and compare prices, {number} {turn}"}
            ).encode()
            assert (
                connection.send(
                    "POST", "/api/v1/tasks", {**headers, "Idempotency-Key": f"{mark}-{turn}"}, body
                )
                == 201
            )

        return send

    return make


def plain(port: int) -> Callable[[int], Send]:
    """The yardstick's view: the same rows in a bare Flask view."""

    def make(number: int) -> Send:
        connection = Http(port)

        def send(turn: int) -> None:
            body = json.dumps(
                {"text": f"Find three suppliers of green tea and compare prices, {number} {turn}"}
            ).encode()
            assert (
                connection.send("POST", "/plain", {"Content-Type": "application/json"}, body) == 201
            )

        return send

    return make


def mails(port: int, sender: str) -> Callable[[int], Send]:
    """Mails over one SMTP session each."""

    def make(number: int) -> Send:
        server, mark = smtplib.SMTP("127.0.0.1", port, timeout=30), uuid.uuid4().hex

        def send(turn: int) -> None:
            server.sendmail(
                sender,
                ["tasks@desk.localhost"],
                (
                    f"From: {sender}\r\nTo: tasks@desk.localhost\r\nSubject: Tea"
                    f" {turn}\r\nMessage-ID: <{mark}-{turn}@bench>\r\n\r\nFind three suppliers of"
                    f" green tea and compare prices, {number} {turn}\r\n"
                ).encode(),
            )

        return send

    return make


def page(port: int, path: str, cookie: str) -> Callable[[int], Send]:
    """A page with a session."""

    def make(_number: int) -> Send:
        connection = Http(port)

        def send(_turn: int) -> None:
            assert connection.send("GET", path, {"Cookie": cookie}) == 200

        return send

    return make
