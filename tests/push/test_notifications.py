"""From a message to the encrypted request that a push service gets, and what follows from its
answers."""

from __future__ import annotations

import json
import time
import uuid

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy import select, update

from service.channels.push import devices, edge, keys
from service.channels.push.subscriptions import PushSubscription
from service.core import outbox
from service.core.config import settings
from service.core.outbox import OutboxRow
from service.messages.message import Message
from service.tasks.events import Event
from tenants import isolation
from tenants.isolation import db
from tenants.signin import identity
from tests.push.push_service import Browser, PushService, raw
from tests.talk import one, work_off
from workers import jobs


@pytest.fixture
def loopback(monkeypatch):
    """A push service on this machine is believed, as PUSH_ALLOW_LOOPBACK says."""
    monkeypatch.setenv("PUSH_ALLOW_LOOPBACK", "on")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def service(loopback):
    running = PushService()
    yield running
    running.stop()


def subscribe(world, application, person, service):
    browser = Browser(f"{service.url}/send/{uuid.uuid4().hex}?v=1")
    page = world.sign_in(application.test_client(), person)
    answer = page.post("/push/subscriptions", json=browser.subscription())
    assert answer.status_code == 204, answer.data
    return browser, page


def outside(person):
    """Hand over what waits for this person by push, as the workers would; gives the messages."""
    messages = [
        row.id
        for row in one(select(Message).where(Message.to_id == person.id, Message.channel == "push"))
    ]
    with isolation.transaction(isolation.system("test")):
        ids = list(
            db.session.scalars(
                select(OutboxRow.id)
                .join(Event, Event.id == OutboxRow.event_id)
                .where(
                    OutboxRow.reaction == "send",
                    OutboxRow.done_at.is_(None),
                    Event.facts["message"].as_integer().in_(messages),
                )
            )
        )
        db.session.execute(
            update(OutboxRow).where(OutboxRow.id.in_(ids)).values(due_at=outbox.func.now())
        )
    jobs.run_rows(ids)
    return one(select(Message).where(Message.id.in_(messages)).order_by(Message.id))


def work_of(message):
    return next(
        row
        for row in one(
            select(OutboxRow)
            .join(Event, Event.id == OutboxRow.event_id)
            .where(OutboxRow.reaction == "send", Event.facts["message"].as_integer() == message.id)
        )
    )


@pytest.fixture
def asked(world, application, service):
    """A client with one browser, whose task was just retold to them."""
    person, helper = world.client(), world.staff()
    browser, page = subscribe(world, application, person, service)
    task = world.load(world.task(person, "retold", helper))
    work_off()
    return person, browser, task, page


def test_what_is_asked_reaches_the_browser_and_only_it_can_read_it(asked, service):
    person, browser, task, _page = asked
    (message,) = outside(person)
    ((path, headers, body),) = service.came
    assert (message.state, message.template, message.to_address[:5]) == ("sent", "confirm", "push:")
    assert browser.endpoint == service.url + path
    said = json.loads(browser.read(body))
    assert (
        said["url"] == f"/app/{person.slug}/tasks/{task.number}"
        and said["tag"] == f"task-{task.id}"
    )
    assert (
        str(task.number) in said["title"]
        and "http" not in said["body"]
        and "understood" in said["body"]
    )
    assert (headers["TTL"], headers["Urgency"], headers["Topic"], headers["Content-Encoding"]) == (
        "86400",
        "normal",
        f"task-{task.id}",
        "aes128gcm",
    )
    assert len(body) <= 4096 and said["body"].encode() not in body
    with pytest.raises(Exception, match="Decryption"):
        Browser(browser.endpoint).read(body)


def test_the_desk_signs_for_this_push_service_alone(asked, service):
    outside(asked[0])
    scheme, _, parts = service.came[0][1]["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in parts.split(","))
    assert scheme == "vapid" and parts["k"] == edge.public_key()
    head, claims, signature = parts["t"].split(".")
    said = json.loads(raw(claims))
    assert json.loads(raw(head))["alg"] == "ES256"
    assert said["aud"] == service.url and said["sub"] == "mailto:tasks@desk.localhost"
    assert time.time() < said["exp"] <= time.time() + 86400
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(parts["k"]))
    numbers = (
        int.from_bytes(raw(signature)[:32], "big"),
        int.from_bytes(raw(signature)[32:], "big"),
    )
    public.verify(
        encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )
    with pytest.raises(InvalidSignature):
        public.verify(
            encode_dss_signature(*numbers), f"{head}.{claims}x".encode(), ec.ECDSA(hashes.SHA256())
        )


def test_the_mail_goes_as_ever_and_each_device_has_a_message_of_its_own(
    world, application, service
):
    person, helper = world.client(), world.staff()
    first, second = (subscribe(world, application, person, service)[0] for _ in range(2))
    world.task(person, "retold", helper)
    work_off()
    assert [
        row.template
        for row in one(
            select(Message).where(Message.to_id == person.id, Message.channel == "email")
        )
    ].count("confirm") == 1
    assert [row.state for row in outside(person)] == ["sent", "sent"]
    assert {path for path, _headers, _body in service.came} == {
        one_.endpoint.removeprefix(service.url) for one_ in (first, second)
    }


def test_what_somebody_wrote_is_shown_without_the_mails_own_words():
    assert (
        devices._line(
            "See https://example.com/a\n\nReply to this email, or here: http://desk.test/t/1-2"
        )
        == "See https://example.com/a"
    )
    assert (
        devices._line('"Tea" waits for your word: http://desk.test/t/1')
        == '"Tea" waits for your word:'
    )


