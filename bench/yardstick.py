"""The yardstick: the same five rows for each task through plain psycopg in one Flask view, under
the same server.

The rows have the columns and the indexes of the desk's own; what they lack is what the desk adds to
them: keys to other tables, the wall, the check of the key, of the words, and of what came before.
"""

from __future__ import annotations

import hashlib
import os
import uuid

import psycopg_pool
from flask import Flask, request

app = Flask("yardstick")
_pool: psycopg_pool.ConnectionPool | None = None


def pool() -> psycopg_pool.ConnectionPool:
    """Opened at the first request, after gevent has patched."""
    global _pool
    if _pool is None:
        _pool = psycopg_pool.ConnectionPool(os.environ["YARDSTICK_URL"], min_size=4, max_size=8)
    return _pool


@app.post("/plain")
def plain() -> tuple[dict[str, int], int]:
    """Insert the rows of a task, commit, answer."""
    text, raw = request.get_json()["text"], request.get_data()
    with pool().connection() as connection:
        inbound = connection.execute(
            INBOUND, (str(uuid.uuid4()), raw, hashlib.sha256(raw).digest())
        ).fetchone()
        task = connection.execute(TASK, (inbound[0], text[:90], text)).fetchone()
        event = connection.execute(EVENT, (task[0],)).fetchone()
        for reaction in ("triage", "acknowledge"):
            connection.execute(DUE, (event[0], reaction))
    return {"id": task[0]}, 201


INBOUND = """insert into y_inbound (channel, account, provider_id, sender, raw, digest, state,
  kind, company_id, person_id)
values ('rest', 'key:1', %s, '', %s, %s, 'worked', 'task', 1, 1) returning id"""
TASK = """insert into y_task (company_id, number, person_id, inbound_id, title, text, language,
  channel, deadline_fixed, priority, private, currency)
values (1, nextval('y_number'), 1, %s, %s, %s, 'en', 'rest', false, 'ordinary', false, 'EUR')
  returning id"""
EVENT = """insert into y_event (company_id, task_id, kind, by_kind, by_id, channel)
values (1, %s, 'task.received', 'client', 1, 'rest') returning id"""
DUE = "insert into y_due (event_id, company_id, reaction, queue) values (%s, 1, %s, 'work')"
TABLES = "".join(
    f"create table if not exists y_{table} (like {table} including all);"
    for table in ("inbound", "task", "event", "due")
)
TABLES += "create sequence if not exists y_number"
