"""The word on a delivery as a plain form: three ways where it is not quite it, each a button with
its sum."""

from __future__ import annotations

import re

import pytest

from service.messages import short_links
from service.tasks import acceptance
from service.tasks.task import find
from tenants import isolation


@pytest.fixture
def two(world):
    return world.client(), world.staff()


def buttons(page: str, action: str = "acceptance") -> dict[str, tuple[str, str]]:
    """The buttons of the form that goes to this address, or that says so in `act`: their words to
    name and value."""
    form = next(
        one
        for one in re.findall(r"<form.*?</form>", page, re.DOTALL)
        if "data-scores" in one and action in one
    )
    found = re.findall(r"<button class=\"btn([^>]*)>(.*?)</button>", form, re.DOTALL)
    named = [
        (re.search(r'name="(\w+)"', at)[1], re.search(r' value="([^"]*)"', at)[1], words)
        for at, words in found
    ]
    return {" ".join(words.split()): (name, value) for name, value, words in named}


def press(page, client, address, words, action="acceptance", **fields):
    name, value = buttons(page, action)[words]
    return client.post(address, data={**fields, name: value})


def last_word(task_id):
    with isolation.transaction(isolation.system("test")):
        said = acceptance.last_acceptance(find(task_id))
        return (said.then, said.score) if said else None


@pytest.fixture(params=["page", "short link", "for the client"])
def form(request, world, client, two):
    """How to read and send the form of a task: on the client's page, by the short link, by the
    operator."""
    person, desk = two[0], world.staff("operator")

    def of(task_id):
        task = world.load(task_id)
        if request.param == "page":
            world.sign_in(client, person)
            read = f"/app/{person.slug}/tasks/{task.number}"
            return read, f"{read}/acceptance", {}
        if request.param == "short link":
            token = short_links.url(task_id, person.id, person.company_id).rsplit("/", 1)[1]
            return f"/t/{token}", f"/t/{token}", {"act": "acceptance"}
        world.sign_in(client, desk)
        return f"/desk/tasks/{task_id}", f"/desk/tasks/{task_id}/acceptance", {}

    return of


@pytest.mark.parametrize(
    ("words", "word", "state", "price"),
    [
        ("Accept for €96.00", (None, None), "accepted", 9600),
        ("Have it reworked", ("rework", None), "working", 9600),
        ("Pay 60 %: €57.60", ("settle", 60), "accepted", 5760),
        ("Let an operator decide", ("dispute", None), "delivered", 9600),
    ],
)
def test_under_80_each_button_does_what_it_says(
    world, client, two, form, words, word, state, price
):
    task_id = world.partly(*two, 3, 5)
    read, send, more = form(task_id)
    page = client.get(read).text
    assert list(buttons(page)) == [
        "Have it reworked",
        "Pay 60 %: €57.60",
        "Let an operator decide",
        "Accept for €96.00",
    ]
    assert press(page, client, send, words, **more, score="").status_code == 303
    assert (last_word(task_id), world.load(task_id).state, world.load(task_id).price) == (
        word,
        state,
        price,
    )


def test_a_figure_beside_a_button_that_names_another_is_asked_about_with_its_sum(
    world, client, two, form
):
    task_id = world.partly(*two, 3, 5)
    read, send, more = form(task_id)
    answer = press(client.get(read).text, client, send, "Pay 60 %: €57.60", **more, score="40")
    assert answer.status_code == 422 and "At 40 % you pay €38.40" in answer.text
    assert (last_word(task_id), world.load(task_id).state) == (None, "delivered")
    assert (
        press(answer.text, client, send, "Pay 40 %: €38.40", **more, score="40").status_code == 303
    )
    assert (last_word(task_id), world.load(task_id).price) == (("settle", 40), 3840)


def test_from_80_on_a_part_is_paid_by_a_figure_only(world, client, two, form):
    task_id = world.partly(*two, 4, 5)
    read, send, more = form(task_id)
    page = client.get(read).text
    assert "Pay that share of €96.00" in buttons(page)
    answer = press(page, client, send, "Pay that share of €96.00", **more, score="")
    assert answer.status_code == 422 and "Enter a score below 80" in answer.text
    assert (
        press(page, client, send, "Pay that share of €96.00", **more, score="25").status_code == 303
    )
    assert (last_word(task_id), world.load(task_id).price) == (("settle", 25), 2400)


def test_accept_beside_a_figure_below_80_is_refused_in_words_of_the_page(world, client, two, form):
    task_id = world.partly(*two, 4, 5)
    read, send, more = form(task_id)
    answer = press(
        client.get(read).text,
        client,
        send,
        "Accept for €96.00",
        **more,
        score="60",
        comment="Half of it",
    )
    assert (
        answer.status_code == 422
        and "Pay 60 %: €57.60" in buttons(answer.text)
        and "Half of it" in answer.text
    )
    said = re.search(r'id="then-oops">.*?</svg>(.*?)</p>', answer.text, re.DOTALL)[1]
    assert (
        said == "For a score below 80 %, choose: send for rework, pay that share, or let an "
        "operator decide"
    )
    assert world.load(task_id).state == "delivered"


