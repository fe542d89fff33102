"""Money on nobody's word: what is charged without a client's or an operator's word, and figures
that nobody said."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from service.billing import charges
from service.core.errors import InvalidInput, NotReady
from service.messages.message import Message
from service.tasks import acceptance, cancelling, red_line
from service.tasks.events import Event
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.talk import work_off
from workers import clock as clock_process

PRICE = 9600


@pytest.fixture
def two(world):
    return world.client(), world.staff()


def be_silent(world, task_id):
    """The notice and then the end of the agreed silence."""
    for _twice in range(2):
        with time_machine.travel(world.load(task_id).alarm_at + timedelta(seconds=1), tick=True):
            clock_process.run_alarm(task_id)
    work_off()


def say(someone, task_id, *words, **more):
    with isolation.transaction(someone.scope):
        acceptance.accept(find(task_id), someone.actor, *words, **more)
    work_off()


def decide(someone, task_id, *words):
    with isolation.transaction(someone.scope):
        acceptance.resolve(find(task_id), someone.actor, *words)
    work_off()


def stop(someone, task_id):
    with isolation.transaction(someone.scope):
        due = cancelling.cancel(find(task_id), someone.actor, "Enough.")
    work_off()
    return due


def charged(task_id):
    with isolation.transaction(isolation.system("test")):
        charge = charges.of_task(find(task_id))
        return charge.amount if charge else None


def open_price(task_id):
    with isolation.transaction(isolation.system("test")):
        return cancelling.undecided(find(task_id))


def last_word(task_id):
    with isolation.transaction(isolation.system("test")):
        said = acceptance.last_acceptance(find(task_id))
        db.session.expunge(said)
        return said


def last_event(task_id, kind):
    with isolation.transaction(isolation.system("test")):
        return db.session.scalar(
            select(Event.facts)
            .where(Event.task_id == task_id, Event.kind == kind)
            .order_by(Event.id.desc())
            .limit(1)
        )


def told_desk(task_id):
    """The subjects of what everybody who watches over the desk was told."""
    with isolation.transaction(isolation.system("test")):
        return set(
            db.session.scalars(
                select(Message.subject).where(
                    Message.task_id == task_id, Message.template == "desk_note"
                )
            )
        )


@pytest.mark.parametrize(("met", "of"), [(0, 1), (3, 4), (7, 9), (15, 19)])
def test_silence_on_under_80_per_cent_charges_nothing_and_goes_to_an_operator(world, two, met, of):
    world.staff("operator")
    task_id = world.partly(*two, met, of)
    be_silent(world, task_id)
    task = world.load(task_id)
    assert (task.state, task.waiting_for, task.score, task.price) == (
        "delivered",
        "operator",
        None,
        PRICE,
    )
    assert (task.alarm, task.met_share, charged(task_id)) == (None, round(100 * met / of), None)
    assert last_event(task_id, "task.silence_ended") == {"met": task.met_share}
    assert told_desk(task_id) == {f"{task.number}: No reply, under 80 %: decide"}


@pytest.mark.parametrize(("met", "of"), [(1, 1), (4, 5), (16, 20)])
def test_silence_on_80_per_cent_and_more_accepts_without_a_score(world, two, met, of):
    task_id = world.partly(*two, met, of)
    be_silent(world, task_id)
    task = world.load(task_id)
    assert (task.state, task.score, task.met_share, task.price) == (
        "accepted",
        None,
        round(100 * met / of),
        PRICE,
    )
    assert charged(task_id) == PRICE
    assert (last_word(task_id).score, last_word(task_id).by_kind) == (None, "system")


def test_an_alarm_from_before_this_rule_follows_it(world, two):
    task_id = world.partly(*two, 3, 5)
    with isolation.transaction(isolation.system("test")):
        find(task_id).met_share = None
    be_silent(world, task_id)
    assert (world.load(task_id).state, world.load(task_id).waiting_for) == ("delivered", "operator")


@pytest.mark.parametrize(
    ("words", "state", "price"),
    [
        ((), "accepted", PRICE),
        ((85,), "accepted", PRICE),
        ((60, "", "settle"), "accepted", 5760),
        ((None, "Too thin.", "rework"), "working", None),
        ((None, "", "dispute"), "delivered", None),
    ],
)
def test_after_the_silence_the_client_may_still_say_each_word(world, two, words, state, price):
    client = two[0]
    task_id = world.partly(*two, 3, 5)
    be_silent(world, task_id)
    say(client, task_id, *words)
    task = world.load(task_id)
    assert (task.state, task.waiting_for, charged(task_id)) == (state, None, price)
    assert last_word(task_id).score == (words[0] if words else None)


@pytest.mark.parametrize(
    ("words", "state", "price", "score"),
    [
        (("settle", "By the work.", 40), "accepted", 3840, 40),
        (("accept", "It is all there."), "accepted", PRICE, None),
        (("rework", "Once more."), "working", None, None),
        (("cancel", "Nothing of use."), "cancelled", None, None),
    ],
)
def test_after_the_silence_an_operator_decides_as_on_a_dispute(
    world, two, words, state, price, score
):
    task_id = world.partly(*two, 3, 5)
    be_silent(world, task_id)
    decide(world.staff("operator"), task_id, *words)
    task = world.load(task_id)
    assert (task.state, task.waiting_for, task.score, charged(task_id)) == (
        state,
        None,
        score,
        price,
    )


@pytest.mark.parametrize("outcome", ["rework", "accept"])
def test_a_dispute_is_decided_without_a_figure_that_nobody_gave(world, two, outcome):
    client = two[0]
    task_id = world.partly(*two, 3, 5)
    say(client, task_id, 40, "Not what I asked for.", "dispute")
    decide(world.staff("operator"), task_id, outcome, "Looked at both.")
    assert (last_word(task_id).score, world.load(task_id).score) == (None, None)


def test_a_word_without_a_figure_keeps_none(world, two):
    client = two[0]
    for words, kind in (((None, "Thin.", "rework"), "task.reworked"), ((), "task.accepted")):
        task_id = world.partly(*two, 3, 5)
        say(client, task_id, *words)
        assert last_event(task_id, kind) == {
            "acceptance": last_word(task_id).id,
            "score": None,
            "met": 60,
        }
        assert last_word(task_id).score is None


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ((None, "", "settle"), "score"),
        ((60,), "then"),
        ((85, "", "settle"), "score"),
        ((101,), "score"),
    ],
)
def test_a_word_that_is_none_is_refused(world, two, words, field):
    client = two[0]
    task_id = world.partly(*two, 3, 5)
    with pytest.raises(InvalidInput) as refused:
        say(client, task_id, *words)
    assert list(refused.value.errors) == [field]
    assert world.load(task_id).state == "delivered"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("settle", "So.", None), "score"),
        (("settle", "So.", 101), "score"),
        (("accept", "So.", 60), "score"),
        (("rework", "So.", 85), "score"),
        (("accept", " "), "reason"),
        (("forget", "So."), "outcome"),
    ],
)
def test_a_decision_that_is_none_is_refused(world, two, words, field):
    task_id = world.partly(*two, 3, 5)
    say(two[0], task_id, 40, "No.", "dispute")
    with pytest.raises(InvalidInput) as refused:
        decide(world.staff("operator"), task_id, *words)
    assert list(refused.value.errors) == [field]
    assert world.load(task_id).disputed_at is not None


def test_a_delivery_that_nobody_doubts_waits_for_no_operator(world, two):
    task_id = world.task(*two[:1], "delivered", two[1])
    with pytest.raises(NotReady):
        decide(world.staff("operator"), task_id, "settle", "So.", 10)
    stopped = world.task(two[0], "working", two[1])
    stop(two[0], stopped)
    with pytest.raises(NotReady):
        decide(world.staff("operator"), stopped, "settle", "So.", 10)


def sent_back(world, two, task_id):
    say(two[0], task_id, 50, "Too thin.", "rework")
    with isolation.transaction(two[1].scope):
        red_line.report(find(task_id), two[1].actor, 90, on_time=True)


def disputed(world, two, task_id):
    say(two[0], task_id, 10, "Wrong.", "dispute")


def unanswered(world, two, task_id):
    be_silent(world, task_id)


def under_80(world, two, task_id):
    pass


@pytest.mark.parametrize("doubt", [sent_back, disputed, unanswered, under_80])
@pytest.mark.parametrize(
    ("outcome", "score", "price"),
    [("settle", 25, 2400), ("settle", 0, None), ("settle", 100, PRICE), ("cancel", None, None)],
)
def test_what_was_doubted_and_is_then_stopped_costs_nothing_until_an_operator_decides(
    world, two, doubt, outcome, score, price
):
    client, desk = two[0], world.staff("operator")
    task_id = world.partly(*two, 3, 5)
    doubt(world, two, task_id)
    assert open_price(task_id) == PRICE
    assert stop(client, task_id) == 0
    task = world.load(task_id)
    assert (task.state, task.price, task.waiting_for, task.disputed_at) == (
        "cancelled",
        0,
        "operator",
        None,
    )
    assert charged(task_id) is None
    assert last_event(task_id, "task.cancelled") == {"price": 0, "agreed": PRICE}
    assert f"{task.number}: Cancelled task: decide its price" in told_desk(task_id)
    for wrong in ("rework", "accept"):
        with pytest.raises(InvalidInput):
            decide(desk, task_id, wrong, "So.")
    decide(desk, task_id, outcome, "By what was of use.", score)
    task = world.load(task_id)
    assert (task.state, task.waiting_for, task.score, task.price) == (
        "cancelled",
        None,
        score,
        price or 0,
    )
    assert charged(task_id) == price
    assert last_word(task_id).comment == "By what was of use."
    with pytest.raises(NotReady):
        decide(desk, task_id, "settle", "And more.", 90)


def test_a_stopped_delivery_that_nobody_doubts_costs_its_price_as_before(world, two):
    task_id = world.partly(*two, 4, 5)
    assert open_price(task_id) == 0
    assert stop(two[0], task_id) == PRICE
    assert charged(task_id) == PRICE
