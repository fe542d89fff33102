"""Mail that a machine wrote: never answered, no task and no answer; one polite answer to a
stranger, and none to ourselves."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from service.channels.email import parse
from service.inbound import store
from service.inbound.inbound_message import Inbound
from service.intake import interpret, unknown_senders
from service.messages import short_links
from service.messages.message import Message
from tenants import isolation
from tests.factory import at_once
from tests.talk import answers_on, ask, checked, mail, one, set_aside_all, tasks_of, told, work_off

AWAY = "I am out of the office until 9 December without access to mail."


@pytest.fixture(autouse=True)
def nothing_waits_afterwards(app):
    """Leave no message behind."""
    yield
    set_aside_all()


def kept_of(sender):
    return one(select(Inbound).where(Inbound.sender == sender).order_by(Inbound.id))


def answers_to(sender):
    return one(select(Message).where(Message.to_address == sender))


def stranger():
    return f"who-{uuid.uuid4().hex[:10]}@else.example"


def from_envelope(sender, envelope, words="What does a translation cost?", subject="A question"):
    raw = (
        f"Authentication-Results: {checked(sender)}\r\nFrom: {sender}\r\nSubject:"
        f" {subject}\r\n\r\n{words}\r\n".encode()
    )
    store.store(
        "email",
        "tasks@desk.localhost",
        parse.identity(raw),
        sender=envelope,
        raw=raw,
        headers={"peer": "127.0.0.1", "to": [], "envelope": envelope},
    )
    work_off()


MARKS = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated"},
    {"X_Auto_Response_Suppress": "All"},
    {"X_Failed_Recipients": "a@b.example"},
    {"X_Autoreply": "yes"},
    {"Precedence": "bulk"},
    {"Precedence": "auto_reply"},
    {"List_Id": "<a.b>"},
    {"List_Unsubscribe": "<mailto:x@y.example>"},
    {"Return_Path": "<>"},
]
SUBJECTS = [
    "Automatic reply: your question",
    "Auto-Reply: Hello",
    "Out of office",
    "Out of Office Re: tea",
    "OOO: tea",
    "Автоответ: вопрос",
    "Автоматический ответ: чай",
    "Вне офиса",
    "Delivery Status Notification (Failure)",
    "Undelivered Mail Returned to Sender",
    "Undeliverable: tea",
    "Mail delivery failed: returning message to sender",
    "failure notice",
    "Не доставлено: чай",
    "Недоставленное сообщение",
    "Automatische Antwort: Tee",
]
WORDS = [
    "This is an automatic reply. We come back to you.",
    "Please do not reply to this email.",
    "Это автоматическое сообщение, не отвечайте на него.",
    "Your message could not be delivered to one or more recipients.",
]


@pytest.mark.parametrize("marks", MARKS)
def test_marked_mail_is_not_answered_and_makes_nothing(world, app, marks):
    person, unknown = world.client(), stranger()
    for sender in (person.email, unknown):
        mail(sender, "Find three suppliers of oat milk", **marks)
    work_off()
    assert tasks_of(person) == [] and told(person) == [] and answers_to(unknown) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_of_a_machine_is_not_answered_and_makes_nothing(world, app, subject):
    person, unknown = world.client(), stranger()
    for sender in (person.email, unknown):
        mail(sender, AWAY, subject)
    work_off()
    assert tasks_of(person) == [] and told(person) == [] and answers_to(unknown) == []
    assert [(row.state, row.reason) for row in kept_of(person.email)] == [
        ("needs_person", interpret.LIKELY_AUTOMATIC)
    ]


@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_machine_are_not_answered_and_make_nothing(world, app, words):
    person, unknown = world.client(), stranger()
    for sender in (person.email, unknown):
        mail(sender, words)
    work_off()
    assert tasks_of(person) == [] and told(person) == [] and answers_to(unknown) == []


@pytest.mark.parametrize(
    ("subject", "words", "state"),
    [
        ("Automatic reply: your task", AWAY, "worked"),
        ("Re: your task", AWAY, "needs_person"),
        ("Re: ваша задача", "Здравствуйте! Я в отпуске до 9 декабря.", "needs_person"),
    ],
)
def test_a_note_of_absence_is_no_answer_to_a_question(world, app, subject, words, state):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    ask(helper, task_id, "For October or November?")
    before = told(person)
    mail(
        person.email,
        words,
        subject,
        to=short_links.answer_address(task_id, person.id, person.company_id),
    )
    work_off()
    assert (
        answers_on(task_id) == [None]
        and told(person) == before
        and world.load(task_id).waiting_for == "client"
    )
    assert [row.state for row in kept_of(person.email)] == [state]


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Out of office party", "Find a place for our out of office party in May."),
        ("Undelivered parcels", "Find out where three undelivered parcels are."),
        ("Отпуск", "Подберите отель: я в отпуске с 9 декабря."),
        ("Automatic replies", "Write automatic replies for our five mailboxes."),
        ("Holiday", "I am on holiday from 9 December: find three hotels in Porto."),
    ],
)
def test_tasks_about_such_things_stay_tasks(world, app, subject, words):
    person = world.client()
    mail(person.email, words, subject)
    work_off()
    assert len(tasks_of(person)) == 1


@pytest.mark.parametrize("envelope", ["", "<>"])
def test_an_empty_envelope_is_never_answered(world, app, envelope):
    person, unknown = world.client(), stranger()
    for sender in (person.email, unknown):
        from_envelope(sender, envelope)
    assert tasks_of(person) == [] and told(person) == [] and answers_to(unknown) == []
    assert [row.kind for row in kept_of(unknown)] == ["automatic"]


def test_a_stranger_with_a_name_on_the_envelope_is_answered_once(world, app):
    unknown = stranger()
    for words in ("What does a translation cost?", "And a table?"):
        from_envelope(unknown, unknown, words)
    assert len(answers_to(unknown)) == 1 and len(kept_of(unknown)) == 2


@pytest.mark.parametrize("name", ["tasks", "postmaster", "demo", "anybody"])
def test_our_own_addresses_are_never_answered(world, app, name):
    sender = f"{name}@desk.localhost"
    mail(sender, "What does a translation cost?")
    work_off()
    assert answers_to(sender) == []


def test_several_mails_of_a_stranger_at_once_get_one_answer(world, app, application):
    unknown = stranger()
    for number in range(6):
        mail(unknown, f"Question {number}: what does a translation cost?")
    ids = [
        row.id
        for row in one(
            select(Inbound).where(Inbound.state == "kept").order_by(Inbound.id.desc()).limit(6)
        )
    ]
    for inbound_id in ids:
        with isolation.transaction(isolation.system("test")):
            interpret.understand(inbound_id)
    at_once(
        application,
        [
            (
                isolation.system("test"),
                lambda inbound_id=inbound_id: unknown_senders.answer_stranger(inbound_id),
            )
            for inbound_id in ids
        ],
    )
    assert len(answers_to(unknown)) == 1
