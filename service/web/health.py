"""/healthz, /readyz and /metrics: for whoever watches the machines."""

from __future__ import annotations

import redis
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text

from service import poke
from service.web import doors
from tenants import wall
from tenants.wall import db

pages = Blueprint("health", __name__)
# Ages in seconds; `due_waiting` is what is due now and not done, `needs_person` what waits for somebody.
STATE = text("""
select (select count(*) from (select 1 from due where done_at is null and needs_person_at is null and due_at <= now() limit 10000) d),
       (select count(*) from (select 1 from due where done_at is null and needs_person_at is not null limit 10000) n),
       coalesce(extract(epoch from now() - (select min(due_at) from due
                where done_at is null and needs_person_at is null and due_at <= now())), 0)::float,
       (select count(*) from (select 1 from inbound where state = 'kept' and received_at < now() - interval '5 minutes' limit 1000) k)
""")


@pages.get("/healthz")
@doors.public
def healthz() -> ResponseReturnValue:
    """The process lives."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@doors.public
def readyz() -> ResponseReturnValue:
    """Database, Valkey and the age of the oldest work not done; 503 where one of them is not right."""
    found = {"database": True, "valkey": _valkey(), "oldest_due_seconds": round(_state()[2], 1)}
    ready = found["valkey"] and found["oldest_due_seconds"] < 600  # type: ignore[operator]
    return jsonify(found), 200 if ready else 503


@pages.get("/metrics")
@doors.public
def metrics() -> ResponseReturnValue:
    """Figures for Prometheus; no names, no texts."""
    waiting, needing, oldest, kept = _state()
    registry = CollectorRegistry()
    for name, about, value in (("due_waiting", "Due work not done", waiting), ("due_needs_person", "Due work for a person", needing),
                               ("due_oldest_seconds", "Age of the oldest due work", oldest),
                               ("inbound_not_worked", "Inbound kept over five minutes ago and not worked on", kept)):
        Gauge(f"poruchi_{name}", about, registry=registry).set(value)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


def _state() -> tuple[int, int, float, int]:
    with wall.transaction(wall.system("health")):
        row = db.session.execute(STATE).one()
        return row[0], row[1], row[2], row[3]


def _valkey() -> bool:
    try:
        return bool(poke.valkey().ping())
    except redis.RedisError:
        return False
