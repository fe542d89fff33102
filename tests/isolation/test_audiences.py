"""Every kind of event, as a client: what is for staff alone is seen nowhere."""

from __future__ import annotations

import inspect
import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service.core import event_handlers, live_updates
from service.core.actor import THE_SYSTEM
from service.core.live_updates import Viewer
from service.notifications import clients, payments
from service.search import index, query
from service.tasks import audiences, events, states
from service.tasks.audiences import AUDIENCES, EVERYONE, STAFF
from service.tasks.events import Event
from service.tasks.task import find
from service.web import words
from tenants import isolation
from tenants.isolation import db
from workers import jobs

FOR_EVERYONE = {kind for kind, audience in AUDIENCES.items() if audience == EVERYONE}
FOR_STAFF = set(AUDIENCES) - FOR_EVERYONE


@pytest.fixture(autouse=True)
def nothing_follows(monkeypatch):
    """The events here are made up: nobody could do the work that follows from them."""
    monkeypatch.setattr(events.outbox, "enqueue_for", lambda *_event: None)


def test_every_kind_has_an_audience():
    assert set(AUDIENCES) == set(states.TRANSITIONS) | set(states.OTHER_KINDS)
    assert set(AUDIENCES.values()) == {EVERYONE, STAFF}


def test_the_database_knows_the_same_audiences(app):
    """Where this fails: a migration makes event_is_for_everyone anew from the table."""
    with isolation.transaction(isolation.system("test")):
        asked = text("select event_is_for_everyone(:kind)")
        known = {kind for kind in AUDIENCES if db.session.scalar(asked, {"kind": kind})}
        assert known == FOR_EVERYONE
        assert db.session.scalar(asked, {"kind": "task.unheard_of"}) is False
    assert not audiences.for_everyone("task.unheard_of")


@pytest.fixture
def cast(world, client):
    """A client, the holder of their task, an operator, and the task with an event of every kind."""
    person, helper, operator = world.client(), world.staff(), world.staff("operator")
    task_id, marker = world.task(person, "working", helper), f"q{uuid.uuid4().hex}"
    facts = {"marker": marker, "into": 7, "of": 8, "files": [], "progress": 60}
    with isolation.transaction(isolation.system("test")):
        for kind in AUDIENCES:
            events.write(kind, THE_SYSTEM, task=find(task_id), **facts)
            events.write(kind, THE_SYSTEM, company_id=person.company_id, **facts)
    return person, helper, operator, task_id, marker


def kinds(scope, *conditions):
    with isolation.transaction(scope):
        return set(db.session.scalars(select(Event.kind).where(*conditions)))


def test_a_policy_shows_a_client_what_is_for_everyone_alone(cast):
    person, helper, operator, task_id, _marker = cast
    of_task, of_company = (
        Event.task_id == task_id,
        (Event.company_id == person.company_id) & Event.task_id.is_(None),
    )
    for condition in (of_task, of_company):
        assert kinds(person.scope, condition) == FOR_EVERYONE
        assert kinds(operator.scope, condition) == set(AUDIENCES)
    assert kinds(helper.scope, of_task) == set(AUDIENCES)


@pytest.mark.parametrize("kind", sorted(FOR_STAFF))
def test_a_client_writes_none_that_is_for_staff_alone(world, kind):
    person = world.client()
    insert = text(
        "insert into event (company_id, kind, by_kind) values (:company, :kind, 'client')"
    )
    with pytest.raises(DBAPIError, match="row-level security"), isolation.transaction(person.scope):
        db.session.execute(insert, {"company": person.company_id, "kind": kind})


def test_rest_gives_a_client_what_is_for_everyone_alone(cast, client, world):
    person, helper, operator, task_id, _marker = cast
    assert rest(client, world.key(person), task_id) == FOR_EVERYONE
    assert rest(client, world.key(helper), task_id) == set(AUDIENCES)
    assert rest(client, world.key(operator), task_id) == set(AUDIENCES)


def rest(client, key, task_id):
    """The kinds of all events of a task, page by page."""
    found, after = set(), ""
    while after is not None:
        answer = client.get(
            f"/api/v1/tasks/{task_id}/events?limit=50{after and f'&after={after}'}",
            headers={"Authorization": f"Bearer {key}"},
        ).get_json()
        found |= {event["kind"] for event in answer["data"]}
        after = answer["next"]
    return found


def test_pages_searches_and_exports_of_a_client_show_nothing_for_staff_alone(
    cast, application, world
):
    person, helper, _operator, task_id, marker = cast
    with isolation.transaction(isolation.system("test")):
        number = find(task_id).number
        while index.index_changes():
            pass
    browser, base = world.sign_in(application.test_client(), person), f"/app/{person.slug}"
    ours = (f"/tasks/{number}", "/billing/charges.csv", "/billing", f"/tasks?q={marker}", "/")
    palette = f"/find?q={marker}&company={person.slug}"
    answers = {path: browser.get(path) for path in (*(base + one for one in ours), palette)}
    assert {answer.status_code for answer in answers.values()} == {200}
    pages = {path: answer.get_data(as_text=True) for path, answer in answers.items()}
    history = pages[f"{base}/tasks/{number}"]
    said = {kind: str(words.EVENTS[kind]) for kind in AUDIENCES}
    shown = {kind for kind, phrase in said.items() if f" {phrase}" in history}
    assert shown & FOR_STAFF == set() and len(shown) > 20
    assert [path for path, html in pages.items() if marker in html and "?q=" not in path] == []
    assert [
        path for path, html in pages.items() if f"/tasks/{number}" in html and "?q=" in path
    ] == []
    for someone in (person, helper):
        with isolation.transaction(someone.scope):
            assert query.tasks(marker) == []


def test_open_pages_of_clients_are_not_told_of_it(cast, monkeypatch):
    person, helper, operator, task_id, _marker = cast
    told = []
    monkeypatch.setattr(live_updates, "publish", told.append)
    seen = {"client": set(), "assistant": set(), "operator": set()}
    viewer = {
        "client": Viewer(person.id, company=person.company_id, owner=True, task=task_id),
        "assistant": Viewer(helper.id, "assistant", task=task_id),
        "operator": Viewer(operator.id, "operator", task=task_id),
    }
    for kind in AUDIENCES:
        told.clear()
        with isolation.transaction(isolation.system("test")):
            events.write(kind, THE_SYSTEM, task=find(task_id))
        for reader, looking in viewer.items():
            if any(looking.see(change) for change in told):
                seen[reader].add(kind)
    noticed = set(AUDIENCES) - set(events.NOT_ON_PAGES)
    assert seen == {
        "client": FOR_EVERYONE - set(events.NOT_ON_PAGES),
        "assistant": noticed,
        "operator": noticed,
    }


def test_no_client_is_written_to_because_of_it():
    """What tells clients stands in one module."""
    tells = {
        name
        for name, reaction in jobs.HANDLERS.items()
        if inspect.getmodule(reaction) in (clients, payments)
    }
    for kind, follows in event_handlers.EVENT_HANDLERS.items():
        assert audiences.for_everyone(kind) or not tells & set(follows), kind
    assert len(tells) > 15
