"""The word that people get back for what they text, and their thanks."""

from __future__ import annotations

import pytest

from service.messages import short_links
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.talk import (
    answers_on,
    ask,
    delivered,
    keep_a_card,
    mail,
    new_task,
    report,
    retell,
    tasks_of,
    text,
    texts_to,
    told,
    work_off,
    write,
)


def test_acceptance_without_a_card_is_told_with_the_price(world, client, pair):
    person, helper = pair
    task_id = delivered(world, client, person, helper)
    write(client, person, "1")
    assert any("accepted at €" in words for words in texts_to(person)), texts_to(person)
    assert world.load(task_id).state == "accepted"


def test_with_a_card_the_receipt_is_the_word(world, client, pair):
    person, helper = pair
    delivered(world, client, person, helper)
    keep_a_card(person)
    write(client, person, "1")
    assert not any("accepted at" in words for words in texts_to(person))


def test_cancel_of_a_web_task_is_told_by_the_phone_that_asked(world, client):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    report(helper, task_id, 60)
    number = world.load(task_id).number
    write(client, person, f"cancel {number}")
    assert f"{number} cancelled" in texts_to(person)[-1] and "is charged" in texts_to(person)[-1]


def test_a_refusal_is_in_the_persons_language_with_the_number(world, client):
    person, helper = world.client(language="ru", channel="sms"), world.staff()
    number = world.load(world.task(person, "accepted", helper)).number
    back = write(client, person, f"отмена {number}")
    assert str(number) in back and "принята" in back
    assert "под" in write(client, person, "статус") or "Сейчас задач нет" in told(person)[-1]


def test_status_shows_first_what_waits_for_the_client(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    for _more in range(6):
        world.task(person, "queued")
    back = write(client, person, "status")
    assert back.startswith(
        f"{world.load(task_id).number}: retold, waits for you"
    ) and back.endswith("... and 2 more")


def test_russian_is_the_status_of_a_russian(world, client):
    person = world.client(language="ru", channel="sms")
    world.task(person, "queued")
    assert "в очереди" in write(client, person, "статус")


@pytest.mark.parametrize(("word", "told_so"), [("СТОП", True), ("cancel", False), ("QUIT", False)])
def test_stop_is_said_back_where_twilio_does_not(world, client, word, told_so):
    person = world.client(language="ru" if told_so else "en", channel="sms")
    text(client, person.phone, word)
    work_off()
    assert texts_to(person) == (
        ["Больше не пишем по СМС. Продолжим по почте. Вернуться: СТАРТ"] if told_so else []
    )
    write(client, person, "Compare prices of scales in Riga")
    assert [task.channel for task in tasks_of(person)] == ["sms"] and len(texts_to(person)) == int(
        told_so
    )


def test_new_says_that_it_is_a_task(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Inside or outside?")
    write(client, person, "NEW: taxi to the airport")
    assert (
        answers_on(task_id) == [None]
        and [task.text for task in tasks_of(person)][-1] == "taxi to the airport"
    )


@pytest.mark.parametrize(
    "order",
    [
        "С понедельника меняем цены, обновите прайс на сайте к пятнице",
        "с сайта поставщика соберите 50 контактов",
    ],
)
def test_a_task_that_begins_with_a_preposition_is_no_thanks(world, client, order):
    person, helper = world.client(language="ru", channel="sms"), world.staff()
    delivered(world, client, person, helper)
    write(client, person, "1", order)
    assert [task.text for task in tasks_of(person)][1:] == [order]


@pytest.mark.parametrize(
    ("language", "thanks"),
    [
        ("ru", "С отличная таблица, спасибо"),
        ("ru", "Т спасибо"),
        ("en", "T table was spot on, cheers"),
        ("en", "Thanks!"),
    ],
)
def test_thanks_reach_the_assistant_while_they_are_offered(world, client, language, thanks):
    person, helper = world.client(language=language, channel="sms"), world.staff()
    task_id = delivered(world, client, person, helper)
    write(client, person, "1", thanks)
    assert world.load(task_id).state == "closed" and len(tasks_of(person)) == 1
    write(client, person, "T the second one needs a new price list")
    assert len(tasks_of(person)) == 2, "nothing offers it any more, so it is a task"


def test_thanks_by_mail_are_for_the_task_that_is_answered(world, app):
    person, helper = world.client(), world.staff()
    first, second = (world.task(person, "accepted", helper) for _twice in range(2))
    for task_id in (first, second):
        with isolation.transaction(isolation.system("test")):
            from service.outbound import compose
            from tenants.people import Person

            compose.notify(db.session.get(Person, person.id), "accepted", find(task_id))
    mail(
        person.email,
        "T great work",
        to=short_links.answer_address(first, person.id, person.company_id),
    )
    work_off()
    assert (world.load(first).state, world.load(second).state) == ("closed", "accepted")
