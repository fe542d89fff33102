"""What comes in and is not simply a task: whole mails, pictures, lists, odd senders, strangers; and
how an operator deals with it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from service.channels.email import parse, quotes
from service.channels.sms import twilio_edge
from service.core.config import settings
from service.core.outbox import OutboxRow
from service.inbound import store
from service.inbound.inbound_message import Inbound
from service.intake import inbox, interpret
from service.messages import short_links
from service.messages.message import Message
from service.tasks import attachments
from service.tasks.events import Event
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.talk import ask, mail, new_task, one, said_on, tasks_of, text, told, work_off, write
from workers import jobs

FORWARDED = """Please do it by Friday.

---------- Forwarded message ---------
From: Boss <boss@demo.example>
Date: Tue, 24 Nov 2026
Subject: offers

> Compare three vans for me

-----Original Message-----
From: Dealer
Sent: Monday

Compare three trucks, too."""


def kept_of(sender):
    return one(select(Inbound).where(Inbound.sender == sender).order_by(Inbound.id))


def attached(task_id):
    with isolation.transaction(isolation.system("test")):
        return [file.name for file in attachments.files_of(find(task_id))]


def test_a_new_task_keeps_what_was_forwarded_and_quoted(world, app):
    person = world.client()
    mail(person.email, FORWARDED, "Fwd: offers")
    work_off()
    assert "three vans" in tasks_of(person)[0].text and "three trucks" in tasks_of(person)[0].text


@pytest.mark.parametrize(
    "heading",
    [
        "On Tue, 24 Nov 2026 at 14:00, Poruchi <tasks@desk.localhost> wrote:",
        "On Tue, 24 Nov 2026 at 14:00, Poruchi\n<tasks@desk.localhost> wrote:",
        "пн, 24 нояб. 2026 г. в 14:00, Poruchi <tasks@desk.localhost>:",
        '24.11.2026, 14:00, "Poruchi" <tasks@desk.localhost>:',
        "Вторник, 24 ноября 2026, 14:00 +03:00 от Poruchi <tasks@desk.localhost>:",
        "24 ноября 2026 г. 14:00 пользователь Poruchi <t@d.ee> написал:",
    ],
)
@pytest.mark.parametrize("sign", ["> ", ""])
def test_quotes_are_cut_from_answers_as_mail_programs_write_them(heading, sign):
    answer = (
        f"Красный, пожалуйста.\n\n-- \nОльга\n\n{heading}\n{sign}Какой цвет?\n{sign}Ответьте на это"
        " письмо"
    )
    assert quotes.new_words(answer) == "Красный, пожалуйста."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Да\n\n-----Исходное сообщение-----\nОт: Poruchi\nОтправлено: вторник\n\nКакой?", "Да"),
        ("Yes\n\nFrom: Poruchi <x@y.z>\nSent: Tuesday\nSubject: 1012\n\nPrice 84", "Yes"),
        ("> Which month?\nMay\n> How many?\nTwo", "May\nTwo"),
        ("> only quoted", "> only quoted"),
        (
            "On Tuesday he wrote: let us take five.\nFine with me.",
            "On Tuesday he wrote: let us take five.\nFine with me.",
        ),
        ("On Tue, 24 Nov 2026, Poruchi wrote:\n> Which month?\n\nMay, please", "May, please"),
    ],
)
def test_only_what_is_old_is_cut(answer, words):
    assert quotes.new_words(answer) == words


def test_each_question_is_answered_by_the_answer_to_its_own_mail(world, app):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    for question in ("Which month?", "How many rooms?"):
        ask(helper, task_id, question)
    asked = one(
        select(Message)
        .where(Message.to_id == person.id, Message.template == "question")
        .order_by(Message.id)
    )
    mail(
        person.email,
        "In May",
        to=short_links.answer_address(task_id, person.id, person.company_id),
        References=f"<m{asked[0].id}@desk.localhost>",
    )
    work_off()
    from tests.talk import answers_on

    assert answers_on(task_id) == ["In May", None]


@pytest.mark.parametrize(
    "heading",
    [b"From: {me}, pekka@demo.example\r\n", b"From: {me}\r\nFrom: pekka@demo.example\r\n", b""],
)
def test_mail_without_one_sender_waits_for_a_person(world, app, heading):
    person = world.client()
    raw = (
        heading.replace(b"{me}", person.email.encode())
        + f"Subject: odd {person.id}\r\n\r\nCompare three vans".encode()
    )
    store.store(
        "email",
        "tasks@desk.localhost",
        parse.identity(raw),
        sender=person.email,
        raw=raw,
        headers={"peer": "127.0.0.1"},
    )
    work_off()
    found = one(select(Inbound).where(Inbound.subject == f"odd {person.id}"))
    assert [(row.state, row.reason) for row in found] == [
        ("needs_person", interpret.NO_SENDER)
    ] and told(person) == []


def test_a_clients_mail_that_came_as_lists_do_waits_and_is_not_answered(world, app):
    person = world.client()
    mail(person.email, "Compare three vans", List_Id="<x.y>")
    mail("news@else.example", "Buy now", Precedence="bulk")
    work_off()
    assert (
        [row.state for row in kept_of(person.email)] == ["needs_person"]
        and tasks_of(person) == []
        and told(person) == []
    )
    assert [row.kind for row in kept_of("news@else.example")][-1:] == ["automatic"]


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
def test_a_raw_subject_is_read(charset):
    raw = b"From: a@b.example\r\nSubject: " + "Сравните воду".encode(charset) + b"\r\n\r\nx"
    assert parse.read(raw).subject == "Сравните воду"


# Pictures


class Pictures(BaseHTTPRequestHandler):
    """Twilio's place for media: one picture, one that is too large, and nothing else."""

    def do_GET(self):
        found = self.path.endswith("ME0") and self.headers["Authorization"].startswith("Basic ")
        large = self.path.endswith("LARGE")
        self.send_response(200 if found or large else 404)
        self.end_headers()
        self.wfile.write(b"\x89PNG picture" if found else bytes(11 * 1024 * 1024) if large else b"")

    def log_message(self, *args):
        """Nothing to log."""


