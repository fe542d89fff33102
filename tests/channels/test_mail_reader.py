"""Reading a mail has an end: what takes too long or too much ends the child alone, waits for a
person, and the others go on."""

from __future__ import annotations

import base64
import os
import signal
import threading
import time
import uuid

import pytest
from sqlalchemy import select

from service.channels.email import parse, reader, reader_process
from service.inbound import store
from service.inbound.inbound_message import Inbound
from service.intake import inbox, interpret
from service.tasks.task import find
from tenants import isolation
from tests.channels.test_what_waits import attached
from tests.talk import checked, mail, one, set_aside_all, tasks_of, told, work_off

HTML = b"Content-Type: text/html\r\n\r\n"
# More lines than the child has memory for: some 15 million in 30 MB.
MANY_LINES = b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\n" + b"\r\n" * (
    store.MAX_BYTES // 2 - 200
)


@pytest.fixture(autouse=True)
def nothing_waits_afterwards(app):
    """Leave no message behind."""
    yield
    set_aside_all()


def keep(sender, rest):
    raw = (
        f"Authentication-Results: {checked(sender)}\r\nFrom: {sender}\r\nSubject:"
        f" Odd\r\nMessage-ID: <{uuid.uuid4().hex}@x.example>\r\n".encode()
        + rest
    )
    store.store(
        "email",
        "tasks@desk.localhost",
        parse.identity(raw),
        sender=sender,
        raw=raw,
        headers={"peer": "127.0.0.1", "to": [], "envelope": sender},
    )
    return raw


def rows_of(sender):
    return one(select(Inbound).where(Inbound.sender == sender).order_by(Inbound.id))


@pytest.fixture
def mails():
    """A reader of this test's own."""
    made = reader.Reader()
    yield made
    made.stop()


def html(words):
    return b"From: a@b.example\r\n" + HTML + words.encode()


def test_three_mails_that_were_slow_hold_up_nobody(world, app):
    person, attacker = world.client(), f"x-{uuid.uuid4().hex}@evil.example"
    began = time.monotonic()
    for piece in (b"<br" * 60_000, b"<p" * 100_000, (b"<br" * 70_000)[:200_000]):
        keep(attacker, HTML + piece)
    mail(person.email, "Find three suppliers of oat milk")
    work_off()
    assert time.monotonic() - began < 10
    assert len(tasks_of(person)) == 1 and len(rows_of(attacker)) == 3


def test_a_mail_that_takes_too_much_waits_for_a_person_with_its_original_and_others_go_on(
    world, app
):
    person = world.client()
    raw = keep(person.email, MANY_LINES)
    keep(person.email, HTML + b"<p>Find three suppliers of oat milk")
    work_off()
    assert [(row.state, row.reason) for row in rows_of(person.email)] == [
        ("needs_person", interpret.UNREADABLE),
        ("worked", None),
    ]
    assert [task.text for task in tasks_of(person)] == ["Find three suppliers of oat milk"] and len(
        told(person)
    ) == 1
    waiting = rows_of(person.email)[0]
    assert (waiting.raw, waiting.subject, waiting.sender) == (raw, "Odd", person.email)


def test_what_could_not_be_read_comes_to_its_task_as_a_file(world, app, monkeypatch):
    person, operator = world.client(), world.staff("operator")
    # A child that has yet to start answers in no millisecond.
    monkeypatch.setattr(reader, "_reader", reader.Reader())
    monkeypatch.setattr(reader, "MAX_SECONDS", 0.001)
    keep(person.email, HTML + b"<p>words")
    work_off()
    with isolation.transaction(operator.scope):
        made = inbox.make_task(rows_of(person.email)[0].id, person.email, operator.actor)
    assert attached(made.id) == ["mail.eml"]
    with isolation.transaction(isolation.system("test")):
        assert find(made.id).text == "Odd"


def test_a_child_that_hangs_is_ended_in_time_and_the_next_mail_is_read(mails, monkeypatch):
    assert mails.read(html("<p>one")).text == "one"
    monkeypatch.setattr(reader, "MAX_SECONDS", 0.5)
    child = mails.process.pid
    os.kill(child, signal.SIGSTOP)
    began = time.monotonic()
    letter = mails.read(html("<p>two"))
    assert (letter.unread, letter.sender, letter.text) == (
        True,
        "a@b.example",
        "",
    ) and time.monotonic() - began < 3
    assert not os.path.exists(f"/proc/{child}")
    monkeypatch.setattr(reader, "MAX_SECONDS", 15.0)
    assert mails.read(html("<p>three")).text == "three"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_somebody_ended_is_no_fault_of_the_mail(mails, how):
    assert mails.read(html("<p>one")).text == "one"
    mails.process.send_signal(how)
    mails.process.wait()
    assert mails.read(html("<p>two")).text == "two"


def test_a_child_that_is_ended_while_it_reads_reads_again(mails):
    mails.read(html("<p>one"))
    first = mails.process
    os.kill(first.pid, signal.SIGSTOP)
    threading.Timer(0.3, first.kill).start()
    assert mails.read(html("<p>two")).text == "two" and mails.process is not first


def test_the_child_holds_no_secret_and_has_its_limits(mails):
    mails.read(html("<p>one"))
    with open(f"/proc/{mails.process.pid}/environ", "rb") as file:
        names = {entry.partition(b"=")[0].decode() for entry in file.read().split(b"\0") if entry}
    assert not names & {
        "SECRET_KEY",
        "DATABASE_URL",
        "OWNER_DATABASE_URL",
        "STRIPE_API_KEY",
        "TWILIO_AUTH_TOKEN",
        "SMTP_URL",
    }
    with open(f"/proc/{mails.process.pid}/limits") as file:
        limits = {line[:25].strip(): line[25:].split()[0] for line in file}
    assert (
        limits["Max address space"] == str(reader_process.MEMORY)
        and int(limits["Max cpu time"]) <= 2 + reader_process.CPU_SECONDS
    )


def test_a_child_ends_with_its_worker(mails):
    mails.read(html("<p>one"))
    mails.socket.close()
    assert mails.process.wait(5) == 0


def test_files_come_back_whole_from_the_child(mails):
    content = bytes(range(256)) * 5000
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed;"
        b" boundary=q\r\n\r\n--q\r\nContent-Type:"
        b" text/html\r\n\r\n<p>\xd0\x9f\r\n--q\r\nContent-Type: application/pdf;"
        b" name*=utf-8''%D0%9F.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    letter = mails.read(raw + base64.encodebytes(content) + b"--q--\r\n")
    assert [(part.name, part.type, part.content) for part in letter.files] == [
        ("П.pdf", "application/pdf", content)
    ]
    assert letter == parse.read(raw + base64.encodebytes(content) + b"--q--\r\n")


def test_short_plain_text_is_read_without_a_child(mails):
    assert mails.read(b"From: a@b.example\r\n\r\nwords").text == "words" and mails.process is None
    assert (
        mails.read(b"From: a@b.example\r\n\r\n" + b"words " * 10_000).text.startswith("words")
        and mails.process is not None
    )
