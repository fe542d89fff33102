"""The mail room, spoken to by SMTP: long lines are taken, connections and bytes in flight are
bounded, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import smtplib
import socket
import threading
import time
import uuid

import pytest
from sqlalchemy import select

from service.channels.email import parse
from service.inbound import store
from service.inbound.inbound_message import Inbound
from tests.talk import one, set_aside_all
from workers import mailroom

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def nothing_waits_afterwards(app):
    """Leave no message behind."""
    yield
    set_aside_all()


@pytest.fixture
def room(application):
    """A mail room on a free port: its port, and the room itself."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), {}

    def run():
        asyncio.set_event_loop(loop)
        found["room"] = mailroom.Room(application)
        found["server"] = mailroom.serve_room(found["room"], "127.0.0.1", 0)
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    found["port"] = found["server"].sockets[0].getsockname()[1]
    yield found
    loop.call_soon_threadsafe(found["server"].close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def talk(room, sender="who@else.example"):
    server = smtplib.SMTP("127.0.0.1", room["port"], timeout=60)
    server.ehlo()
    server.mail(sender)
    assert server.rcpt("tasks@desk.localhost")[0] == 250
    return server


def begin(room, content):
    """Begin a mail and leave it without its end."""
    server = talk(room)
    assert server.docmd("DATA")[0] == 354
    server.sock.sendall(content)
    return server


def end(server):
    server.send(b"\r\n.\r\n")
    return server.getreply()


def kept(mark):
    return one(select(Inbound).where(Inbound.provider_id.startswith(f"<{mark}>")))


def heading(mark):
    return f"From: who@else.example\r\nMessage-ID: <{mark}>\r\n\r\n".encode()


@pytest.mark.parametrize(
    "length", [998, 999, 1_001, 65_534, 65_535, 65_536, 65_537, 131_072, 5 * MB]
)
def test_a_line_of_any_length_is_taken_whole(room, app, length):
    mark = uuid.uuid4().hex
    raw = heading(mark) + b"x" * length + b"\r\n.dot\r\n..\r\nlast\r\n"
    assert talk(room).data(raw)[0] == 250
    assert [row.raw for row in kept(mark)] == [raw]


def test_a_dot_within_a_long_line_ends_nothing(room, app):
    mark = uuid.uuid4().hex
    raw = (
        heading(mark)
        + b"y" * (mailroom.PIECE - 1)
        + b".\r\n"
        + b"z" * mailroom.PIECE
        + b"\r\n"
        + b"." * mailroom.PIECE
        + b"\r\nend\r\n"
    )
    assert talk(room).data(raw)[0] == 250
    assert [row.raw for row in kept(mark)] == [raw]


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\r\n",
        b".\r\n",
        b"..\r\n",
        b".x\r\n\r\n.\r\n",
        b"\r\n.\r\n\r\n..\r\n",
        b"last line\r\n",
    ],
)
def test_dots_and_empty_mails_come_through(room, app, words):
    mark = uuid.uuid4().hex
    server = talk(room)
    for content in (heading(mark) + words, words):
        assert server.data(content)[0] == 250
        server.mail("who@else.example")
        server.rcpt("tasks@desk.localhost")
    assert [row.raw for row in kept(mark)] == [heading(mark) + words]


def test_pipelined_commands_after_a_mail_are_obeyed(room, app):
    marks = [uuid.uuid4().hex for _n in range(3)]
    server = talk(room)
    again = b"".join(
        b"MAIL FROM:<who@else.example>\r\nRCPT TO:<tasks@desk.localhost>\r\nDATA\r\n"
        + heading(mark)
        + b"words\r\n.\r\n"
        for mark in marks[1:]
    )
    server.docmd("DATA")
    server.send(heading(marks[0]) + b"words\r\n.\r\n" + again + b"QUIT\r\n")
    assert [line[:3] for line in server.file.read().splitlines()] == [
        b"250",
        *[b"250", b"250", b"354", b"250"] * 2,
        b"221",
    ]
    assert [len(kept(mark)) for mark in marks] == [1, 1, 1]


