"""A table made from the routes themselves: every route says who may, and lets nobody else in; ids
of others are not found."""

from __future__ import annotations

import re

import pytest

from service.billing import stripe_edge

ROLES = ("nobody", "client", "member", "stranger", "assistant", "supervisor", "operator", "admin")
# Who may pass each mark. A client of another company is "stranger".
MAY = {
    "public": set(ROLES),
    "signed_in": set(ROLES) - {"nobody"},
    "client": {"client", "member"},
    "owner": {"client"},
    "twilio": set(),
    "stripe": set(),
}
SAMPLES = {
    "filter_id": "1",
    "address_id": "999999999",
    "number": "{number}",
    "task_id": "{task}",
    "company": "{slug}",
    "token": "none",
    "file_id": "1",
    "inbound_id": "{inbound}",
    "due_id": "{due}",
    "person_id": "{person}",
    "company_id": "{company}",
    "charge_id": "1",
    "session_id": "1",
    "lesson_id": "1",
    "code": "research",
    "filename": "css/base.css",
}


def routes(application):
    return [
        (rule, method)
        for rule in application.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]


def mark_of(application, rule):
    return getattr(application.view_functions[rule.endpoint], "door", None)


def allowed(mark):
    if mark.startswith("staff:"):
        return set(mark.removeprefix("staff:").split(","))
    return MAY[mark]


def test_every_route_says_who_may(application):
    unmarked = [
        rule.rule for rule, _method in routes(application) if mark_of(application, rule) is None
    ]
    assert unmarked == []


def test_every_mark_is_known(application):
    for rule, _method in routes(application):
        mark = mark_of(application, rule)
        assert mark.startswith("api:") or allowed(mark) is not None, rule.rule


@pytest.fixture
def cast(world, application):
    client = world.client()

    class Company:
        id, slug = client.company_id, client.slug

    people = {
        "client": client,
        "member": world.client(Company, role="member"),
        "stranger": world.client(),
        **{role: world.staff(role) for role in ("assistant", "supervisor", "operator", "admin")},
    }
    browsers = {
        role: world.sign_in(application.test_client(), person) for role, person in people.items()
    }
    browsers["nobody"] = application.test_client()
    task = world.load(world.task(client, "working", world.staff()))
    facts = {
        "number": task.number,
        "task": task.id,
        "slug": client.slug,
        "person": client.id,
        "company": client.company_id,
        "inbound": task.inbound_id,
        "due": 1,
    }
    return browsers, facts


def address(rule, facts):
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: SAMPLES[match[1]], rule.rule)
    return path.format(**facts)


def test_nobody_passes_a_door_that_is_not_theirs(application, cast):
    browsers, facts = cast
    passed = []
    for rule, method in routes(application):
        mark = mark_of(application, rule)
        if mark.startswith("api:"):
            continue
        for role in ROLES:
            if role in allowed(mark) or rule.endpoint in (
                "account.logout",
                "account.change_password",
                "account.end_session",
            ):
                continue
            answer = browsers[role].open(
                address(rule, facts), method=method, data={} if method == "POST" else None
            )
            turned_away = answer.status_code in (401, 403, 404) or (
                answer.status_code == 302 and "/login" in answer.headers["Location"]
            )
            if not turned_away:
                passed.append((role, method, rule.rule, answer.status_code))
    assert passed == []


def test_whoever_may_enters_without_a_fault_of_ours(application, cast):
    browsers, facts = cast
    faults = []
    for rule, method in routes(application):
        mark = mark_of(application, rule)
        if mark.startswith("api:") or method == "POST" or rule.endpoint == "account.logout":
            continue
        for role in allowed(mark):
            answer = browsers[role].open(address(rule, facts), method=method)
            if answer.status_code >= 500 and rule.rule not in ("/readyz",):
                faults.append((role, rule.rule, answer.status_code))
    assert faults == []


def test_empty_forms_are_refused_in_words_never_with_a_fault(application, cast, monkeypatch):
    monkeypatch.setattr(
        stripe_edge, "set_up", lambda: "seti_1_secret_1"
    )  # no vendor is called here
    browsers, facts = cast
    faults = []
    for rule, method in routes(application):
        mark = mark_of(application, rule)
        if method != "POST" or mark.startswith("api:") or rule.endpoint in ("account.logout",):
            continue
        for role in sorted(allowed(mark)):
            answer = browsers[role].post(address(rule, facts), data={})
            if answer.status_code >= 500:
                faults.append((role, rule.rule, answer.status_code))
    assert faults == []


def test_programs_without_a_key_are_turned_away_everywhere(application, cast):
    client, facts = application.test_client(), {**cast[1], "file": 1}
    for rule, method in routes(application):
        if mark_of(application, rule).startswith("api:"):
            path = re.sub(r"<[^>]+>", "1", rule.rule)
            assert client.open(path, method=method, json={}).status_code == 401, (path, facts)


@pytest.mark.parametrize("role", ["client", "assistant", "operator"])
def test_keys_of_the_wrong_kind_are_turned_away(world, application, role):
    person = world.client() if role == "client" else world.staff(role)
    key, browser = world.key(person), application.test_client()
    for rule, method in routes(application):
        mark = mark_of(application, rule)
        if not mark.startswith("api:") or "any" in mark:
            continue
        may = (
            ("client" in mark)
            if role == "client"
            else role in mark.partition("staff:")[2].split(",")
        )
        if not may:
            path = re.sub(r"<[^>]+>", "1", rule.rule)
            answer = browser.open(
                path, method=method, json={}, headers={"Authorization": f"Bearer {key}"}
            )
            assert answer.status_code == 403, (role, method, path, answer.status_code)
