"""localstripe for the tests of money: the real client against a stateful server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from service.billing import stripe_edge
from service.core.config import settings
from tests.running_desk import ROOT, free_port


@pytest.fixture(scope="module")
def stripe_server(tmp_path_factory):
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "devdesk.standins.stripe",
            "--port",
            str(port),
            "--state",
            str(tmp_path_factory.mktemp("stripe") / "state"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().startswith("ready ")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def stripe_here(stripe_server, monkeypatch):
    """The house's settings with this server as Stripe's base address."""
    monkeypatch.setattr(
        stripe_edge,
        "settings",
        lambda: settings().model_copy(update={"stripe_api_base": stripe_server}),
    )
    monkeypatch.setattr(stripe_edge, "_client", None)
