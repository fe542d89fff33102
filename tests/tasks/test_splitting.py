"""One message that holds two tasks: the second is a task of its own, once, and each history knows
the other."""

from __future__ import annotations

import pytest

from service.core.errors import Conflict, InvalidInput
from service.tasks import analysis, events, splitting
from service.tasks.task import find
from tenants import isolation


@pytest.fixture
def waiting(world):
    """A task in triage that holds two, with its client and an operator."""
    client, operator = world.client(), world.staff("operator")
    task_id = world.task(
        client,
        text="Book a flight to Lisbon.\n\nAnd type the recording out.",
        private=True,
        project="Lisbon",
    )
    with isolation.transaction(isolation.system("test")):
        analysis.apply_triage(find(task_id), "booking", 0.2, None, sure=False)
    return client, operator, task_id


def split(
    operator,
    task_id,
    first="Book a flight to Lisbon.",
    second="Type the recording out.",
    key="once",
):
    with isolation.transaction(operator.scope):
        return splitting.split(find(task_id), operator.actor, first, second, key)


def test_the_second_part_is_a_task_of_the_same_person(world, waiting):
    client, operator, task_id = waiting
    made = split(operator, task_id)
    first, second = world.load(task_id), world.load(made.id)
    assert (first.text, first.title, first.state) == (
        "Book a flight to Lisbon.",
        "Book a flight to Lisbon",
        "triage",
    )
    assert (second.text, second.person_id, second.company_id, second.state) == (
        "Type the recording out.",
        client.id,
        client.company_id,
        "received",
    )
    assert (second.private, second.project, second.channel, second.entered_by) == (
        True,
        "Lisbon",
        first.channel,
        operator.id,
    )


def test_each_history_says_where_the_other_part_is(world, waiting):
    _client, operator, task_id = waiting
    made = split(operator, task_id)
    with isolation.transaction(isolation.system("test")):
        first, second = find(task_id), find(made.id)
        assert events.history(first)[-1].facts == {"into": second.number}
        assert [(one.kind, one.facts) for one in events.history(second)][-1] == (
            "task.split_off",
            {"of": first.number},
        )


def test_the_same_form_sent_twice_splits_once(world, waiting):
    _client, operator, task_id = waiting
    assert split(operator, task_id).id == split(operator, task_id).id
    with isolation.transaction(isolation.system("test")):
        assert [one.kind for one in events.history(find(task_id))].count("task.split") == 1
    with pytest.raises(Conflict):
        split(operator, task_id, second="Other words under the same key")


@pytest.mark.parametrize(
    ("first", "second"),
    [("", "Type it"), ("Book it", " \n "), ("w" * 20_001, "Type it"), ("Book it", "w" * 20_001)],
    ids=range(4),
)
def test_each_part_needs_words_and_not_too_many(world, waiting, first, second):
    _client, operator, task_id = waiting
    with pytest.raises(InvalidInput):
        split(operator, task_id, first, second)
    assert "recording" in world.load(task_id).text


def test_what_is_decided_is_not_split(world, waiting):
    _client, operator, task_id = waiting
    with isolation.transaction(operator.scope):
        analysis.decide(find(task_id), operator.actor, "delegate", "booking")
    with pytest.raises(Conflict):
        split(operator, task_id)
    assert world.load(task_id).text.endswith("out.")
