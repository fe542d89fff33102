"""The application factory: one Flask application for pages, REST, webhooks and commands."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from service import models  # noqa: F401 (loads every table and channel)
from service.access import auth, locale, problems, rate_limits, uploads
from service.catalogue.categories import check_currencies
from service.core import channels, logs
from service.core.config import Settings, settings
from service.web import render, security_headers, signin_state, static_files
from tenants.isolation import db

ROOT = Path(__file__).resolve().parent.parent
csrf = CSRFProtect()
ENGINE = {
    "pool_size": 6,
    "max_overflow": 0,
    "pool_timeout": 10,
    "pool_pre_ping": False,
    "pool_recycle": 1800,
    # Use the connection that was used last, so that few connections are open and each has the
    # statements prepared.
    "pool_use_lifo": True,
    # Errors of the database must not write personal data into the log.
    "hide_parameters": True,
    "connect_args": {"connect_timeout": 5, "prepare_threshold": 3},
}


def create_app(conf: Settings | None = None) -> Flask:
    """Return the application, with the settings of this process."""
    conf = conf or settings()
    check_currencies(conf.currencies)
    logs.install()
    app = Flask("poruchi", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.request_class = uploads.Request
    app.config.update(_flask_settings(conf))
    _trust_proxies(app, conf.trusted_proxies)
    db.init_app(app)
    static_files.init(app)
    _protect(app, conf)
    locale.init(app)
    signin_state.init(app)
    rate_limits.init(app, conf)
    problems.init(app)
    auth.init(app)
    render.init(app)
    _register(app)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Trust the forwarded address of this many proxies before us; with 0, forwarded headers are
    ignored."""
    if count:
        trusting = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
        app.wsgi_app = trusting  # type: ignore[method-assign]


def _flask_settings(conf: Settings) -> dict[str, object]:
    secure = conf.url.startswith("https://")
    return {
        "SECRET_KEY": conf.secret_key,
        "SQLALCHEMY_DATABASE_URI": conf.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": ENGINE,
        "MAX_CONTENT_LENGTH": (conf.upload_mb + 1) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_NAME": "desk",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "PERMANENT_SESSION_LIFETIME": 30 * 86400,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "service" / "translations"),
        "BABEL_DEFAULT_LOCALE": "en",
        "TEMPLATES_AUTO_RELOAD": False,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
        # Pages only; never API answers, files of clients or the stream of changes. Static files are
        # compressed elsewhere.
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "image/svg+xml"],
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_LEVEL": 5,
        "COMPRESS_MIN_SIZE": 1000,
        "COMPRESS_STREAMS": False,
    }


def _protect(app: Flask, conf: Settings) -> None:
    csrf.init_app(app)
    security_headers.init(app, https=conf.url.startswith("https://"))
    Compress(app)
    Babel(app, locale_selector=locale.locale, timezone_selector=locale.zone)
    app.logger.setLevel(logging.INFO)


def _register(app: Flask) -> None:
    """Register all routes. A new blueprint is one line here."""
    from service.api import routes as api
    from service.billing.hooks import hooks as stripe
    from service.operation import cli
    from service.web import (
        account,
        assistant,
        client,
        device,
        drafts_api,
        health,
        live,
        operator,
        public,
        push_settings,
        search_page,
        short_link,
    )

    webhooks = [hook for channel in channels.every() for hook in channel.webhooks]
    for machine in (api.api, stripe, *webhooks):
        csrf.exempt(machine)
    for door in (
        api.api,
        stripe,
        *webhooks,
        public.pages,
        account.pages,
        client.pages,
        assistant.pages,
        operator.pages,
        short_link.pages,
        live.pages,
        drafts_api.pages,
        health.pages,
        device.pages,
        push_settings.pages,
        search_page.pages,
    ):
        app.register_blueprint(door)
    cli.init(app)
