"""Waking the relay through Valkey after a commit. The message may be lost: the relay looks each
second in any case."""

from __future__ import annotations

from time import monotonic

import redis

from service.core.config import settings

CHANNEL = "poruchi:poke"
MIN_PAUSE_S = 0.02
_valkey: redis.Redis | None = None
_woken = 0.0


def valkey() -> redis.Redis:
    """Return the process's connection pool to Valkey, with short time-outs, so that nothing waits
    for it."""
    global _valkey
    if _valkey is None:
        _valkey = redis.Redis.from_url(
            settings().redis_url, socket_timeout=0.5, socket_connect_timeout=0.5
        )
    return _valkey


def wake() -> None:
    """Wake the relay, at most fifty times a second; where Valkey is away the relay's sweep finds
    the rows."""
    global _woken
    moment = monotonic()
    if moment - _woken < MIN_PAUSE_S:
        return
    _woken = moment
    try:
        valkey().publish(CHANNEL, b"")
    except redis.RedisError:
        return