@pytest.mark.parametrize("ending", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\x00\r\n"])
def test_only_a_dot_between_whole_line_ends_ends_a_mail(room, app, ending):
    mark, smuggled = uuid.uuid4().hex, b"MAIL FROM:<x@evil.example>"
    server = begin(room, heading(mark) + b"words" + ending + smuggled)
    assert end(server)[0] == 250
    assert [smuggled in row.raw for row in kept(mark)] == [True]


@pytest.mark.parametrize("sender", ["", "who@else.example"])
def test_the_envelopes_sender_is_remembered(room, app, sender):
    mark = uuid.uuid4().hex
    assert talk(room, sender).data(heading(mark) + b"words\r\n")[0] == 250
    assert [row.headers["envelope"] for row in kept(mark)] == [sender]


@pytest.mark.parametrize(
    "header",
    [
        "From: client@demo.example " + "(" * 900 + ")" * 900,
        "Subject: =?utf-8?b?=ZZZ?=",
        "Subject: " + "x=?a?q?" * 60_000,
        "From: " + '"' * 60_000,
        "X: y\r\n" * 60_000 + "Z: z",
    ],
)
def test_mail_with_odd_headers_is_kept_at_once(room, app, header):
    mark = uuid.uuid4().hex
    began = time.monotonic()
    assert talk(room).data(f"Message-ID: <{mark}>\r\n{header}\r\n\r\nwords\r\n".encode())[0] == 250
    assert len(kept(mark)) == 1 and time.monotonic() - began < 5


def test_mail_beyond_thirty_megabytes_is_refused_for_good_and_a_whole_one_is_taken(room, app):
    mark = uuid.uuid4().hex
    line = b"x" * 1022 + b"\r\n"
    server = talk(room)
    assert server.data(heading(mark) + line * (store.MAX_BYTES // 1024))[0] == 552
    assert kept(mark) == [] and room["room"].bytes == 0
    server.mail("who@else.example")
    server.rcpt("tasks@desk.localhost")
    assert server.data(heading(mark) + line * (store.MAX_BYTES // 1024 - 1))[0] == 250
    assert len(kept(mark)) == 1 and room["room"].bytes == 0


def test_more_connections_than_there_are_places_are_told_to_come_again(room):
    held = [
        socket.create_connection(("127.0.0.1", room["port"]), 10)
        for _n in range(mailroom.MAX_CONNECTIONS)
    ]
    assert all(connection.recv(4).startswith(b"220") for connection in held)
    late = socket.create_connection(("127.0.0.1", room["port"]), 10)
    assert late.makefile("rb").read().startswith(b"421 ")
    held.pop().close()
    for _try in range(50):
        with socket.create_connection(("127.0.0.1", room["port"]), 10) as again:
            if again.recv(4).startswith(b"220"):
                break
        time.sleep(0.05)
    else:
        raise AssertionError("a place that was left is not given to another")
    for connection in held:
        connection.close()


def test_mails_that_are_not_kept_yet_take_a_bounded_room_and_the_sender_tries_again(room, app):
    marks = [uuid.uuid4().hex for _n in range(4)]
    held = [
        begin(room, heading(mark) + (b"x" * 1022 + b"\r\n") * (27 * 1024)) for mark in marks[:3]
    ]
    wait_for(lambda: room["room"].bytes > 80 * MB)
    over = begin(room, heading(marks[3]) + (b"x" * 1022 + b"\r\n") * (27 * 1024))
    assert end(over)[0] == 452 and kept(marks[3]) == []
    small = uuid.uuid4().hex
    assert talk(room).data(heading(small) + b"words\r\n")[0] == 250 and len(kept(small)) == 1
    held.pop().close()
    wait_for(lambda: room["room"].bytes < 60 * MB)
    assert [end(server)[0] for server in held] == [250, 250] and room["room"].bytes == 0
    assert [len(kept(mark)) for mark in marks] == [1, 1, 0, 0]
    over.mail("who@else.example")
    over.rcpt("tasks@desk.localhost")
    assert over.data(heading(marks[3]) + b"words\r\n")[0] == 250, (
        "the connection that was refused goes on"
    )


def test_forty_mails_of_short_lines_take_the_memory_of_the_bound(room, app):
    before = resident()
    held = [begin(room, heading(uuid.uuid4().hex) + b"x\r\n" * (2 * MB)) for _n in range(40)]
    time.sleep(1)
    assert room["room"].bytes <= mailroom.MAX_BYTES_IN_FLIGHT
    assert resident() - before < 2 * mailroom.MAX_BYTES_IN_FLIGHT
    for server in held:
        server.close()
    wait_for(lambda: room["room"].bytes == 0 and room["room"].connections == 0)


def test_what_is_kept_has_the_identity_of_its_bytes(room, app):
    mark = uuid.uuid4().hex
    raw = heading(mark) + b"words\r\n"
    for _twice in range(2):
        assert talk(room).data(raw)[0] == 250
    assert [row.provider_id for row in kept(mark)] == [parse.identity(raw)]


def wait_for(what):
    for _try in range(400):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def resident():
    with open(f"/proc/{os.getpid()}/statm") as file:
        return int(file.read().split()[1]) * 4096
