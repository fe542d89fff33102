"""What changed, for the pages that are open: told through Valkey after the commit, and missed without harm."""

from __future__ import annotations

import json

import redis

from service import poke
from tenants import wall

CHANNEL = "poruchi:live"


def changed(company_id: int | None, task_id: int | None, kind: str) -> None:
    """Tell open pages after the commit that something happened; they ask again through the wall."""
    if task_id is not None:
        wall.after_commit(lambda: _tell({"company": company_id, "task": task_id, "kind": kind}))


def _tell(what: dict[str, object]) -> None:
    try:
        poke.valkey().publish(CHANNEL, json.dumps(what))
    except redis.RedisError:
        return
