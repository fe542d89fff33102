"""Outgoing mail: encrypted to whom the certificate names, sent once whatever the server does, never
guessed."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest

from service.channels.email import channel as email_channel
from service.channels.email import smtp_edge
from service.core import outbox_review, outbox_run, shutdown
from service.core.config import settings
from service.core.outbox import OutboxRow
from tenants import isolation
from tenants.isolation import db
from tests.channels.test_sending import load, written
from tests.mail_servers import ELSEWHERE, Authority, Server
from workers import jobs


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """An authority that this process trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


@pytest.fixture
def by(monkeypatch):
    """Set SMTP_URL for the code that sends; servers named here are stopped afterwards."""
    servers = []

    def use(server, scheme="smtp", user=""):
        servers.append(server)
        named = settings().model_copy(update={"smtp_url": f"{scheme}://{user}{server.address}"})
        for module in (smtp_edge, email_channel):
            monkeypatch.setattr(module, "settings", lambda: named)
        return server

    yield use
    for server in servers:
        server.stop()


def row(due_id):
    with isolation.transaction(isolation.system("test")):
        found = db.session.get(OutboxRow, due_id)
        db.session.expunge(found)
        return found


def sent_by(world):
    message_id, due_id = written(world.client())
    jobs.run_rows([due_id])
    return load(message_id), row(due_id)


PASSWORD = "mailuser:geheim@"


@pytest.mark.parametrize(("scheme", "from_the_start"), [("smtp", False), ("smtps", True)])
def test_password_and_mail_go_through_tls(world, authority, by, scheme, from_the_start):
    server = by(
        Server(tls=authority.context(ELSEWHERE), from_the_start=from_the_start), scheme, PASSWORD
    )
    message, _row = sent_by(world)
    assert message.state == "sent" and len(server.taken) == 1
    after = [secret for command, secret in server.seen if command in ("AUTH", "MAIL", "DATA")]
    assert after and all(after)


@pytest.mark.parametrize(("scheme", "from_the_start"), [("smtp", False), ("smtps", True)])
@pytest.mark.parametrize("user", ["", PASSWORD])
def test_a_certificate_for_another_name_gets_neither_password_nor_mail(
    world, authority, by, scheme, from_the_start, user
):
    server = by(
        Server(tls=authority.context("127.0.0.8"), from_the_start=from_the_start), scheme, user
    )
    message, waits = sent_by(world)
    assert (message.state, server.taken) == ("sending", [])
    assert (
        "certificate" in waits.last_error
        and waits.done_at is None
        and waits.needs_person_at is None
    )
    assert {command for command, _secret in server.seen} <= {"EHLO", "STARTTLS"}


def test_a_certificate_of_an_unknown_authority_is_not_taken(world, tmp_path, by):
    by(Server(tls=Authority(tmp_path).context(ELSEWHERE), from_the_start=True), "smtps", PASSWORD)
    _message, waits = sent_by(world)
    assert "certificate" in waits.last_error


def test_a_password_is_not_sent_to_a_server_without_tls(world, by):
    server = by(Server(), user=PASSWORD)
    _message, waits = sent_by(world)
    assert waits.last_error == smtp_edge.NO_TLS
    assert "AUTH" not in {command for command, _secret in server.seen}


def test_without_a_password_and_on_this_host_mail_goes_as_the_server_takes_it(world, by):
    server = by(Server("127.0.0.1"), user=PASSWORD)
    assert sent_by(world)[0].state == "sent" and len(server.taken) == 1
    server = by(Server())
    assert sent_by(world)[0].state == "sent" and len(server.taken) == 1


@contextmanager
def working(app, due_id):
    """A worker does the row beside the test."""

    def work():
        with app.app_context():
            jobs.run_rows([due_id])

    worker = threading.Thread(target=work)
    worker.start()
    yield worker
    worker.join(20)
    assert not worker.is_alive()


