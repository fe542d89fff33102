"""A task's life, straight way and around the corners."""

from __future__ import annotations

import pytest

from service.core.errors import Conflict, NotAllowed, NotReady
from service.tasks import acceptance, assignment, delivery, understanding
from service.tasks.task import find
from tenants import isolation


def test_a_task_goes_from_hand_over_to_acceptance(world):
    client, assistant = world.client(), world.staff()
    task = world.load(world.task(client, "accepted", assistant))
    assert (task.state, task.score, task.holder_id) == ("accepted", 90, assistant.id)
    assert task.price == 4 * 2400


def test_of_two_assistants_who_claim_one_wins_and_the_other_is_told(world):
    client, one, two = world.client(), world.staff(), world.staff()
    task_id = world.task(client, "queued")
    with isolation.transaction(two.scope):
        seen = find(task_id)
        assert seen.state == "queued"
    world._step("assigned", task_id, client, one)
    with pytest.raises(Exception) as lost, isolation.transaction(two.scope):
        assignment.claim(find(task_id), two.actor)
    assert lost.type.__name__ in ("Conflict", "NotFound")


def test_an_assistant_can_give_a_task_back_with_a_reason(world):
    client, one = world.client(), world.staff()
    task_id = world.task(client, "working", one)
    with isolation.transaction(one.scope):
        assignment.give_back(find(task_id), one.actor, "I fell ill today")
    assert world.load(task_id).state == "queued"


def test_nobody_confirms_another_retelling_than_the_one_seen(world):
    client, one = world.client(), world.staff()
    task_id = world.task(client, "retold", one)
    with isolation.transaction(one.scope):
        understanding.retell(find(task_id), one.actor, "Said once more, in other words.")
    with pytest.raises(Conflict), isolation.transaction(client.scope):
        task = find(task_id)
        first = understanding.last_retelling(task).id - 1
        understanding.confirm(task, client.actor, first)


def test_no_delivery_before_the_red_line_report(world):
    client, one = world.client(), world.staff()
    task_id = world.task(client, "working", one)
    with pytest.raises(NotReady), isolation.transaction(one.scope):
        delivery.deliver(find(task_id), one.actor, "Done already", [])


def test_the_holder_cannot_accept(world):
    client, one = world.client(), world.staff()
    task_id = world.task(client, "delivered", one)
    with pytest.raises(NotAllowed), isolation.transaction(one.scope):
        acceptance.accept(find(task_id), one.actor, 100)
