"""A delivery under 80 % of its criteria, answered by text or mail: nothing is charged before the
sums were told."""

from __future__ import annotations

import pytest

from service.messages import short_links
from service.tasks import acceptance
from service.tasks.task import find
from tenants import isolation
from tests.talk import mail, told, work_off, write

LETTERS = {"en": ("A", "B", "C"), "ru": ("А", "Б", "В")}
SUMS = {"en": ("€96.00", "60 %", "€57.60"), "ru": ("96,00", "60 %", "57,60")}


@pytest.fixture(params=["en", "ru"])
def language(request):
    return request.param


@pytest.fixture
def person(world, language):
    return world.client(language=language, channel="sms")


@pytest.fixture
def task_id(world, person):
    return delivered(world, person, 3, 5)


def delivered(world, person, met, of):
    made = world.partly(person, world.staff(), met, of)
    work_off()
    return made


def stands(world, task_id):
    """State, price and score; what the last word was, if there was one."""
    task = world.load(task_id)
    with isolation.transaction(isolation.system("test")):
        said = acceptance.last_acceptance(find(task_id))
        word = (said.then, said.score, said.comment) if said else None
    return task.state, task.price, task.score, word


UNTOUCHED = ("delivered", 9600, None, None)


def test_what_was_delivered_says_that_an_operator_decides_without_an_answer(
    person, task_id, language
):
    words = told(person)[-1]
    assert "60 %" in words
    assert ("an operator decides" if language == "en" else "решит оператор") in words


def test_a_yes_is_asked_back_once_with_the_sums(world, client, person, task_id, language):
    back = write(client, person, {"en": "1", "ru": "да"}[language])
    assert stands(world, task_id) == UNTOUCHED
    assert all(
        word in back for word in (*SUMS[language], *(f"{letter} " for letter in LETTERS[language]))
    )
    write(client, person, "1")
    assert stands(world, task_id) == ("accepted", 9600, None, (None, None, ""))


def test_two_alone_offers_rework_a_part_of_the_price_and_an_operator(
    world, client, person, task_id, language
):
    back = write(client, person, "2")
    assert stands(world, task_id) == UNTOUCHED
    assert all(word in back for word in (*SUMS[language][1:], *LETTERS[language]))
    assert SUMS[language][0] not in back


@pytest.mark.parametrize("first", ["1", "2"])
@pytest.mark.parametrize(
    ("place", "state"),
    [
        (0, UNTOUCHED),
        (1, ("accepted", 5760, 60, ("settle", 60, ""))),
        (2, ("delivered", 9600, None, ("dispute", None, ""))),
    ],
)
def test_each_letter_does_what_it_says(
    world, client, person, task_id, language, first, place, state
):
    write(client, person, first, LETTERS[language][place])
    assert stands(world, task_id) == state
    assert (world.load(task_id).disputed_at is not None) == (place == 2)
    if place == 0:
        write(client, person, "Two of the sums")
        assert stands(world, task_id) == (
            "working",
            9600,
            None,
            ("rework", None, "Two of the sums"),
        )


@pytest.mark.parametrize("language", ["en"], indirect=True)
@pytest.mark.parametrize(
    ("said", "state"),
    [
        (
            ("2 the sums are wrong",),
            ("working", 9600, None, ("rework", None, "the sums are wrong")),
        ),
        (
            ("2", "The sums are wrong"),
            ("working", 9600, None, ("rework", None, "The sums are wrong")),
        ),
        (
            ("2", "A, the sums are wrong"),
            ("working", 9600, None, ("rework", None, "the sums are wrong")),
        ),
        (
            ("2", "C: nobody called me"),
            ("delivered", 9600, None, ("dispute", None, "nobody called me")),
        ),
        (
            ("2", "B, but not before Monday"),
            ("working", 9600, None, ("rework", None, "B, but not before Monday")),
        ),
        (("1", "B, but not before Monday"), UNTOUCHED),
        (("1", "D"), UNTOUCHED),
        (("2", "D"), UNTOUCHED),
        (("1", "2"), UNTOUCHED),
        (("1", "2", "1"), UNTOUCHED),
        (("1", "2", "1", "yes"), ("accepted", 9600, None, (None, None, ""))),
    ],
)
def test_what_is_no_clear_word_charges_nothing(world, client, person, task_id, said, state):
    write(client, person, *said)
    assert stands(world, task_id) == state


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_a_letter_that_was_not_offered_is_asked_back_with_those_that_were(client, person, task_id):
    assert "A or B or C" in write(client, person, "2", "D")
    assert "1 or A or B or C" in write(client, person, "1", "D")


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_from_80_per_cent_on_a_yes_accepts_and_two_offers_no_part_of_the_price(
    world, client, person
):
    task_id = delivered(world, person, 4, 5)
    back = write(client, person, "2")
    assert "%" not in back and "€" not in back and "B: an operator decides" in back
    write(client, person, "1")
    assert stands(world, task_id) == ("accepted", 9600, None, (None, None, ""))


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_from_80_per_cent_on_an_operator_may_be_asked_for_by_letter(world, client, person):
    task_id = delivered(world, person, 5, 5)
    write(client, person, "2", "B")
    assert stands(world, task_id) == ("delivered", 9600, None, ("dispute", None, ""))


@pytest.mark.parametrize("yes", ["1", "Yes, accept"])
def test_a_yes_by_mail_is_asked_back_as_well(world, app, yes, language):
    person = world.client(language=language)
    task_id = delivered(world, person, 3, 5)
    address = short_links.answer_address(task_id, person.id, person.company_id)
    for state in (UNTOUCHED, ("accepted", 9600, None, (None, None, ""))):
        mail(person.email, f"{yes}\n\nIngrid", to=address)
        work_off()
        assert stands(world, task_id)[:3] == state[:3]
        if state is UNTOUCHED:
            assert all(word in told(person)[-1] for word in SUMS[language])


def test_two_by_mail_and_then_a_letter_pays_the_part_that_it_said(world, app):
    person = world.client()
    task_id = delivered(world, person, 3, 5)
    address = short_links.answer_address(task_id, person.id, person.company_id)
    for words in ("2", "B"):
        mail(person.email, words, to=address)
        work_off()
    assert stands(world, task_id) == ("accepted", 5760, 60, ("settle", 60, ""))


def test_a_stop_by_text_says_that_an_operator_decides(world, client, person, task_id, language):
    number = world.load(task_id).number
    back = write(client, person, {"en": f"cancel {number}", "ru": f"отмена {number}"}[language])
    assert (
        SUMS[language][0] in back
        and ("an operator decides" if language == "en" else "оператор решит") in back
    )
    assert stands(world, task_id)[:2] == ("cancelled", 0)