def test_only_what_asks_or_tells_that_it_is_done_is_shown(asked):
    shown = {
        row.template
        for row in one(
            select(Message).where(Message.to_id == asked[0].id, Message.channel == "push")
        )
    }
    written = {
        row.template
        for row in one(
            select(Message).where(Message.to_id == asked[0].id, Message.channel == "email")
        )
    }
    assert shown == {"confirm"} and "acknowledge" in written


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_not_sent_to_again_and_troubles_nobody(asked, service, status):
    service.status = status
    (message,) = outside(asked[0])
    assert (message.state, work_of(message).needs_person_at) == ("failed", None) and work_of(
        message
    ).done_at is not None
    (subscription,) = one(select(PushSubscription).where(PushSubscription.person_id == asked[0].id))
    assert subscription.ended_at is not None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_service_that_cannot_just_now_is_asked_again_later(asked, service, status):
    service.status, service.headers = status, {"Retry-After": "120"}
    (message,) = outside(asked[0])
    assert (
        message.state == "sending"
        and work_of(message).done_at is None
        and work_of(message).needs_person_at is None
    )
    service.status = 201
    assert [row.state for row in outside(asked[0])] == ["sent"]


def test_a_key_that_is_refused_needs_a_person(asked, service):
    service.status = 403
    (message,) = outside(asked[0])
    assert message.state == "failed" and "VAPID" in work_of(message).last_error


def test_a_push_service_that_is_away_is_tried_again(asked, service):
    service.stop()
    (message,) = outside(asked[0])
    assert message.state == "sending" and work_of(message).done_at is None


def test_old_news_is_dropped_quietly(asked, service, monkeypatch):
    monkeypatch.setattr(devices, "SHOWN_FOR", devices.timedelta(0))
    (message,) = outside(asked[0])
    assert (message.state, service.came, work_of(message).needs_person_at) == ("failed", [], None)


@pytest.mark.parametrize("how", ["sign out", "signed out everywhere", "switched off"])
def test_who_is_signed_out_there_or_wants_no_more_is_told_nothing_there(asked, service, how):
    person, browser, _task, page = asked
    if how == "sign out":
        page.post("/logout")
    elif how == "switched off":
        assert (
            page.post("/push/subscriptions/end", json={"endpoint": browser.endpoint}).status_code
            == 204
        )
    else:
        with isolation.transaction(isolation.system("test")):
            identity.end_all(person.id)
    (message,) = outside(person)
    assert (message.state, service.came) == ("failed", [])


def test_a_browser_belongs_to_whoever_is_signed_in_there_now(world, application, service):
    before, after = world.client(), world.client()
    browser, _page = subscribe(world, application, before, service)
    page = world.sign_in(application.test_client(), after)
    assert page.post("/push/subscriptions", json=browser.subscription()).status_code == 204
    (subscription,) = one(
        select(PushSubscription).where(PushSubscription.endpoint == browser.endpoint)
    )
    assert subscription.person_id == after.id


def test_nobody_ends_anothers_subscription(world, application, service):
    person, other = world.client(), world.client()
    browser, _page = subscribe(world, application, person, service)
    world.sign_in(application.test_client(), other).post(
        "/push/subscriptions/end", json={"endpoint": browser.endpoint}
    )
    assert (
        one(select(PushSubscription).where(PushSubscription.endpoint == browser.endpoint))[
            0
        ].ended_at
        is None
    )


def test_with_many_devices_the_oldest_is_let_go(world, application, service):
    person = world.client()
    page = world.sign_in(application.test_client(), person)
    for _ in range(12):
        page.post(
            "/push/subscriptions", json=Browser(f"{service.url}/{uuid.uuid4().hex}").subscription()
        )
    assert (
        len(
            one(
                select(PushSubscription).where(
                    PushSubscription.person_id == person.id, PushSubscription.ended_at.is_(None)
                )
            )
        )
        == 10
    )


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"{",
        b'{"endpoint": 1}',
        b'{"endpoint": "https://push.example.com/x", "keys": {"p256dh": "AA", "auth": "AA"}}',
        b'{"endpoint": "' + b"x" * 9000 + b'"}',
    ],
)
def test_nonsense_is_refused_in_words(world, application, said):
    page = world.sign_in(application.test_client(), world.client())
    answer = page.post(
        "/push/subscriptions",
        data=said,
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422 and answer.json["errors"]["endpoint"]


def test_the_key_is_one_for_the_whole_installation_and_readable_by_its_owner_alone(
    world, application
):
    page = world.sign_in(application.test_client(), world.client())
    assert (
        page.get("/push/key").json["key"] == edge.public_key() and len(raw(edge.public_key())) == 65
    )
    kept = settings().data_dir / "vapid_key"
    assert keys.private_key() == kept.read_text() and kept.stat().st_mode & 0o077 == 0


def test_staff_and_clients_alike_see_no_subscription_through_the_wall(asked):
    import os

    import psycopg

    for scope in (
        asked[0].scope,
        isolation.assistant(1),
        isolation.operator(1),
        isolation.unauthenticated("test"),
    ):
        with psycopg.connect(os.environ["DATABASE_URL"]) as desk:
            desk.execute(isolation.SET_SCOPE_PLAIN, scope.settings())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.execute("select 1 from push_subscription")
