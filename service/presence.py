"""Presence: who is viewing a task now, and who is typing; stored in Valkey alone, and lost with
it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace

import redis

from service.core import live_updates, wake
from service.core.actor import Actor
from service.core.live_updates import Change
from service.tasks.task import Task

# Seconds for which someone counts as present after the last sign of life, and as typing after the
# last keystroke.
THERE, ANSWERING = 45.0, 8.0


@dataclass(frozen=True)
class Present:
    """A person who is viewing the task."""

    person: int
    name: str
    kind: str
    answering: bool


def change_of(task: Task, was: int | None = None) -> Change:
    """Return a task as the change that open pages are notified of."""
    return Change(
        task.id,
        task.company_id,
        task.person_id,
        task.private,
        task.holder_id,
        was,
        task.state,
        task.category,
    )


def come(task: Change, by: Actor, name: str) -> None:
    """Record that someone is viewing the task, or still is."""
    _say(task, {f"there:{by.person_id}": json.dumps([time.time() + THERE, name, by.kind])})


def go(task: Change, by: Actor) -> None:
    """Record that they have left."""
    try:
        wake.valkey().hdel(_key(task.task), f"there:{by.person_id}", f"answering:{by.person_id}")
    except redis.RedisError:
        return
    live_updates.publish(replace(task, what="here"))


def answer(task: Change, by: Actor) -> None:
    """Record that they are typing on the task."""
    _say(task, {f"answering:{by.person_id}": json.dumps([time.time() + ANSWERING])})


def here(task_id: int, me: int) -> list[Present]:
    """Return who else is viewing the task now, at most five; nobody where Valkey is away."""
    try:
        kept = {
            _text(key): json.loads(value)
            for key, value in wake.valkey().hgetall(_key(task_id)).items()
        }
    except (redis.RedisError, ValueError):
        return []
    moment, found = time.time(), []
    for key, value in sorted(kept.items()):
        place, _, person = key.partition(":")
        if place == "there" and value[0] > moment and int(person) != me:
            found.append(
                Present(
                    int(person),
                    value[1],
                    value[2],
                    kept.get(f"answering:{person}", [0.0])[0] > moment,
                )
            )
    return found[:5]


def _say(task: Change, fields: dict[str, str]) -> None:
    """Store the fields, and notify the others where they are new."""
    try:
        pipe = wake.valkey().pipeline(transaction=False)
        before = wake.valkey().hmget(_key(task.task), list(fields))
        for name, value in fields.items():
            pipe.hset(_key(task.task), name, value)
        pipe.expire(_key(task.task), 120)
        pipe.execute()
    except redis.RedisError:
        return
    if any(value is None or json.loads(value)[0] < time.time() for value in before):
        live_updates.publish(replace(task, what="here"))


def _key(task_id: int) -> str:
    return f"poruchi:here:{task_id}"


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key
