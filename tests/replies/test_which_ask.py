"""Which of the things that wait an answer is for, where several do."""

from __future__ import annotations

from sqlalchemy import select, update

from service.core import outbox_review
from service.core.outbox import OutboxRow
from service.core.time import now
from service.messages.prompts import Prompt
from service.tasks import assignment, understanding
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.talk import (
    answers_on,
    ask,
    new_task,
    retell,
    text,
    told,
    work_off,
    write,
)


def test_a_question_does_not_take_the_retellings_place(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    ask(helper, task_id, "Sea or town?", ["sea", "town"])
    write(client, person, "B")
    assert answers_on(task_id) == ["town"]
    write(client, person, "Y")
    assert world.load(task_id).state == "working"


def test_two_questions_wait_both(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    ask(helper, task_id, "Sea or town?", ["sea", "town"])
    ask(helper, task_id, "May or June?", ["May", "June"])
    write(client, person, "B", "A")
    assert answers_on(task_id) == ["sea", "June"]


def test_a_task_given_back_asks_for_no_yes_any_more(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    with isolation.transaction(helper.scope):
        assignment.give_back(find(task_id), helper.actor, "too much")
    work_off()
    assert "Nothing needs your reply" in write(client, person, "Y")


def test_only_the_newest_retelling_waits(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id, "Eight hotels in Viljandi in June.")
    retell(helper, task_id, "Eight hotels in Viljandi in July.")
    write(client, person, "Y")
    with isolation.transaction(isolation.system("test")):
        task = find(task_id)
        assert (
            understanding.agreement_of(task).retelling_id == understanding.last_retelling(task).id
        )


def test_a_second_yes_accepts_nothing_that_was_asked_elsewhere(world, client, pair):
    person, helper = pair
    by_mail = world.task(person, "delivered", helper)
    work_off()
    with isolation.transaction(isolation.system("test")):
        db.session.execute(update(Prompt).where(Prompt.task_id == by_mail).values(channel="email"))
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    write(client, person, "Y", "Y\nwith lunch")
    assert (world.load(task_id).state, world.load(by_mail).state) == ("working", "delivered")
    write(client, person, "1")
    assert world.load(by_mail).state == "accepted"


def test_a_yes_that_was_on_its_way_agrees_to_no_retelling_that_came_later(world, client, pair):
    person, helper = pair
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id, "Old: hotels in Paldiski by price.")
    text(client, person.phone, f"Y {world.load(task_id).number}")
    with isolation.transaction(isolation.system("test")):
        waiting = db.session.scalars(
            select(OutboxRow).where(OutboxRow.reaction == "understand", OutboxRow.done_at.is_(None))
        ).all()
        late = [row.id for row in waiting]
    with isolation.transaction(helper.scope):
        understanding.retell(find(task_id), helper.actor, "New: hotels in Paldiski, twice as dear.")
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(OutboxRow).where(OutboxRow.id.in_(late)).values(needs_person_at=now())
        )
    work_off()
    with isolation.transaction(isolation.operator(0)):
        for number in late:
            outbox_review.retry(number)
    work_off()
    assert world.load(task_id).state == "retold" and "was asked while" in told(person)[-1]
