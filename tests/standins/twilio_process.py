"""A Twilio stand-in as a process of its own, a desk that keeps what it is told, and the words of
the tests on both."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT, TOKEN = "AC" + "0a" * 16, "a-token-for-tests"
DESK, PERSON = "+15005550006", "+37120000001"
API = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
START_WITHIN = 20.0  # seconds


class ReplacedBase(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Twilio's HTTP client with another base address, as the desk uses it."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """The same request to our address."""
        return super().request(
            method, url.replace("https://api.twilio.com", self.base), *args, **kwargs
        )


@dataclass
class Running:
    """A stand-in's process, and how to speak with it."""

    process: subprocess.Popen[str]
    base: str
    state: Path
    log: Path

    @property
    def client(self) -> Client:
        """Twilio's own client for it."""
        return Client(ACCOUNT, TOKEN, http_client=ReplacedBase(self.base))

    def send(self, **fields: Any) -> Any:
        """Send a message, by default an ordinary one."""
        return self.client.messages.create(
            **{"to": PERSON, "from_": DESK, "body": "Labdien!", **fields}
        )

    def order(self, mode: str, **more: Any) -> None:
        """Order a fault."""
        assert requests.post(
            f"{self.base}/standin/faults", json={"mode": mode, **more}, timeout=5
        ).ok

    def sent(self, **query: Any) -> list[dict[str, Any]]:
        """What was sent."""
        answer = requests.get(f"{self.base}/standin/messages", params=query, timeout=5)
        assert answer.status_code == 200
        lines: list[dict[str, Any]] = answer.json()
        return lines

    def receive(self, **fields: Any) -> dict[str, Any]:
        """A person writes to the desk."""
        message = {"from": PERSON, "to": DESK, "body": "STATUS", **fields}
        answer = requests.post(f"{self.base}/standin/inbound", json=message, timeout=40)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@dataclass
class Desk:
    """A desk that keeps each signed form it gets, and answers with the next of `answers` (then
    200)."""

    url: str = ""
    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    twiml: str = "<Response/>"

    def statuses(self, sid: str) -> list[str]:
        """The statuses it was told of one message, in order."""
        return [
            form["MessageStatus"] for _, form, _ in list(self.got) if form.get("MessageSid") == sid
        ]


Start = Callable[..., Running]


def eventually(true: Callable[[], bool], within: float = 10.0) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def refused(call: Callable[[], object]) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value


def raw(standin: Running, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(
        method, standin.base + path, auth=more.pop("auth", (ACCOUNT, TOKEN)), timeout=10, **more
    )
