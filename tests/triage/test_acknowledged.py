"""An acknowledgement names category, price and date only where the task is in the queue: doubt is
told as no fact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from service.catalogue.categories import all_categories
from service.core.outbox import OutboxRow
from service.messages.message import Message
from service.notifications import clients
from service.tasks import analysis
from service.tasks.events import Event
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests import talk
from workers import jobs

SURE = "Find three suppliers of oat milk and compare their prices for our cafe"
UNSURE = "How much do you charge for a translation?"


def acknowledged(person):
    (message,) = talk.one(
        select(Message).where(Message.to_id == person.id, Message.template == "acknowledge")
    )
    return message.text


def names_a_guess(words):
    return (
        any(kind.name("en") in words for kind in all_categories().values())
        or "€" in words
        or "ready" in words
    )


@pytest.mark.parametrize(("words", "state"), [(SURE, "queued"), (UNSURE, "triage")])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_what_waits_for_an_operator_is_acknowledged_without_a_guess(
    world, client, words, state, channel
):
    person = world.client(channel=channel)
    talk.text(client, person.phone, words) if channel == "sms" else talk.mail(
        person.email, words, subject=""
    )
    talk.work_off()
    assert talk.tasks_of(person)[0].state == state
    assert names_a_guess(acknowledged(person)) == (state == "queued")


def due_of(task_id, reaction):
    with isolation.transaction(isolation.system("test")):
        return db.session.scalar(
            select(OutboxRow.id)
            .join(Event, Event.id == OutboxRow.event_id)
            .where(Event.task_id == task_id, OutboxRow.reaction == reaction)
        )


def test_who_is_faster_makes_no_difference(world):
    person = world.client()
    task_id = world.task(person, text=SURE)
    acknowledge, triage = due_of(task_id, "acknowledge"), due_of(task_id, "triage")
    jobs.run_rows([acknowledge])
    assert talk.told(person) == []
    jobs.run_rows([triage])
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update due set due_at = now() where id = :id"), {"id": acknowledge}
        )
    jobs.run_rows([acknowledge])
    assert names_a_guess(acknowledged(person))


def test_a_task_that_triage_does_not_reach_is_acknowledged_all_the_same(world, monkeypatch):
    monkeypatch.setattr(clients, "SORTED_WITHIN", timedelta(0))
    person = world.client()
    task_id = world.task(person, text=SURE)
    jobs.run_rows([due_of(task_id, "acknowledge")])
    assert not names_a_guess(acknowledged(person))


def test_a_task_that_an_operator_ended_at_once_is_acknowledged_without_a_price(world):
    person = world.client()
    task_id = world.task(person, text=UNSURE)
    jobs.run_rows([due_of(task_id, "triage")])
    operator = world.staff("operator")
    with isolation.transaction(operator.scope):
        analysis.decide(find(task_id), operator.actor, "refuse", None, "We do not do that.")
    jobs.run_rows([due_of(task_id, "acknowledge")])
    assert not names_a_guess(acknowledged(person))


def test_who_is_early_keeps_nobody_else_in_the_batch_waiting(world):
    person = world.client()
    early, sorted_in = world.task(person, text=SURE), world.task(person, text=SURE)
    jobs.run_rows([due_of(sorted_in, "triage")])
    rows = {task_id: due_of(task_id, "acknowledge") for task_id in (early, sorted_in)}
    jobs.run_rows(list(rows.values()))
    with isolation.transaction(isolation.system("test")):
        done = {task_id: db.session.get(OutboxRow, row).done_at for task_id, row in rows.items()}
    assert done[early] is None and done[sorted_in] is not None
