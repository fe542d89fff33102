"""The faults that can be ordered of the Twilio stand-in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import requests

from devdesk.standins import extract
from devdesk.standins.twilio import create_app
from tests.standins.twilio_process import ACCOUNT, API, DESK, PERSON, TOKEN, Running, raw, refused


def test_429_strikes_as_often_as_ordered_and_keeps_nothing(standin: Running) -> None:
    standin.order("429", count=2)
    errors = [refused(standin.send) for _ in range(2)]
    assert [(error.status, error.code) for error in errors] == [(429, 20429)] * 2
    assert standin.send().sid == standin.sent()[0]["sid"]


def test_500_after_effect_has_sent_the_message(standin: Running) -> None:
    standin.order("500_after_effect", count=1)
    assert refused(standin.send).status == 500
    assert [line["body"] for line in standin.sent()] == ["Labdien!"]


def test_drop_cuts_the_line_without_an_answer(standin: Running) -> None:
    standin.order("drop", count=1)
    with pytest.raises(requests.ConnectionError):
        raw(standin, "POST", f"{API}.json", data={"To": PERSON, "From": DESK, "Body": "x"})
    assert standin.sent() == []
    assert standin.send().status == "queued"


def test_slow_answers_late_and_none_ends_it(standin: Running) -> None:
    standin.order("slow", count=9, seconds=0.6)
    began = time.monotonic()
    standin.send()
    assert time.monotonic() - began >= 0.6
    standin.order("none")
    began = time.monotonic()
    standin.send()
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("order", [{"mode": "fire"}, {"mode": "429", "count": 0}, {"count": 1}, []])
def test_an_unknown_fault_is_400(standin: Running, order: object) -> None:
    assert requests.post(f"{standin.base}/standin/faults", json=order, timeout=5).status_code == 400


def test_the_controls_are_for_loopback_only(tmp_path: Path) -> None:
    app = create_app(extract.EXTRACT, tmp_path / "other.db", ACCOUNT, TOKEN)
    answers = [
        app.test_client().get("/standin/messages", environ_base={"REMOTE_ADDR": address})
        for address in ("127.0.0.1", "192.0.2.7")
    ]
    app.extensions["standin"].close()
    assert [answer.status_code for answer in answers] == [200, 403]
