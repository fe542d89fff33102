"""/healthz, /readyz and /metrics, for monitoring."""

from __future__ import annotations

import redis
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text

from service.access import auth
from service.core import wake
from service.insight import invariants
from tenants import isolation
from tenants.isolation import db

pages = Blueprint("health", __name__)
# Ages in seconds; `due_waiting` counts rows that are due and not done, `needs_person` those that
# need an operator.
STATE = text("""
select (select count(*) from (select 1 from due where done_at is null and needs_person_at is null
  and due_at <= now() limit 10000) d),
       (select count(*) from (select 1 from due where done_at is null
         and needs_person_at is not null
         and hold is null limit 10000) n),
       (select count(*) from (select 1 from due where done_at is null and hold is not null
         limit 10000) h),
       coalesce(extract(epoch from now() - (select min(due_at) from due
                where done_at is null and needs_person_at is null and due_at <= now())), 0)::float
""")


@pages.get("/healthz")
@auth.public
def healthz() -> ResponseReturnValue:
    """Answer that the process is alive."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@auth.public
def readyz() -> ResponseReturnValue:
    """Report database, Valkey and the age of the oldest open outbox row; 503 where one of them is
    not right."""
    found = {"database": True, "valkey": _valkey(), "oldest_due_seconds": round(_oldest(), 1)}
    ready = found["valkey"] and found["oldest_due_seconds"] < 600  # type: ignore[operator]
    return jsonify(found), 200 if ready else 503


@pages.get("/metrics")
@auth.public
def metrics() -> ResponseReturnValue:
    """Return metrics for Prometheus; no names, no texts."""
    with isolation.transaction(isolation.system("health")):
        (waiting, needing, on_hold, oldest), held = (
            db.session.execute(STATE).one(),
            invariants.counts(),
        )
    registry = CollectorRegistry()
    for name, about, value in (
        ("due_waiting", "Outbox rows not done", waiting),
        ("due_needs_person", "Outbox rows for an operator", needing),
        ("due_on_hold", "Outbox rows on hold", on_hold),
        ("due_oldest_seconds", "Age of the oldest outbox row", oldest),
        *((name, about, held[name]) for name, (about, _query) in invariants.INVARIANTS.items()),
    ):
        Gauge(f"poruchi_{name}", about, registry=registry).set(value)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


def _oldest() -> float:
    with isolation.transaction(isolation.system("health")):
        return float(db.session.execute(STATE).one()[3])


def _valkey() -> bool:
    try:
        return bool(wake.valkey().ping())
    except redis.RedisError:
        return False
