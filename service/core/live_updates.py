"""Live updates of open pages: after a commit a change is published through Valkey to every web
process, and from there to the streams that it concerns.

A change says which task moved and whom that concerns, never what happened: the page requests its
content again, under tenant isolation. A change may be lost: whoever reconnects reloads, and nothing
depends on it.
"""

from __future__ import annotations

import json
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import redis

from service.core import wake
from service.core.config import settings
from tenants import isolation

CHANNEL = "poruchi:live"
# A page that is notified more often than this would only reload: changes that come in between are
# sent together afterwards.
MIN_PAUSE_S = 0.8
KEEP_ALIVE_S = 20.0
# Streams end regularly, so that a session that was ended in the meantime loses its stream, too.
STREAM_S = 300.0
# Recent changes, because one may fall between the rendering of a page and the start of its stream.
MAX_REMEMBERED = 500
RELOAD = "again"
# A change that clients are not notified of. As a value of `what` it is harmless to a web process of
# the previous release.
STAFF = "staff"


@dataclass(frozen=True)
class Change:
    """A task changed: its owner, its assignee, its previous assignee and its state. `what` is
    `task`, `staff` (only staff are concerned) or `here` (someone is viewing the task)."""

    task: int
    company: int
    person: int
    private: bool
    holder: int | None
    was: int | None
    state: str
    category: str | None
    what: str = "task"


@dataclass(frozen=True)
class Viewer:
    """The viewer of a page: staff in a role with skills, or a person in a company; `task` is set
    where the page shows a single task."""

    person: int
    role: str | None = None
    trades: tuple[str, ...] = ()
    company: int | None = None
    owner: bool = False
    task: int | None = None

    def see(self, change: Change) -> bool:
        """Return whether this change concerns what they are viewing: the same rules as tenant
        isolation, applied to the facts in the change."""
        if self.task is not None and change.task != self.task:
            return False
        if change.what == "here" and self.task is None:
            return False
        if self.role == "assistant":
            return self.person in (change.holder, change.was) or (
                change.category in self.trades and (change.state == "queued" or change.was is None)
            )
        if self.role is not None:
            return True
        return (change.company == self.company and change.what != STAFF) and (
            not change.private or change.person == self.person or self.owner
        )


@dataclass(eq=False)
class Stream:
    """The stream of one open page."""

    viewer: Viewer
    news: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)


def announce(change: Change) -> None:
    """Notify the open pages once the current transaction has committed."""
    isolation.after_commit(lambda: publish(change))


def publish(change: Change) -> None:
    """Notify the open pages now; where Valkey is away they see the change when they next load."""
    try:
        wake.valkey().publish(CHANNEL, json.dumps(asdict(change)))
    except redis.RedisError:
        return


class Hub:
    """The streams of one web process, and its one connection to Valkey that feeds them."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.lately: deque[tuple[float, Change]] = deque(maxlen=MAX_REMEMBERED)
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def open(self, viewer: Viewer) -> Stream:
        """Open a new stream; the first one starts the listening thread."""
        stream = Stream(viewer)
        with self.lock:
            self.streams.add(stream)
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._listen, name="live", daemon=True)
                self.thread.start()
        return stream

    def close(self, stream: Stream) -> None:
        """Remove the stream of a closed page."""
        with self.lock:
            self.streams.discard(stream)

    def _listen(self) -> None:
        """Listen until the process ends; after each reconnection to Valkey every page reloads."""
        while True:
            try:
                with redis.Redis.from_url(settings().redis_url).pubsub(
                    ignore_subscribe_messages=True
                ) as channel:
                    channel.subscribe(CHANNEL)
                    self.broadcast()
                    for message in channel.listen():
                        self.pass_on(Change(**json.loads(message["data"])))
            except (redis.RedisError, ValueError, TypeError):
                time.sleep(random.uniform(0.5, 1.5))  # noqa: S311

    def missed(self, viewer: Viewer, since: float) -> bool:
        """Return whether a change that concerns this viewer has arrived since then (seconds since
        1970)."""
        return any(
            at >= since and change.what != "here" and viewer.see(change)
            for at, change in tuple(self.lately)
        )

    def broadcast(self) -> None:
        """Make every open page reload."""
        for stream in tuple(self.streams):
            stream.news.put(RELOAD)

    def pass_on(self, change: Change) -> None:
        """Pass a change to the streams that it concerns, and remember it for streams that open in a
        moment."""
        self.lately.append((time.time(), change))
        for stream in tuple(self.streams):
            if stream.viewer.see(change):
                stream.news.put(change.what)


hub = Hub()


def events(viewer: Viewer, *, again: bool, since: float | None = None) -> Iterator[str]:
    """Yield the stream of one page as server-sent events: `changed` when it should reload, `here`
    when someone starts or stops viewing the task.

    `again` is set where the page was connected before and may have missed something; `since` is
    when the page was rendered, in seconds since 1970.
    """
    stream, told = hub.open(viewer), 0.0
    again = again or (since is not None and hub.missed(viewer, since))
    try:
        yield (
            f"id: {int(time.time())}\nretry: 1000\nevent: {'changed' if again else 'hello'}\ndata:"
            " -\n\n"
        )
        ends = time.monotonic() + STREAM_S * random.uniform(0.8, 1.2)  # noqa: S311
        while time.monotonic() < ends:
            kinds = _next_kinds(stream, told + MIN_PAUSE_S)
            told = time.monotonic() if kinds else told
            yield (
                "".join(
                    f"event: {name}\ndata: -\n\n"
                    for name in sorted({"here" if kind == "here" else "changed" for kind in kinds})
                )
                or ": still here\n\n"
            )
    finally:
        hub.close(stream)


def _next_kinds(stream: Stream, soonest: float) -> set[str]:
    """Return what arrived within one keep-alive interval, not before `soonest`; repeated changes
    are merged."""
    try:
        kinds = {stream.news.get(timeout=KEEP_ALIVE_S)}
    except queue.Empty:
        return set()
    time.sleep(max(0.0, soonest - time.monotonic()))
    while not stream.news.empty():
        kinds.add(stream.news.get())
    return kinds
