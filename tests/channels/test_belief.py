"""Who is believed: DMARC's domain agrees with From, by the server that the settings name; nobody
without it, but for the demo on loopback."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from service.channels.email import parse, sender_auth
from service.core.config import settings
from service.inbound.inbound_message import Inbound
from service.intake import interpret
from service.operation import doctor
from tenants import addresses, isolation, people
from tenants.addresses import Address
from tenants.isolation import db
from tests.talk import mail, one, set_aside_all, tasks_of, told, work_off


@pytest.fixture(autouse=True)
def nothing_waits_afterwards(app):
    """Leave no message behind."""
    yield
    set_aside_all()


def letter(results, sender="client@demo.example"):
    return parse.read(f"Authentication-Results: {results}\r\nFrom: {sender}\r\n\r\nx".encode())


@pytest.fixture
def set_to(monkeypatch):
    def change(**values):
        monkeypatch.setattr(sender_auth, "settings", lambda: settings().model_copy(update=values))

    return change


@pytest.mark.parametrize(
    ("results", "believed"),
    [
        ("mx.desk.test; dmarc=pass header.from=demo.example", True),
        ("mx.desk.test; dmarc=pass (p=reject) header.from=Demo.Example", True),
        (
            (
                "MX.Desk.Test 1; spf=pass smtp.mailfrom=a@demo.example; dmarc=pass"
                " header.from=demo.example"
            ),
            True,
        ),
        ("mx.desk.test; dmarc=pass header.from=evil.example", False),
        ("mx.desk.test; dmarc=pass header.from=sub.demo.example", False),
        ("mx.desk.test; dmarc=pass", False),
        ("mx.desk.test; dmarc=fail header.from=demo.example", False),
        (
            "mx.desk.test; dmarc=fail header.from=demo.example; dkim=pass header.d=demo.example",
            False,
        ),
        (
            (
                "mx.desk.test; dmarc=pass header.from=demo.example; dmarc=pass"
                " header.from=evil.example"
            ),
            False,
        ),
        ("mx.desk.test; dmarc=bestguesspass header.from=demo.example", False),
        (
            "mx.desk.test; dmarc=none header.from=demo.example; dkim=pass header.d=demo.example",
            True,
        ),
        ("mx.desk.test; dkim=pass header.d=demo.example", True),
        ("mx.desk.test; dkim=pass header.d=evil.example", False),
        ("mx.desk.test; dkim=pass header.d=evil.example header.i=@demo.example", False),
        ("mx.desk.test; dkim=pass header.i=@demo.example", False),
        ("mx.desk.test; dkim=fail header.d=demo.example", False),
        ("mx.desk.test; spf=pass smtp.mailfrom=client@demo.example", False),
        ("mx.evil.example; dmarc=pass header.from=demo.example", False),
        ("mx.desk.test; none", False),
        ("", False),
        ("mx.desk.test; dmarc=" + "(" * 3000, False),
    ],
)
def test_only_what_was_checked_of_the_very_domain_is_believed(results, believed):
    assert sender_auth.is_authenticated(letter(results), "127.0.0.1") is believed


@pytest.mark.parametrize(
    "sender",
    [
        "client@demo.example (<x@evil.example>)",
        "<@evil.example:client@demo.example>",
        "client@demo.example\r\nFrom: x@evil.example",
        "client@demo.example, x@evil.example",
        "x@evil.example <client@demo.example>",
    ],
)
def test_a_sender_that_could_be_read_in_two_ways_is_not_believed(world, app, sender):
    for domain in ("demo.example", "evil.example"):
        assert not sender_auth.is_authenticated(
            letter(f"mx.desk.test; dmarc=pass header.from={domain}", sender), "127.0.0.1"
        )


def test_results_that_the_sender_wrote_below_do_not_count():
    both = letter(
        "mx.desk.test; dmarc=fail header.from=demo.example\r\nAuthentication-Results: mx.desk.test;"
        " dmarc=pass header.from=demo.example"
    )
    assert not sender_auth.is_authenticated(both, "127.0.0.1")


def test_a_passed_check_of_another_domain_makes_no_task_of_the_client(world, app):
    person = world.client()
    mail(
        person.email,
        "Find three suppliers of oat milk",
        results="mx.desk.test; dmarc=pass header.from=evil.example",
    )
    work_off()
    rows = one(select(Inbound).where(Inbound.sender == person.email))
    assert [(row.state, row.reason) for row in rows] == [("needs_person", interpret.NOT_BELIEVED)]
    assert tasks_of(person) == [] and told(person) == []


def demo_client():
    with isolation.transaction(isolation.system("test")):
        person = people.add("Ilze Ozola")
        addresses.add(person, "email", sender_auth.DEMO_ADDRESS, company_id=None, verified=True)


@pytest.fixture
def no_demo(app):
    yield
    with isolation.transaction(isolation.system("test")):
        db.session.execute(delete(Address).where(Address.value == sender_auth.DEMO_ADDRESS))


@pytest.mark.parametrize(
    ("demo", "url", "authserv", "nobody"),
    [
        (False, "http://127.0.0.1:8000", "", True),
        (True, "http://127.0.0.1:8000", "", False),
        (True, "http://localhost:8000", "", False),
        (True, "https://desk.example", "", True),
        (True, "http://127.0.0.1.evil.example", "", True),
        (False, "https://desk.example", "mx.desk.example", False),
    ],
)
def test_without_the_setting_only_a_demo_on_loopback_believes_and_others_say_so(
    world, client, set_to, no_demo, demo, url, authserv, nobody
):
    if demo:
        demo_client()
    set_to(mail_authserv=authserv, public_url=url)
    with isolation.transaction(isolation.system("test")):
        assert sender_auth.trusts_nobody() is nobody
        assert sender_auth.is_authenticated(letter(""), "127.0.0.1") is (
            not nobody and not authserv
        )
        assert not sender_auth.is_authenticated(letter(""), "203.0.113.7")
    assert ("MAIL_AUTHSERV" in doctor.examine()["mail in"]) is nobody
    page = world.sign_in(client, world.staff("operator")).get("/desk").text
    assert ("MAIL_AUTHSERV" in page) is nobody
