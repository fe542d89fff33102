"""Messages on their way out: held, looked up, tried again; and a mail server that hangs up too
early."""

from __future__ import annotations

import socketserver
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.channels.email import channel as email_channel
from service.channels.email import smtp_edge
from service.channels.sms import look_up
from service.core import outbox_review
from service.core.config import settings
from service.core.outbox import OutboxRow
from service.core.outbox_run import RetryLater
from service.core.time import now
from service.messages.message import Message
from service.outbound import compose
from service.tasks.events import Event
from tenants import addresses, isolation
from tenants.isolation import db
from tenants.people import Person
from workers import jobs


class Letters(socketserver.StreamRequestHandler):
    """A mail server that refuses whom it is told to, and breaks the line at QUIT."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().decode().strip().upper():
            if line.startswith("QUIT"):
                return self.request.close()
            if line.startswith("RCPT") and self.server.refuses:
                self.wfile.write(b"550 no\r\n")
                continue
            self.wfile.write(
                {"EHLO": b"250 here\r\n", "DATA": b"354 go\r\n"}.get(line[:4], b"250 ok\r\n")
            )
            if line == "DATA":
                while self.rfile.readline() != b".\r\n":
                    pass
                self.server.taken += 1
                self.wfile.write(b"250 taken\r\n")


@pytest.fixture
def letters(monkeypatch):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Letters)
    server.refuses, server.taken = False, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    changed = settings().model_copy(
        update={"smtp_url": f"smtp://127.0.0.1:{server.server_address[1]}"}
    )
    for module in (smtp_edge, email_channel):
        monkeypatch.setattr(module, "settings", lambda: changed)
    yield server
    server.shutdown()


def written(person, channel="email", template="reply", **values):
    """A message to this person, and its row of due work."""
    with isolation.transaction(isolation.system("test")):
        made = compose.notify(
            db.session.get(Person, person.id),
            template,
            channel=channel,
            words="Hello",
            subject="Hello",
        )
        number = made.id
        db.session.execute(
            update(Message).where(Message.id == number).values(**values or {"text": "Hello"})
        )
    with isolation.transaction(isolation.system("test")):
        return number, db.session.scalar(
            select(OutboxRow.id)
            .join(Event, Event.id == OutboxRow.event_id)
            .where(OutboxRow.reaction == "send", Event.facts["message"].as_integer() == number)
        )


def load(message_id):
    with isolation.transaction(isolation.system("test")):
        message = db.session.get(Message, message_id)
        db.session.expunge(message)
        return message


def test_a_mail_that_was_taken_is_sent_whatever_happens_at_quit(world, letters):
    message_id, due_id = written(world.client())
    jobs.run_rows([due_id])
    assert (load(message_id).state, letters.taken) == ("sent", 1)


def test_what_failed_is_sent_when_an_operator_tries_it_again(world, letters):
    message_id, due_id = written(world.client())
    letters.refuses = True
    jobs.run_rows([due_id])
    assert load(message_id).state == "failed"
    letters.refuses = False
    with isolation.transaction(isolation.operator(0)):
        outbox_review.retry(due_id)
    jobs.run_rows([due_id])
    assert (load(message_id).state, load(message_id).error, letters.taken) == ("sent", None, 1)


def test_a_text_that_was_written_before_stop_is_held_with_the_reason(world, app):
    person = world.client(channel="sms")
    message_id, due_id = written(person, "sms")
    with isolation.transaction(isolation.system("test")):
        addresses.stop("phone", person.phone, stopped=True)
    jobs.run_rows([due_id])
    assert load(message_id).state == "held" and "no more texts" in load(message_id).error


def test_the_report_on_a_text_is_waited_for_from_the_last_try_on(world, app):
    person = world.client(channel="sms")
    message_id, _due_id = written(
        person, "sms", state="sending", created_at=now() - timedelta(hours=2), tried_at=now()
    )
    with pytest.raises(RetryLater, match="report"):
        look_up.find_sent(load(message_id))
