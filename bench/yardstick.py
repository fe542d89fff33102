"""The yardstick: the same five rows for each task through plain psycopg in one Flask view, under the same server."""

from __future__ import annotations

import os

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
    text = request.get_json()["text"]
    with pool().connection() as connection:
        inbound = connection.execute("insert into y_inbound (provider_id, raw) values (gen_random_uuid()::text, %s) returning id", (text.encode(),)).fetchone()
        task = connection.execute("insert into y_task (inbound_id, title, text) values (%s, %s, %s) returning id", (inbound[0], text[:90], text)).fetchone()
        event = connection.execute("insert into y_event (task_id, kind) values (%s, 'task.received') returning id", (task[0],)).fetchone()
        connection.execute("insert into y_due (event_id, reaction) values (%s, 'triage')", (event[0],))
        connection.execute("insert into y_due (event_id, reaction) values (%s, 'acknowledge')", (event[0],))
    return {"id": task[0]}, 201


TABLES = """
create table if not exists y_inbound (id bigserial primary key, provider_id text unique, raw bytea, received_at timestamptz default now());
create table if not exists y_task (id bigserial primary key, inbound_id bigint references y_inbound, title text, text text, created_at timestamptz default now());
create table if not exists y_event (id bigserial primary key, task_id bigint references y_task, kind text, at timestamptz default now());
create table if not exists y_due (id bigserial primary key, event_id bigint references y_event, reaction text, due_at timestamptz default now());
"""
