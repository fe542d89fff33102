"""A whole life of a task over REST, and what REST refuses."""

from __future__ import annotations

import json
import threading
import uuid

import pytest
from jsonschema import Draft202012Validator

from service.tasks import acceptance
from service.tasks.task import find
from tenants import isolation
from tests.talk import work_off


class Program:
    """A program with a key."""

    def __init__(self, client, key):
        self.client, self.key = client, key

    def call(self, method, path, body=None, **headers):
        headers = {
            "Authorization": f"Bearer {self.key}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            headers=headers,
            **({"json": body} if body is not None else {}),
        )

    def post(self, path, body=None, **headers):
        return self.call("POST", path, body if body is not None else {}, **headers)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)


@pytest.fixture
def cast(world, client):
    """A client's, an assistant's and an operator's program."""
    person, helper, operator = world.client(), world.staff(), world.staff("operator")
    return (
        Program(client, world.key(person)),
        Program(client, world.key(helper)),
        Program(client, world.key(operator)),
        person,
        helper,
    )


def handed(program, **more):
    answer = program.post(
        "/tasks",
        {
            "text": "Find three suppliers of oat milk and compare prices",
            "category": "research",
            **more,
        },
    )
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_task_goes_from_hand_over_to_invoice(cast):
    client, assistant, _operator, _person, _helper = cast
    task = handed(client)
    assert task["state"] == "received"
    work_off()
    path = f"/tasks/{task['id']}"
    assert client.get(path).json["state"] == "queued"
    for step in ("claim", "briefing"):
        assert assistant.post(f"{path}/{step}").status_code == 200
    retold = assistant.post(
        f"{path}/retelling",
        {"text": "You want three suppliers compared by price.", "plan": "Ask each."},
    ).json
    confirmed = client.post(
        f"{path}/understanding", {"retelling": retold["retelling"]["id"], "verdict": "confirmed"}
    )
    assert confirmed.json["state"] == "working"
    assert assistant.post(f"{path}/red-line", {"progress": 60, "on_time": True}).status_code == 200
    criteria = [
        {"id": one["id"], "met": True, "note": "yes"}
        for one in confirmed.json["parameters"]["criteria"]
    ]
    assert (
        assistant.post(f"{path}/delivery", {"text": "Here they are.", "criteria": criteria}).json[
            "state"
        ]
        == "delivered"
    )
    assert client.post(f"{path}/acceptance", {"score": 90}).json["state"] == "accepted"
    work_off()
    invoices = client.get("/invoices").json["data"]
    assert len(invoices) == 1
    assert client.get("/balance").json == {"amount": 9600, "currency": "EUR"}
    assert client.post(f"{path}/praise", {"text": "Thank you"}).json["state"] == "closed"
    kinds = [event["kind"] for event in client.get(f"{path}/events").json["data"]]
    assert kinds[0] == "task.received" and "task.understood" in kinds


