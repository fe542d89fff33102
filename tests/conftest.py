"""Fixtures: real servers, a database for each test process, and a factory that builds companies and
people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from xdist.scheduler import LoadScopeScheduling

from tests import servers as test_servers

_cluster: test_servers.Cluster | None = None


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the servers; test processes find them in the environment."""
    global _cluster
    if "TEST_OWNER_URL" not in os.environ:
        _cluster = test_servers.start()
        os.environ.update(test_servers.environment(_cluster))
    name = f"desk_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    if "PYTEST_XDIST_WORKER" in os.environ or not getattr(config.option, "numprocesses", None):
        _settle(name)


def _settle(name: str) -> None:
    """Point this process's settings at a database of its own before anything reads them."""
    test_servers.copy_database(os.environ["TEST_OWNER_URL"], name)
    folder = Path(os.environ["TEST_FOLDER"]) / name
    folder.mkdir(exist_ok=True)
    number = name.removeprefix("desk_gw") if "gw" in name else "15"
    os.environ.update(
        OWNER_DATABASE_URL=os.environ["TEST_OWNER_URL"].replace("/desk?", f"/{name}?"),
        DATABASE_URL=os.environ["TEST_DESK_URL"].replace("/desk?", f"/{name}?"),
        REDIS_URL=f"{os.environ['TEST_REDIS_URL']}?db={number}",
        DATA_DIR=str(folder),
        SECRET_KEY="only for tests " * 3,
        TWILIO_ACCOUNT_SID="AC" + "0" * 32,
        TWILIO_AUTH_TOKEN="test-token",
        TWILIO_FROM="+15005550006",
        STRIPE_WEBHOOK_SECRET="whsec_test",
        STRIPE_API_KEY="sk_test_12345",
        PUBLIC_URL="http://desk.test",
        OUTBOUND="on",
        MAIL_DOMAIN="desk.localhost",
        MAIL_AUTHSERV="mx.desk.test",
        QUIET_FROM="24",
        QUIET_TO="0",
        UNDO_SECONDS="0",
    )


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    if _cluster is not None:
        _cluster.stop()


class Browser(FlaskClient):
    """Each request in an application context of its own: `g` and the session of the test's own
    context stay out of it."""

    def open(self, *args: object, **kwargs: object) -> object:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def application() -> Iterator[object]:
    """The application of this test process."""
    from devdesk import extend
    from service.app import create_app
    from service.core.config import settings

    app = create_app()
    extend(app, settings())
    app.test_client_class = Browser
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    from service.access.rate_limits import limiter

    limiter.enabled = False
    yield app


@pytest.fixture
def app(application: object) -> Iterator[object]:
    """The application with its context pushed; what was open is closed afterwards."""
    from tenants.isolation import db

    with application.app_context():  # type: ignore[attr-defined]
        yield application
        db.session.remove()


@pytest.fixture
def client(application: object) -> object:
    """A browser without script: Flask's test client."""
    return application.test_client()  # type: ignore[attr-defined]


@pytest.fixture
def world(app: object) -> object:
    """A factory of companies, people, keys and tasks; see tests/factory.py."""
    from tests.factory import World

    return World(app)


class BrowsersTogether(LoadScopeScheduling):
    """All browser tests go to one process, because they share a desk and two browsers at once are
    too much for two cores; so do those that start and kill desks. Each other test goes where
    there is room. (Groups by mark are not seen by the scheduler with this pytest.)"""

    def _split_scope(self, nodeid: str) -> str:
        return next(
            (folder for folder in ("tests/browser/", "tests/desk/") if nodeid.startswith(folder)),
            nodeid,
        )


def pytest_xdist_make_scheduler(config, log):
    """The scheduler of `make test`."""
    return BrowsersTogether(config, log)
