"""What people text back, and what it does: their yes and no reach what was asked, and nothing is
stopped, thanked or lost beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.messages import short_links
from service.messages.message import Message
from service.tasks import delivery, understanding
from service.tasks.task import find
from tenants import isolation
from tests.talk import (
    answers_on,
    ask,
    delivered,
    mail,
    new_task,
    one,
    report,
    retell,
    said_on,
    tasks_of,
    texts_to,
    told,
    work_off,
    write,
)


def rework_of(task_id):
    with isolation.transaction(isolation.system("test")):
        said = delivery.last_acceptance(find(task_id))
        return said.comment if said and said.then == "rework" else None


def correction_of(task_id):
    with isolation.transaction(isolation.system("test")):
        return understanding.last_retelling(find(task_id)).correction


# A no is an answer, and stops nothing that it was not offered for


def test_no_to_a_question_is_its_answer(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Do you want breakfast included?")
    write(client, person, "No")
    assert (world.load(task_id).state, answers_on(task_id)) == ("briefed", ["No"])


def test_no_by_mail_to_a_question_on_a_working_task_is_its_answer(world, app):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    report(helper, task_id, 60)
    ask(helper, task_id, "Is a hotel without lift all right?")
    address = short_links.answer_address(task_id, person.id, person.company_id)
    for _twice in range(2):
        mail(person.email, "No.\n\nIngrid", to=address)
        work_off()
    assert world.load(task_id).state == "working"
    assert answers_on(task_id) == ["No.\n\nIngrid"] and said_on(task_id) == ["No.\n\nIngrid"]


@pytest.mark.parametrize(("language", "no"), [("en", "N"), ("ru", "нет")])
def test_n_to_two_ways_asks_what_is_different_and_leaves_other_tasks_alone(
    world, client, language, no
):
    person, helper = world.client(language=language, channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id, proposal="Take last year's list.")
    other = new_task(
        world, client, person, helper, "Compare nine cafes in Faro and their prices", "queued"
    )
    write(client, person, no)
    assert (world.load(task_id).state, world.load(other).state) == ("retold", "queued")
    write(client, person, "It should be in June")
    assert (world.load(task_id).state, correction_of(task_id)) == (
        "briefed",
        "It should be in June",
    )


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("no", "delivered"),
        ("н", "delivered"),
        ("yes", "accepted"),
        ("Да", "accepted"),
        ("1.", "accepted"),
    ],
)
def test_yes_and_no_are_one_and_two_for_a_delivery(world, client, pair, said, state):
    person, helper = pair
    task_id = delivered(world, client, person, helper)
    other = new_task(
        world, client, person, helper, "Compare eleven parks in Riga for our party", "queued"
    )
    write(client, person, said)
    assert (world.load(task_id).state, world.load(other).state) == (state, "queued")


def test_n_stops_only_what_was_acknowledged_here_and_not_twice(world, client, pair):
    person, helper = pair
    first, second = (
        new_task(world, client, person, helper, words, "queued")
        for words in ("Compare three trams in Riga", "Compare four trams in Riga")
    )
    write(client, person, "N", "N")
    assert [world.load(task).state for task in (first, second)] == ["queued", "cancelled"]
    assert "Nothing needs your reply" in told(person)[-1]


def test_a_no_to_what_the_assistant_wrote_reaches_the_assistant(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    with isolation.transaction(helper.scope):
        from service.messages import message as message_module

        message_module.say(find(task_id), helper.actor, "Do you want lunch?")
    work_off()
    write(client, person, "No")
    assert world.load(task_id).state == "briefed" and said_on(task_id)[-1] == "No"


# Numbers, and words behind the letter


def test_a_letter_with_its_number_means_that_task(world, client, pair):
    person, helper = pair
    first, second = (
        new_task(world, client, person, helper, words)
        for words in ("Compare six hotels in Tapa", "Compare six hotels in Kunda")
    )
    for task_id in (first, second):
        retell(helper, task_id)
    number = world.load(first).number
    assert "Several tasks" in write(client, person, "N")
    assert f"{number}: what is different" in write(client, person, f"N {number}")
    write(client, person, f"N {number} too dear")
    assert (correction_of(first), world.load(second).state) == ("too dear", "retold")
    write(client, person, f"{world.load(second).number} yes")
    assert world.load(second).state == "working"


def test_a_number_never_becomes_the_correction(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    assert "what is different" in write(client, person, f"N {world.load(task_id).number}")
    assert correction_of(task_id) is None


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        ("Y\nbut only with lunch included", ["but only with lunch included"]),
        ("Yes please", []),
        ("yes, that's right.", []),
        ("«Да»", []),
        ("Yes, and with parking", ["and with parking"]),
    ],
)
def test_words_behind_a_yes_are_passed_on(world, client, pair, said, passed):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    write(client, person, said)
    assert (world.load(task_id).state, said_on(task_id)) == ("working", passed)


def test_words_behind_a_two_are_what_is_missing(world, client, pair):
    person, helper = pair
    task_id = delivered(world, client, person, helper)
    write(client, person, "2 the third has no price")
    assert (world.load(task_id).state, rework_of(task_id)) == ("working", "the third has no price")


@pytest.mark.parametrize(
    "said", ["1 supplier is missing", "Yes, but the third has no price", "not good", "maybe"]
)
def test_what_is_no_clear_yes_is_not_charged_and_asked_back(world, client, pair, said):
    person, helper = pair
    task_id = delivered(world, client, person, helper)
    assert "did not understand" in write(client, person, said) and "1 or 2" in told(person)[-1]
    assert world.load(task_id).state == "delivered" and len(tasks_of(person)) == 1


# Short answers never become tasks


@pytest.mark.parametrize(
    "said", ["Y", "1", "B", "👍", "Thanks!", "NEW", "Y 9999", "12: hello", "отмена", "no"]
)
def test_what_looks_like_an_answer_to_nothing_is_answered_and_is_no_task(world, client, said):
    person = world.client(channel="sms")
    write(client, person, said)
    assert tasks_of(person) == [] and len(told(person)) == 1


@pytest.mark.parametrize(
    ("language", "said", "letters"),
    [
        ("en", "maybe", "Y or N"),
        ("ru", "может", "Д или Н"),
        ("en", "z", "Y or N"),
        ("en", "👍", "Y or N"),
    ],
)
def test_an_answer_that_cannot_be_read_is_asked_back(world, client, language, said, letters):
    person, helper = world.client(language=language, channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    back = write(client, person, said)
    assert said in back and letters in back and str(world.load(task_id).number) in back
    assert len(tasks_of(person)) == 1


def test_one_word_says_what_is_missing(world, client, pair):
    person, helper = pair
    task_id = delivered(world, client, person, helper)
    write(client, person, "2", "Prices")
    assert (rework_of(task_id), len(tasks_of(person))) == ("Prices", 1)


def test_a_number_without_words_and_a_second_yes_are_told_so(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    number = world.load(task_id).number
    assert f"{number}: your text was empty" in write(client, person, f"{number}:")
    retell(helper, task_id)
    write(client, person, "Y")
    assert "Nothing needs your reply" in write(client, person, "Y")
    assert len(tasks_of(person)) == 1


@pytest.mark.parametrize("said", ["Inside please", "I need two rooms", "Call me", "2", "Yes"])
def test_plain_words_answer_the_only_question(world, client, pair, said):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Inside or outside, and how many?")
    write(client, person, said)
    assert answers_on(task_id) == [said] and len(tasks_of(person)) == 1


@pytest.mark.parametrize(
    "order",
    [
        "Compare six hotels in Tartu",
        "Пожалуйста, найдите три гостиницы в Тарту",
        "1) Find hotels in Riga by Friday 2) compare their prices",
    ],
)
def test_an_order_is_a_task_also_while_a_question_is_open(world, client, pair, order):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Inside or outside?")
    write(client, person, order)
    assert answers_on(task_id) == [None] and tasks_of(person)[-1].text == order


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("B, thanks", "town"),
        ("b.", "town"),
        ("A, but only in May", "sea. but only in May"),
        ("a hotel by the lake", "a hotel by the lake"),
    ],
)
def test_options_by_letter_and_words_beside_them(world, client, pair, said, answer):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Sea or town?", ["sea", "town"])
    write(client, person, said)
    assert answers_on(task_id) == [answer]


def test_a_latin_b_among_three_russian_options_is_asked_back(world, client):
    person, helper = world.client(language="ru", channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Какой цвет?", ["белый", "синий", "красный"])
    write(client, person, "B")
    assert answers_on(task_id) == [None] and "А или Б или В" in told(person)[-1]
    write(client, person, "В")
    assert answers_on(task_id) == ["красный"]


# Channels


def test_what_was_asked_by_mail_can_be_answered_by_text(world, client):
    person, helper = world.client(channel="email"), world.staff()
    first, second = (world.task(person, "retold", helper) for _twice in range(2))
    work_off()
    write(client, person, f"Y {world.load(first).number}")
    assert (world.load(first).state, world.load(second).state) == ("working", "retold")
    assert "has started" in texts_to(person)[-1], "the word back comes by the channel that asked"
    write(client, person, "yes")
    assert world.load(second).state == "working"


def test_a_new_mail_is_never_the_correction_that_was_asked_by_text(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    write(client, person, "N")
    mail(
        person.email,
        "Please find three offers for paper cups, and compare their prices.",
        "Offers for cups",
    )
    work_off()
    assert correction_of(task_id) is None and [task.title for task in tasks_of(person)][1:] == [
        "Offers for cups"
    ]


def test_a_yes_in_words_by_mail_confirms_and_other_words_are_passed_on_with_what_still_waits(
    world, app
):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "retold", helper)
    work_off()
    address = short_links.answer_address(task_id, person.id, person.company_id)
    mail(person.email, "Hm, I have to ask my colleague about the prices first.", to=address)
    work_off()
    assert world.load(task_id).state == "retold" and len(said_on(task_id)) == 1
    assert "Y or N" in told(person)[-1]
    mail(
        person.email,
        "Yes, that's right.\n\nOn Tue, 24 Nov 2026 at 14:00, Poruchi <x@desk.localhost> wrote:\n>"
        " Price 84",
        to=address,
    )
    work_off()
    assert world.load(task_id).state == "working" and len(said_on(task_id)) == 1


def test_a_colleagues_answer_is_words_in_their_own_name(world, app):
    person, helper = world.client(), world.staff()

    class Company:
        id, slug = person.company_id, person.slug

    colleague, other = world.client(Company, role="member"), world.client()
    task_id = world.task(person, "retold", helper)
    private = world.task(person, "retold", helper, private=True)
    work_off()
    for writer, about in ((colleague, task_id), (colleague, private), (other, task_id)):
        mail(writer.email, "Y", to=short_links.answer_address(about, person.id, person.company_id))
        work_off()
    assert (world.load(task_id).state, said_on(task_id), said_on(private)) == ("retold", ["Y"], [])
    assert [
        message.author_id
        for message in one(
            select(Message).where(Message.task_id == task_id, Message.direction == "said")
        )
    ] == [colleague.id]
    assert tasks_of(colleague) == tasks_of(other) == []
