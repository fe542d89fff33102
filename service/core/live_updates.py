"""What changed, to the pages that are open: a nudge through Valkey after the commit, to every web
process, to the streams that it concerns.

A nudge says which task moved and whom that concerns, never what happened: the page asks for itself
again, through the wall. It may be lost: whoever connects again looks anew, and nothing depends on
it.
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
# A page that is told more often than this would do nothing but look: what comes in between is told
# at once afterwards.
MIN_PAUSE_S = 0.8
KEEP_ALIVE_S = 20.0
# Streams end from time to time, so that a session that was ended meanwhile ends them, too.
STREAM_S = 300.0
# What came in so lately may lie between a page's making and the first breath of its stream.
MAX_REMEMBERED = 500
RELOAD = "again"
# What a change is about that clients are not told of. As a value of `what` it does no harm to a web
# process of before.
STAFF = "staff"


@dataclass(frozen=True)
class Change:
    """A task moved: whose it is, who holds it, who held it before, where it stands. `what` is
    `task`, `staff` (what moved is for staff alone) or `here` (who looks at it)."""

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
    """Who looks: staff in a role with trades, or a person in a company; `task` where the page shows
    one task alone."""

    person: int
    role: str | None = None
    trades: tuple[str, ...] = ()
    company: int | None = None
    owner: bool = False
    task: int | None = None

    def see(self, nudge: Change) -> bool:
        """Whether this nudge concerns what they look at: the same rules as the wall's, on what the
        nudge says."""
        if self.task is not None and nudge.task != self.task:
            return False
        if nudge.what == "here" and self.task is None:
            return False
        if self.role == "assistant":
            return self.person in (nudge.holder, nudge.was) or (
                nudge.category in self.trades and (nudge.state == "queued" or nudge.was is None)
            )
        if self.role is not None:
            return True
        return (nudge.company == self.company and nudge.what != STAFF) and (
            not nudge.private or nudge.person == self.person or self.owner
        )


@dataclass(eq=False)
class Stream:
    """One open page."""

    eyes: Viewer
    news: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)


def announce(nudge: Change) -> None:
    """Tell the open pages once the transaction now open has committed."""
    isolation.after_commit(lambda: publish(nudge))


def publish(nudge: Change) -> None:
    """Tell the open pages now; where Valkey is away they see it when they look next."""
    try:
        wake.valkey().publish(CHANNEL, json.dumps(asdict(nudge)))
    except redis.RedisError:
        return


class Hub:
    """The streams of one web process, and the one connection to Valkey that feeds them."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.lately: deque[tuple[float, Change]] = deque(maxlen=MAX_REMEMBERED)
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def open(self, eyes: Viewer) -> Stream:
        """A new stream; the first one starts the listening."""
        stream = Stream(eyes)
        with self.lock:
            self.streams.add(stream)
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._listen, name="live", daemon=True)
                self.thread.start()
        return stream

    def close(self, stream: Stream) -> None:
        """The page has gone."""
        with self.lock:
            self.streams.discard(stream)

    def _listen(self) -> None:
        """Until the process ends; after Valkey was away every page looks anew."""
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

    def missed(self, eyes: Viewer, since: float) -> bool:
        """Whether something that concerns them has moved since then (seconds since 1970)."""
        return any(
            at >= since and nudge.what != "here" and eyes.see(nudge)
            for at, nudge in tuple(self.lately)
        )

    def broadcast(self) -> None:
        """Every page looks anew."""
        for stream in tuple(self.streams):
            stream.news.put(RELOAD)

    def pass_on(self, nudge: Change) -> None:
        """To the streams that it concerns, and to those that open in a moment."""
        self.lately.append((time.time(), nudge))
        for stream in tuple(self.streams):
            if stream.eyes.see(nudge):
                stream.news.put(nudge.what)


hub = Hub()


def events(eyes: Viewer, *, again: bool, since: float | None = None) -> Iterator[str]:
    """The stream of one page, as server-sent events: `changed` when it should look anew, `here`
    when somebody comes or goes.

    `again` where the page was connected before and may have missed something; `since` is when the
    page was made, in seconds since 1970.
    """
    stream, told = hub.open(eyes), 0.0
    again = again or (since is not None and hub.missed(eyes, since))
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
    """What has come within the time of a keep-alive, told no sooner than `soonest`; several at once
    are one."""
    try:
        kinds = {stream.news.get(timeout=KEEP_ALIVE_S)}
    except queue.Empty:
        return set()
    time.sleep(max(0.0, soonest - time.monotonic()))
    while not stream.news.empty():
        kinds.add(stream.news.get())
    return kinds
