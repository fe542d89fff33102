"""The Twilio stand-in's answers against Twilio's published contract, and how segments are
counted."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
import requests

from devdesk.standins import contract, extract
from devdesk.standins.segments import segments
from tests.standins.twilio_process import Running, eventually, refused


def test_an_answer_that_breaks_the_contract_is_500_logged_and_counted(standin: Running) -> None:
    sid = standin.send().sid
    eventually(lambda: standin.sent()[0]["status"] == "delivered")
    with sqlite3.connect(standin.state) as state:
        state.execute("update message set status = 'teleported'")
    state.close()
    assert refused(standin.client.messages(sid).fetch).status == 500
    health = requests.get(f"{standin.base}/standin/healthz", timeout=5)
    assert (health.status_code, health.json()["contract_failures"]) == (200, 1)
    assert "CONTRACT BROKEN" in standin.log.read_text()


def test_twilios_own_examples_pass_the_compiled_contract() -> None:
    operations, document = contract.load(extract.EXTRACT), json.loads(extract.EXTRACT.read_text())
    checked = 0
    for operation in (
        item[method]
        for item in document["paths"].values()
        for method in extract.METHODS & item.keys()
    ):
        for status, answer in operation["responses"].items():
            for example in answer["content"]["application/json"].get("examples", {}).values():
                operations[operation["operationId"]].check_answer(int(status), example["value"])
                checked += 1
    assert checked > 10


@pytest.mark.parametrize(
    "change",
    [
        {"date_sent": "2023-08-24T05:01:45Z"},
        {"sid": "SM1"},
        {"error_code": "none"},
        {"status": None},
        {"more": 1},
    ],
)
def test_an_answer_that_differs_is_noticed(change: dict[str, Any]) -> None:
    document = json.loads(extract.EXTRACT.read_text())
    answers = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"][
        "responses"
    ]
    example = answers["201"]["content"]["application/json"]["examples"]["create"]["value"]
    with pytest.raises(contract.AnswerMismatch):
        contract.load(extract.EXTRACT)["CreateMessage"].check_answer(201, example | change)


def test_the_extract_is_what_the_script_makes_of_the_contract() -> None:
    kept = json.loads(extract.EXTRACT.read_text(encoding="utf-8"))
    assert extract.digest(kept) == kept["x-extract"]["sha256"]
    if extract.FULL.exists():
        assert extract.from_file(extract.FULL) == kept


@pytest.mark.parametrize(
    ("body", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 81, 2), ("й" * 70, 1), ("й" * 71, 2), ("👍" * 36, 2)],
)
def test_segments_are_counted_as_the_networks_do(body: str, count: int) -> None:
    assert segments(body) == count
