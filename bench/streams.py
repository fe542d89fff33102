"""Open pages: a thousand streams and what they cost, and how soon a change is seen while two
hundred pages are open."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench import load
from tests.running_desk import RunningDesk

Told = Callable[[str, str, str], None]
STREAMS, CHANGES = 1000, 12


@dataclass
class Watcher:
    """A page that is open: it listens, and asks for itself again when it is told that something
    changed."""

    port: int
    page: str
    stream: str
    cookie: str
    seen: list[float] = field(default_factory=list)

    def open(self) -> socket.socket:
        """Begin to listen."""
        self.socket = socket.create_connection(("127.0.0.1", self.port), 30)
        self.socket.sendall(
            f"GET {self.stream} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\nAccept:"
            " text/event-stream\r\n\r\n".encode()
        )
        return self.socket

    def look(self) -> None:
        """Ask for the page as the browser does."""
        http = load.Http(self.port)
        assert (
            http.send(
                "GET",
                self.page,
                {
                    "Cookie": self.cookie,
                    "Accept-Encoding": "gzip, br",
                    "HX-Request": "true",
                    "HX-Target": "main#main",
                },
            )
            == 200
        )
        http.socket.close()
        self.seen.append(time.monotonic())


def hold(
    desk: RunningDesk, told: Told, cookie: str, memory: Callable[[RunningDesk], float]
) -> None:
    """A thousand streams: memory before and with them, and a page beside them."""
    before, plain = memory(desk), load.turns(20, load.page(desk.port, "/desk/messages", cookie))
    open_ = [Watcher(desk.port, "", "/live", cookie).open() for _number in range(STREAMS)]
    told_hello = sum(b"200 OK" in one.recv(4096) for one in open_)
    time.sleep(3)
    with_them, beside = memory(desk), load.turns(20, load.page(desk.port, "/desk/messages", cookie))
    told(
        f"{told_hello} open streams, more memory (MB)",
        f"{with_them - before:.0f}",
        f"target 150; a page {plain.p50:.0f} ms without, {beside.p50:.0f} ms with",
    )
    for one in open_:
        one.close()
    time.sleep(2)


def change(
    desk: RunningDesk, told: Told, watchers: list[Watcher], act: Callable[[int], None]
) -> None:
    """Let so many pages be open, change something, and see when each that it concerns has the new
    page."""
    chooser = selectors.DefaultSelector()
    for one in watchers:
        chooser.register(one.open(), selectors.EVENT_READ, one)
    threading.Thread(target=_listen, args=(chooser,), daemon=True).start()
    time.sleep(3)
    took: list[float] = []
    for turn in range(CHANGES):
        at = time.monotonic()
        act(turn)
        time.sleep(2.5)
        took += [one.seen[-1] - at for one in watchers if one.seen and one.seen[-1] > at]
    took.sort()
    told(
        f"a change seen, {len(watchers)} pages open, {len(took) // CHANGES} concerned (s)",
        (
            f"p50 {took[len(took) // 2]:.2f}, p95 {took[int(len(took) * 0.95)]:.2f}"
            if took
            else "nobody saw it"
        ),
        "target 1",
    )
    chooser.close()
    for one in watchers:
        one.socket.close()


def _listen(chooser: selectors.BaseSelector) -> None:
    """Every page that is told of a change asks for itself, in a thread of its own, as browsers
    do."""
    while True:
        try:
            ready = chooser.select(1.0)
        except (OSError, ValueError, KeyError):
            return
        for key, _mask in ready:
            if b"event: changed" in key.data.socket.recv(65536):
                threading.Thread(target=key.data.look, daemon=True).start()


def claims(desk: RunningDesk, key: str, tasks: list[int]) -> Callable[[int], None]:
    """An assistant who takes a task and gives it back, by REST."""
    http = load.Http(desk.port)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def act(turn: int) -> None:
        task, back = tasks[turn // 2 % len(tasks)], turn % 2
        path = f"/api/v1/tasks/{task}/" + ("return" if back else "claim")
        body = json.dumps({"reason": "Measured."} if back else {}).encode()
        assert http.send("POST", path, headers, body) == 200, path

    return act