def test_a_program_says_no_score_and_an_operator_decides_what_waits_for_one(world, cast):
    client, _assistant, operator, person, helper = cast
    task_id = world.partly(person, helper, 3, 5)
    path = f"/tasks/{task_id}"
    with isolation.transaction(isolation.system("test")):
        acceptance.accept_by_default(find(task_id))
    shown = client.get(path).json
    assert [shown[name] for name in ("state", "score", "met_share", "waiting_for", "dispute")] == [
        "delivered",
        None,
        60,
        "operator",
        None,
    ]
    assert (
        client.post(
            f"{path}/resolution", {"outcome": "settle", "score": 40, "reason": "So."}
        ).status_code
        == 403
    )
    refused = client.post(f"{path}/acceptance", {"then": "settle"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["score"])
    stopped = client.post(f"{path}/cancellation", {}).json
    assert [stopped[name] for name in ("state", "price", "waiting_for")] == [
        "cancelled",
        {"amount": 0, "currency": "EUR"},
        "operator",
    ]
    decided = operator.post(
        f"{path}/resolution", {"outcome": "settle", "score": 25, "reason": "A quarter was of use."}
    ).json
    assert [decided[name] for name in ("state", "price", "score", "waiting_for")] == [
        "cancelled",
        {"amount": 2400, "currency": "EUR"},
        25,
        None,
    ]
    assert (
        operator.post(
            f"{path}/resolution", {"outcome": "settle", "score": 90, "reason": "More."}
        ).status_code
        == 422
    )


def test_a_plain_acceptance_keeps_no_score(world, cast):
    client, _assistant, _operator, person, helper = cast
    for body, score in (({}, None), ({"score": None}, None), ({"score": 85}, 85)):
        task_id = world.task(person, "delivered", helper)
        shown = client.post(f"/tasks/{task_id}/acceptance", body).json
        assert (shown["state"], shown["score"], shown["met_share"]) == ("accepted", score, 100)


def test_the_same_key_and_body_gives_the_first_answer_again(cast):
    client, *_rest = cast
    key = uuid.uuid4().hex
    first = client.post("/tasks", {"text": "Find a notary in Porto"}, Idempotency_Key=key)
    again = client.post("/tasks", {"text": "Find a notary in Porto"}, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert client.post("/tasks", {"text": "Something else"}, Idempotency_Key=key).status_code == 409


def test_another_companys_same_key_is_another_request(cast, world, client):
    mine, key = cast[0], uuid.uuid4().hex
    theirs = Program(client, world.key(world.client()))
    assert (
        mine.post("/tasks", {"text": "One"}, Idempotency_Key=key).json["id"]
        != theirs.post("/tasks", {"text": "One"}, Idempotency_Key=key).json["id"]
    )


def test_a_repeated_message_is_written_once(cast):
    client, *_rest = cast
    path = f"/tasks/{handed(client)['id']}/messages"
    answers = [
        client.post(path, {"text": "Hello"}, Idempotency_Key="the-same") for _twice in range(2)
    ]
    assert answers[0].json == answers[1].json
    assert len(client.get(path).json["data"]) == 1


def test_of_eight_with_the_same_key_at_once_one_task_comes(cast, application):
    client, key, statuses = cast[0], uuid.uuid4().hex, []

    def send():
        program = Program(application.test_client(), client.key)
        statuses.append(
            program.post(
                "/tasks", {"text": "Compare prices at once"}, Idempotency_Key=key
            ).status_code
        )

    threads = [threading.Thread(target=send) for _eight in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409} and 201 in statuses
    assert len(client.get("/tasks?q=Compare prices at once").json["data"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({}, "text"),
        ({"text": "x", "deadline_at": "2020-01-01T00:00:00Z"}, "deadline_at"),
        ({"text": "x", "budget": {"amount": -1, "currency": "EUR"}}, "budget"),
        ({"text": "x", "category": "gardening"}, "category"),
        ({"text": "x", "deadline_at": "tomorrow"}, "deadline_at"),
        ({"text": "x", "unheard": 1}, "unheard"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x", "deadline_at": "2099-01-01T00:00:00"}, "deadline_at"),
    ],
)
def test_wrong_input_is_told_by_field(cast, body, field):
    answer = cast[0].post("/tasks", body)
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json"
    assert any(name.startswith(field) for name in answer.json["errors"]), answer.json


@pytest.mark.parametrize(
    "raw", [b"", b"not json", b"[1]", b"\xff\xfe", b'{"text": "' + b"\\ud800" + b'"}', b"[" * 5000]
)
def test_what_is_no_json_object_is_refused_in_words(cast, raw):
    program = cast[0]
    answer = program.client.post(
        "/api/v1/tasks",
        data=raw,
        headers={"Authorization": f"Bearer {program.key}", "Content-Type": "application/json"},
    )
    assert answer.status_code in (201, 400, 415, 422) and answer.status_code != 500
    if answer.status_code != 201:
        assert answer.mimetype == "application/problem+json" and answer.json["detail"]


def test_a_nul_in_a_text_is_taken_out(cast):
    assert handed(cast[0], title="a\x00b")["title"] == "ab"


def test_without_a_key_or_with_a_wrong_one_nobody_comes_in(client):
    assert client.get("/api/v1/tasks").status_code == 401
    assert client.get("/api/v1/tasks", headers={"Authorization": "Bearer nope"}).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/tasks/0", "/tasks/99999999", "/tasks/abc", "/tasks/99999999999999999999999", "/nothing"],
)
def test_an_id_that_is_none_is_not_found(cast, path):
    assert cast[0].get(path).status_code == 404


def test_another_companys_task_is_not_found_by_any_call(cast, world, client):
    task = handed(cast[0])
    other = Program(client, world.key(world.client()))
    for method, tail in (
        ("GET", ""),
        ("GET", "/events"),
        ("GET", "/messages"),
        ("POST", "/messages"),
        ("POST", "/cancellation"),
        ("POST", "/acceptance"),
        ("GET", "/files"),
        ("PUT", "/parameters"),
    ):
        assert other.call(
            method,
            f"/tasks/{task['id']}{tail}",
            {"text": "x", "score": 1} if method != "GET" else None,
        ).status_code in (404, 422)
    assert other.get("/tasks").json["data"] == []


def test_a_step_in_the_wrong_state_is_409_and_by_the_wrong_one_403(cast):
    client, assistant, operator, _person, _helper = cast
    task = handed(client)
    work_off()
    assert client.post(f"/tasks/{task['id']}/acceptance", {"score": 90}).status_code == 409
    assert client.post(f"/tasks/{task['id']}/claim").status_code == 403
    assert (
        assistant.post(
            f"/tasks/{task['id']}/triage", {"decision": "refuse", "reason": "x"}
        ).status_code
        == 403
    )
    assert operator.get(f"/tasks/{task['id']}").status_code == 200


def test_lists_have_pages(cast):
    client = cast[0]
    made = [handed(client)["id"] for _three in range(3)]
    first = client.get("/tasks?limit=2").json
    second = client.get(f"/tasks?limit=2&after={first['next']}").json
    assert [task["id"] for task in first["data"] + second["data"]] == made[::-1] and second[
        "next"
    ] is None
    assert client.get("/tasks?after=nonsense").status_code in (400, 422)


def test_if_match_guards_the_parameters(cast):
    client = cast[0]
    task = handed(client)
    tag = client.get(f"/tasks/{task['id']}").headers["ETag"]
    assert (
        client.call(
            "PUT", f"/tasks/{task['id']}/parameters", {"outcome": "A table"}, If_Match=tag
        ).status_code
        == 200
    )
    assert (
        client.call(
            "PUT", f"/tasks/{task['id']}/parameters", {"outcome": "Two tables"}, If_Match=tag
        ).status_code
        == 412
    )


def test_the_document_is_valid_and_names_every_route(client, application):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    routes = {
        (rule.rule.removeprefix("/api/v1"), method.lower())
        for rule in application.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    import re

    named = {
        (re.sub(r"{(\w+)}", "*", path), method)
        for path, methods in document["paths"].items()
        for method in methods
    }
    missing = {(re.sub(r"<[^>]+>", "*", path), method) for path, method in routes} - {
        (p.removeprefix("/api/v1"), m) for p, m in named
    }
    assert not {one for one in missing if "openapi" not in one[0] and "docs" not in one[0]}, missing
    shown = client.get("/api/v1/docs").text
    assert (
        "<code>Idempotency-Key</code>" in shown
        and 'href="#schema-' in shown
        and "Authorization: Bearer" in shown
        and "api/<wbr>v1/" in shown
    )
    assert json.dumps(document)
