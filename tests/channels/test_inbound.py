"""What comes in by text and by mail, and what becomes of it."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from service.channels.email import parse
from service.core.config import settings
from service.inbound import store
from service.inbound.inbound_message import Inbound
from service.messages import short_links
from service.messages.message import Message
from service.tasks import questions
from service.tasks.task import find
from tenants import isolation
from tests.talk import mail, one, sms_task, tasks_of, text, told, work_off


def test_a_text_becomes_a_task_once_and_is_acknowledged(world, client):
    person = world.client(channel="sms")
    sid = f"SM{uuid.uuid4().hex}"
    for _twice in range(2):
        assert (
            text(
                client,
                person.phone,
                "Find three suppliers of oat milk, compare prices, by Friday 6 pm",
                sid,
            ).status_code
            == 200
        )
        work_off()
    tasks = tasks_of(person)
    assert len(tasks) == 1 and tasks[0].channel == "sms"
    assert tasks[0].deadline_at is not None
    assert [words for words in told(person) if f"task {tasks[0].number}" in words and "N" in words]


def test_an_unsigned_webhook_is_refused_and_nothing_is_kept(world, client):
    person = world.client()
    assert text(client, person.phone, "Find something", signed=False).status_code == 403
    assert one(select(Inbound).where(Inbound.sender == person.phone)) == []


def test_a_strangers_text_waits_and_gets_one_polite_answer(world, client):
    number = "+37126660001"
    for words in ("Do you write texts?", "Hello?"):
        text(client, number, words)
        work_off()
    kept = one(select(Inbound).where(Inbound.sender == number))
    assert {row.state for row in kept} == {"needs_person"} and len(kept) == 2
    assert len(one(select(Message).where(Message.to_address == number))) == 1


def test_y_confirms_the_retelling_that_was_asked(world, client):
    person, helper = world.client(channel="sms"), world.staff()
    task = world.load(sms_task(world, client, person, helper))
    assert task.state == "retold"
    text(client, person.phone, "Y")
    work_off()
    assert world.load(task.id).state == "working"
    assert world.load(task.id).price == task.price > 0


@pytest.mark.parametrize(
    ("language", "words"), [("en", "n the date is wrong"), ("ru", "Н дата не та")]
)
def test_n_and_why_corrects(world, client, language, words):
    person, helper = world.client(language=language, channel="sms"), world.staff()
    task_id = sms_task(world, client, person, helper)
    text(client, person.phone, words)
    work_off()
    assert world.load(task_id).state == "briefed"


def test_the_russian_letter_confirms_too(world, client):
    person, helper = world.client(language="ru", channel="sms"), world.staff()
    task_id = sms_task(world, client, person, helper)
    text(client, person.phone, "д")
    work_off()
    assert world.load(task_id).state == "working"


def test_b_takes_the_other_way(world, client):
    person, helper = world.client(channel="sms"), world.staff()
    task_id = sms_task(world, client, person, helper, proposal=True)
    text(client, person.phone, "b")
    work_off()
    assert (world.load(task_id).state, world.load(task_id).price) == ("working", 5000)


def test_with_several_asks_open_a_letter_wants_its_number(world, client):
    person, helper = world.client(channel="sms"), world.staff()
    first, second = sms_task(world, client, person, helper), sms_task(world, client, person, helper)
    text(client, person.phone, "y")
    work_off()
    assert {world.load(task).state for task in (first, second)} == {"retold"}
    assert "Several tasks" in told(person)[-1]
    text(client, person.phone, f"Y {world.load(second).number}")
    work_off()
    assert (world.load(first).state, world.load(second).state) == ("retold", "working")


def test_words_answer_the_only_question_and_the_clock_goes_on(world, client):
    person, helper = world.client(channel="sms"), world.staff()
    task_id = sms_task(world, client, person, helper)
    text(client, person.phone, "Y")
    work_off()
    with isolation.transaction(helper.scope):
        questions.ask(find(task_id), helper.actor, "Which month?", ["October", "November"])
    work_off()
    assert world.load(task_id).waiting_for == "client"
    text(client, person.phone, "b")
    work_off()
    with isolation.transaction(isolation.system("test")):
        assert questions.questions_of(find(task_id))[0].answer == "November"
    assert world.load(task_id).waiting_for is None


def test_stop_ends_texts_and_mail_takes_over(world, client):
    person = world.client(channel="sms")
    text(client, person.phone, "STOP")
    work_off()
    text(client, person.phone, "Find a notary in Porto and compare prices")
    work_off()
    sent = one(select(Message).where(Message.to_id == person.id, Message.direction == "out"))
    assert {message.channel for message in sent} == {"email"}


def test_status_and_help_are_no_tasks(world, client):
    person = world.client(channel="sms")
    for words in ("HELP", "статус"):
        text(client, person.phone, words)
    work_off()
    assert tasks_of(person) == [] and len(told(person)) == 2


def test_an_empty_text_is_answered_and_is_no_task(world, client):
    person = world.client(channel="sms")
    text(client, person.phone, "   ")
    work_off()
    assert tasks_of(person) == [] and "empty" in told(person)[-1]


def test_a_mail_becomes_a_task_with_its_files_once(world, app):
    person = world.client()
    raw = mail(person.email, "Please book two flights to Oslo by the 28th.", "Flights")
    store.store(
        "email",
        "tasks@desk.localhost",
        parse.identity(raw),
        sender=person.email,
        raw=raw,
        headers={"peer": "127.0.0.1"},
    )
    work_off()
    assert [task.title for task in tasks_of(person)] == ["Flights"]


def test_an_answer_by_mail_finds_its_conversation_by_its_address(world, app):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    with isolation.transaction(helper.scope):
        questions.ask(find(task_id), helper.actor, "For October or November?")
    work_off()
    mail(
        person.email,
        "November, please\n\n> For October",
        to=short_links.answer_address(task_id, person.id, person.company_id),
    )
    work_off()
    with isolation.transaction(isolation.system("test")):
        assert questions.questions_of(find(task_id))[0].answer.startswith("November")
    assert len(tasks_of(person)) == 1


def test_an_answer_address_of_somebody_else_does_not_let_in(world, app):
    person, thief, helper = world.client(), world.client(), world.staff()
    task_id = world.task(person, "retold", helper)
    work_off()
    mail(thief.email, "Y", to=short_links.answer_address(task_id, person.id, person.company_id))
    work_off()
    assert world.load(task_id).state == "retold"


def test_mail_that_could_be_forged_waits_for_a_person(world, app):
    person = world.client()
    mail(person.email, "Pay this invoice", peer="203.0.113.7")
    work_off()
    assert tasks_of(person) == []
    assert [row.state for row in one(select(Inbound).where(Inbound.sender == person.email))] == [
        "needs_person"
    ]


def test_automatic_mail_is_kept_and_never_answered(world, app):
    person = world.client()
    mail(person.email, "I am out of office", Auto_Submitted="auto-replied")
    mail("mailer-daemon@example.net", "undeliverable")
    work_off()
    assert tasks_of(person) == [] and told(person) == []
    assert one(select(Message).where(Message.to_address == "mailer-daemon@example.net")) == []


def test_the_results_of_the_named_server_are_believed_and_no_others(monkeypatch):
    from service.channels.email import sender_auth

    letter = parse.ParsedEmail(
        "a@good.example", "", "", "", [], False, ["mx.ours; dkim=pass header.d=good.example"]
    )
    monkeypatch.setattr(
        sender_auth,
        "settings",
        lambda: settings().model_copy(
            update={"mail_authserv": "mx.ours", "mail_peers": "203.0.113.0/28"}
        ),
    )
    assert sender_auth.is_authenticated(letter, "203.0.113.7")
    assert not sender_auth.is_authenticated(letter, "198.51.100.7"), (
        "anybody could write such a header"
    )
    letter.results = [
        "mx.theirs; dkim=pass header.d=good.example",
        "mx.ours; dkim=pass header.d=good.example",
    ]
    assert not sender_auth.is_authenticated(letter, "203.0.113.7")
    letter.results = ["mx.ours; dkim=fail header.d=good.example"]
    assert not sender_auth.is_authenticated(letter, "203.0.113.7")


def test_mail_that_is_nested_too_deeply_is_kept_and_read_as_far_as_it_goes():
    raw = b"From: a@b.example\r\nSubject: Dolls in dolls\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(3000)
    )
    letter = parse.read(raw)
    assert (letter.sender, letter.subject) == ("a@b.example", "Dolls in dolls") and parse.identity(
        raw
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: a@b\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nbroken",
        (
            b"Subject: =?utf-99?B?!!!?=\r\nFrom: <>\r\nContent-Type: text/plain;"
            b" charset=klingon\r\n\r\n\xc3\x28"
        ),
        (
            b"Content-Type: multipart/digest; boundary=a\r\nContent-Disposition:"
            b" attachment\r\n\r\n--a\r\n\r\nx\r\n--a--"
        ),
    ],
)
def test_odd_mail_is_read_without_falling_over(raw):
    letter = parse.read(raw)
    assert isinstance(letter.text, str) and parse.identity(raw)


def test_links_and_answer_addresses_cannot_be_made_up():
    from string import ascii_lowercase

    token = short_links.token(7, 8, 9)
    assert short_links.read(token) == (7, 8, 9)
    for place in range(len(token)):
        changed = next(letter for letter in ascii_lowercase if letter != token[place])
        assert short_links.read(token[:place] + changed + token[place + 1 :]) is None
    assert short_links.read_answer(f"a-{token}@desk.localhost") is None
