"""Rate limits of routes. Counted in Valkey; in memory while it is unavailable."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from service.core.config import Settings

limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def init(app: Flask, conf: Settings) -> None:
    """Set up the limiter; limits apply where a view names them."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_storage(conf.redis_url),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_STRATEGY="fixed-window",
        RATELIMIT_KEY_PREFIX="poruchi:",
    )
    limiter.init_app(app)


def by_email() -> str:
    """Key by account, so that guessing is counted whatever address it comes from."""
    return "email:" + request.form.get("email", "").strip().lower()[:320]


def by_email_here() -> str:
    """Key by account and address together: others cannot lock somebody out from elsewhere."""
    return f"{by_email()}@{get_remote_address()}"


def by_reader() -> str:
    """Key by the signed-in person."""
    who = g.get("identity")
    return f"reader:{who.person_id}" if who else get_remote_address()


def refused(response: Response) -> bool:
    """Count failed attempts only."""
    return response.status_code >= 400


def _storage(redis_url: str) -> str:
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url else "memory://"