def test_a_figure_that_was_said_is_kept_and_none_is_where_none_was(world, client, two, form):
    for score, kept in (("92", 92), ("", None)):
        task_id = world.partly(*two, 5, 5)
        read, send, more = form(task_id)
        page = client.get(read).text
        assert re.search(r'<input type="number"[^>]*value=""', page), (
            "no figure is put into anybody's mouth"
        )
        press(page, client, send, "Accept for €96.00", **more, score=score)
        assert (world.load(task_id).score, world.load(task_id).state) == (kept, "accepted")


def test_enter_in_a_field_presses_a_button_that_does_nothing(world, client, two, form):
    read, _send, _more = form(world.partly(*two, 3, 5))
    page = client.get(read).text
    for one in re.findall(r"<form[^>]*data-scores.*?</form>", page, re.DOTALL):
        assert re.search(r"<button[^>]*>", one)[0] == "<button disabled hidden>"
        assert "Mod+Enter" not in one


@pytest.mark.parametrize(
    ("words", "score", "state", "price", "word"),
    [
        ("Have it reworked", "", "working", 9600, ("rework", None)),
        ("Accept for €96.00", "", "accepted", 9600, (None, None)),
        ("Pay that share of €96.00", "30", "accepted", 2880, ("settle", 30)),
        ("Cancel, charge nothing", "", "cancelled", 0, ("dispute", None)),
    ],
)
def test_an_operator_decides_a_dispute_by_a_button(
    world, client, two, words, score, state, price, word
):
    person, desk = two[0], world.staff("operator")
    task_id = world.partly(*two, 3, 5)
    with isolation.transaction(person.scope):
        acceptance.accept(find(task_id), person.actor, then="dispute")
    world.sign_in(client, desk)
    page = client.get(f"/desk/tasks/{task_id}").text
    answer = press(
        page,
        client,
        f"/desk/tasks/{task_id}/resolution",
        words,
        "resolution",
        reason="I looked at it.",
        score=score,
    )
    assert answer.status_code == 303
    task = world.load(task_id)
    assert (task.state, task.price, last_word(task_id)) == (state, price, word)


def test_what_a_stop_costs_is_said_before_it_and_after_it(world, client, two):
    person, desk = two[0], world.staff("operator")
    task_id = world.partly(*two, 3, 5)
    number = world.load(task_id).number
    world.sign_in(client, person)
    at = f"/app/{person.slug}/tasks/{number}"
    assert (
        "Nothing is charged now; an operator will decide, from 0 to €96.00." in client.get(at).text
    )
    client.post(f"{at}/cancellation", data={})
    page = client.get(at).text
    assert "Cancelled. Nothing is charged until an operator decides, from 0 to €96.00." in page
    assert "An operator will decide the charge and write to you." in page
    world.sign_in(client, desk)
    page = client.get(f"/desk/tasks/{task_id}").text
    assert list(buttons(page, "resolution")) == ["Pay that share of €96.00", "Charge nothing"]
    answer = press(
        page,
        client,
        f"/desk/tasks/{task_id}/resolution",
        "Pay that share of €96.00",
        "resolution",
        reason="So.",
        score="",
    )
    assert answer.status_code == 422 and "To settle, enter a score from 0 to 100" in answer.text
    press(
        page,
        client,
        f"/desk/tasks/{task_id}/resolution",
        "Pay that share of €96.00",
        "resolution",
        reason="A half.",
        score="50",
    )
    assert (world.load(task_id).price, world.load(task_id).score) == (4800, 50)
    world.sign_in(client, person)
    page = client.get(at).text
    assert "Cancelled, €48.00 charged" in page and "A half." in page


@pytest.mark.parametrize("stopped", [False, True])
def test_what_waits_for_a_decision_stands_on_the_operators_list_with_its_reason(
    world, client, two, stopped
):
    person, desk = two[0], world.staff("operator")
    task_id = world.partly(*two, 3, 5)
    with isolation.transaction(isolation.system("test")):
        acceptance.accept_by_default(find(task_id))
    if stopped:
        from service.tasks import cancelling

        with isolation.transaction(person.scope):
            cancelling.cancel(find(task_id), person.actor)
    world.sign_in(client, desk)
    page = client.get("/desk").text
    page = page.replace("\u00a0", " ")
    row = next(
        one
        for one in re.findall(r"<li class=\"frow.*?</li>", page, re.DOTALL)
        if f'/desk/tasks/{task_id}"' in one
    )
    assert (
        "Cancelled: price not decided" if stopped else "No reply, 60 % met"
    ) in row and "#decide-h" in row