def test_a_slow_server_gets_the_mail_once_while_the_lease_is_renewed(world, app, by, monkeypatch):
    monkeypatch.setattr(outbox_run, "LEASE", timedelta(seconds=2))
    monkeypatch.setattr(smtp_edge, "RENEW_EACH", 0.5)
    server = by(Server(thinks=5))
    message_id, due_id = written(world.client())
    with working(app, due_id):
        time.sleep(3.5)
        assert load(message_id).state == "handing" and outbox_run.lease_row(due_id) is None
    assert (load(message_id).state, len(server.taken), row(due_id).attempt) == ("sent", 1, 1)


def test_an_end_that_is_not_known_is_asked_and_never_sent_again_by_itself(world, by):
    server = by(Server(hangs_up=True))
    message_id, due_id = written(world.client())
    jobs.run_rows([due_id])
    message, waits = load(message_id), row(due_id)
    assert message.state == "unknown" and "hung up" in message.error
    assert waits.needs_person_at is not None and waits.hold is None
    jobs.run_rows([due_id])
    assert len(server.taken) == 1
    server.hangs_up = False
    with isolation.transaction(isolation.operator(0)):
        outbox_review.retry(due_id)
    jobs.run_rows([due_id])
    assert (load(message_id).state, len(server.taken)) == ("sent", 2)


def test_patience_has_an_end(world, by, monkeypatch):
    monkeypatch.setattr(smtp_edge, "AFTER_DATA_S", 1)
    by(Server(thinks=5))
    message, waits = sent_by(world)
    assert message.state == "unknown" and "ten minutes" in waits.last_error


def test_who_is_asked_to_stop_does_not_wait_for_a_slow_server(world, app, by):
    by(Server(thinks=8))
    message_id, due_id = written(world.client())
    try:
        with working(app, due_id):
            time.sleep(1)
            shutdown.requested.set()
            began = time.monotonic()
        assert time.monotonic() - began < 5
    finally:
        shutdown.requested.clear()
    assert load(message_id).state == "unknown" and "stopped" in load(message_id).error
    assert row(due_id).needs_person_at is not None


def test_a_worker_that_died_while_the_server_had_the_mail_is_not_followed_by_a_second_mail(
    world, by
):
    server = by(Server())
    message_id, due_id = written(world.client(), state="handing")
    jobs.run_rows([due_id])
    assert (load(message_id).state, server.taken) == ("unknown", [])
    assert "ended while" in row(due_id).last_error


@pytest.mark.parametrize(("then", "state"), [("451 later", "sending"), ("554 never", "failed")])
def test_what_the_server_says_of_a_mail_it_has_is_believed(world, by, then, state):
    by(Server(then=then))
    message, waits = sent_by(world)
    assert message.state == state
    assert (waits.needs_person_at is None) == (state == "sending")


def test_a_line_that_begins_with_a_dot_arrives_as_it_was_written(world, by):
    server = by(Server())
    _message_id, due_id = written(world.client(), text="one\n.two\n..three\nend")
    jobs.run_rows([due_id])
    assert b"\r\n.two\r\n..three\r\n" in server.taken[0]


def test_doctor_says_what_is_wrong_with_the_mail_server(
    world, tmp_path, authority, by, monkeypatch
):
    from service.channels.email import checks
    from service.operation import doctor

    def says(server, scheme="smtp", user=""):
        by(server, scheme, user)
        monkeypatch.setattr(checks, "settings", smtp_edge.settings)
        return doctor.examine()["mail out"]

    assert says(Server(tls=authority.context(ELSEWHERE)), user=PASSWORD) == ""
    assert "certificate" in says(Server(tls=authority.context("127.0.0.8")), user=PASSWORD)
    assert says(Server(), user=PASSWORD) == smtp_edge.NO_TLS
    gone = Server()
    gone.stop()
    assert "cannot be reached" in says(gone)