@pytest.fixture
def pictures(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(
        twilio_edge, "settings", lambda: settings().model_copy(update={"twilio_api_base": base})
    )
    yield base
    server.shutdown()


def media(*addresses):
    return {
        "NumMedia": str(len(addresses)),
        **{f"MediaUrl{place}": address for place, address in enumerate(addresses)},
        **{f"MediaContentType{place}": "image/png" for place in range(len(addresses))},
    }


def fetch_pictures():
    with isolation.transaction(isolation.system("test")):
        ids = list(
            db.session.scalars(
                select(OutboxRow.id).where(
                    OutboxRow.reaction == "fetch_media", OutboxRow.done_at.is_(None)
                )
            )
        )
    jobs.run_rows(ids)


def test_a_picture_with_words_comes_to_its_task_and_what_cannot_be_fetched_is_said_there(
    world, client, pictures
):
    person = world.client(channel="sms")
    text(
        client,
        person.phone,
        "Which model of grinder is it, and where can we buy it?",
        **media(
            "https://api.twilio.com/ME0",
            "https://api.twilio.com/gone",
            "http://169.254.169.254/secret",
            "https://api.twilio.com/LARGE",
        ),
    )
    work_off()
    fetch_pictures()
    work_off()
    task_id = tasks_of(person)[0].id
    assert attached(task_id) == ["picture-1.png"]
    of_this = select(Event).where(Event.task_id == task_id, Event.kind == "task.file_left_out")
    why = [event.facts["detail"] for event in one(of_this.order_by(Event.id))]
    assert "404" in why[0] and "does not lie at Twilio" in why[1] and "larger than 10 MB" in why[2]
    told_of = [words for words in told(person) if "could not attach" in words]
    named = ("picture-2", "picture-3", "picture-4.png (up to 10 MB)")
    assert all(name in words for name, words in zip(named, told_of, strict=True))
    sent = one(select(Message).where(Message.task_id == task_id, Message.template == "left_out"))
    assert {message.channel for message in sent} == {"sms"}
    assert said_on(task_id) == [], "nobody says what they did not say"


def test_a_picture_without_words_waits_for_a_person_who_can_make_it_a_task(world, client, pictures):
    person, operator = world.client(channel="sms"), world.staff("operator")
    text(client, person.phone, "", **media("https://api.twilio.com/ME0"))
    work_off()
    assert [(row.state, row.reason) for row in kept_of(person.phone)] == [
        ("needs_person", interpret.PICTURE_ALONE)
    ]
    assert "Someone will look" in told(person)[-1] and tasks_of(person) == []
    with isolation.transaction(operator.scope):
        inbox.make_task(kept_of(person.phone)[0].id, person.email, operator.actor)
    work_off()
    fetch_pictures()
    assert attached(tasks_of(person)[0].id) == ["picture-1.png"]


def test_a_picture_beside_a_command_waits_for_a_person(world, client):
    person = world.client(channel="sms")
    text(client, person.phone, "status", **media("https://api.twilio.com/ME0"))
    work_off()
    assert [row.reason for row in kept_of(person.phone)] == [interpret.PICTURE_OF_NO_TASK]


def test_the_files_of_a_strangers_mail_come_to_the_task_that_is_made_of_it(world, app):
    person, operator = world.client(), world.staff("operator")
    mail(
        f"third-{person.id}@else.example",
        "please compare the attached list",
        "Suppliers",
        files=[("list.csv", b"a,b\n")],
    )
    work_off()
    with isolation.transaction(operator.scope):
        made = inbox.make_task(
            kept_of(f"third-{person.id}@else.example")[0].id, person.email, operator.actor
        )
    assert attached(made.id) == ["list.csv"]


# Strangers, and what cannot be answered


@pytest.mark.parametrize("sender", ["Google", "12345", "whatsapp:+37120000001"])
def test_who_cannot_be_answered_gets_no_answer(world, client, sender):
    text(client, sender, "hi there")
    work_off()
    assert {row.state for row in kept_of(sender)} == {"needs_person"}
    assert one(select(Message).where(Message.to_address == sender)) == []


def test_a_strangers_stop_gets_no_answer_and_stays_so(world, client):
    number = "+37126660099"
    for words in ("STOP", "Who is that?"):
        text(client, number, words)
        work_off()
    assert [row.kind for row in kept_of(number)] == ["stop", "stranger"]
    assert one(select(Message).where(Message.to_address == number)) == []


def test_a_clients_whatsapp_waits_and_is_not_answered_by_text(world, client):
    person = world.client(channel="sms")
    text(client, f"whatsapp:{person.phone}", "Compare prices of grinders")
    work_off()
    assert tasks_of(person) == [] and told(person) == []


def test_an_operator_writes_back_to_a_stranger_and_the_message_waits_on(world, client, application):
    operator = world.staff("operator")
    sender = f"who-{operator.id}@else.example"
    mail(sender, "What does it cost?", "A question", message_id=f"<q{operator.id}@else.example>")
    number = "+37126660042"
    text(client, number, "Сколько стоит?")
    work_off()
    browser = world.sign_in(application.test_client(), operator)
    for address, words in ((sender, "From 20 EUR an hour."), (number, "От 20 евро в час.")):
        row = kept_of(address)[0]
        assert browser.post(f"/desk/inbound/{row.id}/reply", data={"text": ""}).status_code == 422
        assert (
            browser.post(f"/desk/inbound/{row.id}/reply", data={"text": words}).status_code == 303
        )
        (answer,) = one(
            select(Message).where(Message.to_address == address, Message.template == "to_stranger")
        )
        assert words in answer.text and (answer.author_kind, answer.author_id) == (
            "operator",
            operator.id,
        )
        assert one(
            select(Event).where(
                Event.kind == "message.written", Event.facts["message"].as_integer() == answer.id
            )
        )
        assert kept_of(address)[0].state == "needs_person"
    mailed = one(
        select(Message).where(Message.to_address == sender, Message.template == "to_stranger")
    )[0]
    assert (mailed.subject, mailed.reply_to_provider_id) == (
        "Re: A question",
        f"<q{operator.id}@else.example>",
    )
    page = browser.get(f"/desk/triage?message={kept_of(sender)[0].id}").get_data(as_text=True)
    assert "From 20 EUR an hour." in page


def test_words_with_a_picture_on_a_task_bring_it_there(world, client, pictures):
    person, helper = world.client(channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    text(
        client,
        person.phone,
        f"{world.load(task_id).number}: like on this one",
        **media("https://api.twilio.com/ME0"),
    )
    work_off()
    fetch_pictures()
    assert attached(task_id) == ["picture-1.png"] and said_on(task_id) == ["like on this one"]
    assert "passed on" in write(client, person, f"{world.load(task_id).number}: and in red")


def test_why_a_message_waits_is_said_in_the_readers_language_and_a_persons_words_stay(
    world, client
):
    desk = world.sign_in(client, world.staff("operator"))
    text(client, "+37127779911", "Can you do books?")
    work_off()
    (row,) = kept_of("+37127779911")
    desk.post("/account", data={"name": "Vera Sokolova", "language": "ru", "tz": "Europe/Riga"})
    assert "Неизвестный отправитель" in desk.get(f"/desk/triage?message={row.id}").text
    desk.post(f"/desk/inbound/{row.id}/drop", data={"reason": "100% spam, 5%s"})
    assert "100% spam, 5%s" in desk.get("/desk/messages").text
    # Other tests read what the whole desk is told, in English.
    desk.post("/account", data={"name": "Vera Sokolova", "language": "en", "tz": "Europe/Riga"})
