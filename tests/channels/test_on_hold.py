"""What a setting keeps in waits without losing attempts or age, goes out in order, and asks where
it is no news any more."""

from __future__ import annotations

import os
from datetime import timedelta

import psycopg
import pytest
from psycopg.types.json import Json
from sqlalchemy import select, text, update

from service import on_hold
from service.billing import charges, payments
from service.channels.email import channel as email_channel
from service.channels.email import smtp_edge
from service.channels.sms import channel as sms_channel
from service.core import outbox_review
from service.core.config import settings
from service.core.errors import Conflict
from service.core.outbox import OutboxRow
from service.core.time import now
from service.messages.message import Message
from service.outbound import compose, dispatch
from service.tasks.events import Event
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tenants.people import Person
from tests.channels.test_sending import load, written
from tests.mail_servers import Server
from tests.talk import work_off
from workers import jobs

MODULES = (smtp_edge, email_channel, sms_channel, dispatch, on_hold, payments)


@pytest.fixture
def switch(monkeypatch):
    """Change settings as a new start would."""

    def use(**changes):
        changed = settings().model_copy(update=changes)
        for module in MODULES:
            monkeypatch.setattr(module, "settings", lambda: changed)

    yield use


@pytest.fixture
def server():
    made = Server("127.0.0.1")
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def nothing_else_on_hold(app):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update due set done_at = now() where hold is not null and done_at is null")
        )


def row(due_id):
    with isolation.transaction(isolation.system("test")):
        found = db.session.get(OutboxRow, due_id)
        db.session.expunge(found)
        return found


def release():
    with isolation.transaction(isolation.system("clock")):
        return on_hold.release()


def age(message_id, due_id, by):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(Message).where(Message.id == message_id).values(created_at=now() - by)
        )
        db.session.execute(
            update(OutboxRow).where(OutboxRow.id == due_id).values(created_at=now() - by)
        )


def template(message_id, name, **facts):
    with isolation.transaction(isolation.system("test")):
        message = db.session.get(Message, message_id)
        message.template, message.facts = name, {**message.facts, **facts}


@pytest.mark.parametrize(
    ("changes", "hold"), [({"outbound": "off"}, "outbound"), ({"smtp_url": ""}, "smtp")]
)
def test_a_message_kept_in_for_days_goes_out_when_it_may_and_was_never_tried(
    world, server, switch, changes, hold
):
    url = f"smtp://{server.address}"
    switch(**{"smtp_url": url, **changes})
    message_id, due_id = written(world.client())
    jobs.run_rows([due_id])
    age(message_id, due_id, timedelta(days=3))
    waits = row(due_id)
    assert (load(message_id).state, waits.hold, waits.attempt, waits.done_at) == (
        "held",
        hold,
        0,
        None,
    )
    assert release() == 0
    with isolation.transaction(isolation.operator(0)):
        assert due_id not in [one.id for one in outbox_review.needing_operator()]
        assert outbox_review.count_on_hold() == {hold: 1}
    switch(smtp_url=url, outbound="on")
    assert release() == 1
    jobs.run_rows([due_id])
    assert (load(message_id).state, len(server.taken), row(due_id).hold) == ("sent", 1, None)


def test_one_recipient_gets_everything_in_the_order_it_was_written(world, server, switch):
    switch(outbound="off")
    anna, berta = world.client(), world.client()
    rows = [
        written(who, text=f"number {number}")
        for number, who in enumerate((anna, berta, anna, anna))
    ]
    for _message, due_id in reversed(rows):
        jobs.run_rows([due_id])
    switch(smtp_url=f"smtp://{server.address}", outbound="on")
    order = []
    for _round in range(5):
        release()
        with isolation.transaction(isolation.system("test")):
            free = list(
                db.session.scalars(
                    select(OutboxRow.id)
                    .where(
                        OutboxRow.id.in_([due_id for _m, due_id in rows]),
                        OutboxRow.hold.is_(None),
                        OutboxRow.done_at.is_(None),
                    )
                    .order_by(OutboxRow.id.desc())
                )
            )
        order.append(len(free))
        jobs.run_rows(free[:1]), jobs.run_rows(free[1:])
    assert order == [2, 1, 1, 0, 0]
    to_anna = [mail for mail in server.taken if anna.email.encode() in mail]
    assert [next(n for n in range(4) if b"number %d" % n in mail) for mail in to_anna] == [0, 2, 3]


def test_what_is_written_afterwards_does_not_overtake_what_is_still_on_hold(world, server, switch):
    switch(outbound="off")
    person = world.client()
    first, second = written(person, text="number 0"), written(person, text="number 1")
    jobs.run_rows([first[1]]), jobs.run_rows([second[1]])
    switch(smtp_url=f"smtp://{server.address}", outbound="on")
    newest = written(person, text="number 2")
    code = written(person, template="code", text="number 3")
    jobs.run_rows([newest[1]]), jobs.run_rows([code[1]])
    for _round in range(3):
        release()
        jobs.run_rows([first[1]]), jobs.run_rows([second[1]]), jobs.run_rows([newest[1]])
    order = [next(n for n in range(4) if b"number %d" % n in mail) for mail in server.taken]
    assert order == [3, 0, 1, 2]


def test_a_second_release_does_not_overtake_what_is_not_sent_yet(world, server, switch):
    switch(outbound="off")
    person = world.client()
    first, second = written(person), written(person)
    jobs.run_rows([first[1]]), jobs.run_rows([second[1]])
    switch(smtp_url=f"smtp://{server.address}", outbound="on")
    release(), release()
    assert (row(first[1]).hold, row(second[1]).hold) == (None, "outbound")


@pytest.mark.parametrize(
    ("name", "lasts"),
    [
        ("code", timedelta(minutes=15)),
        ("reset", timedelta(hours=2)),
        ("welcome", timedelta(days=3)),
        ("invitation", timedelta(days=14)),
    ],
)
def test_codes_and_links_past_their_end_can_only_be_discarded(world, switch, name, lasts):
    switch(outbound="off")
    message_id, due_id = written(world.client())
    template(message_id, name)
    jobs.run_rows([due_id])
    age(message_id, due_id, lasts + timedelta(minutes=1))
    switch(outbound="on", smtp_url="smtp://127.0.0.1:1")
    release()
    assert (row(due_id).hold, row(due_id).last_error) == ("review", on_hold.ENDED)
    with pytest.raises(Conflict), isolation.transaction(isolation.operator(0)):
        on_hold.send(due_id)
    with isolation.transaction(isolation.operator(0)):
        assert [one.may_send for one in on_hold.listed() if one.row.id == due_id] == [False]
        on_hold.discard(due_id)
    assert load(message_id).state == "discarded" and row(due_id).done_at is not None


def test_what_is_older_than_a_week_is_sent_when_an_operator_says_so(world, server, switch):
    switch(outbound="off")
    message_id, due_id = written(world.client())
    jobs.run_rows([due_id])
    age(message_id, due_id, timedelta(days=7, minutes=1))
    switch(smtp_url=f"smtp://{server.address}", outbound="on")
    release(), release()
    assert (row(due_id).last_error, server.taken) == (on_hold.OLD, [])
    with isolation.transaction(isolation.operator(0)):
        on_hold.send(due_id)
    jobs.run_rows([due_id])
    assert (load(message_id).state, len(server.taken)) == ("sent", 1)


def asked_to_confirm(world):
    """A retelling that waits for the client; gives the task's id, the client, and the message with
    its row."""
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "retold", helper)
    work_off()
    with isolation.transaction(isolation.system("test")):
        message_id = db.session.scalar(
            select(Message.id).where(Message.task_id == task_id, Message.template == "confirm")
        )
        due_id = db.session.scalar(
            select(OutboxRow.id)
            .join(Event, Event.id == OutboxRow.event_id)
            .where(OutboxRow.reaction == "send", Event.facts["message"].as_integer() == message_id)
        )
        db.session.execute(
            text("update due set done_at = now() where reaction = 'send' and id < :id"),
            {"id": due_id},
        )
    return task_id, person, message_id, due_id


@pytest.mark.parametrize("answered", [True, False])
def test_a_question_that_was_answered_meanwhile_is_asked_no_more(world, switch, answered):
    switch(outbound="off")
    task_id, person, _message_id, due_id = asked_to_confirm(world)
    jobs.run_rows([due_id])
    if answered:
        world._step("working", task_id, person, None)
        work_off()
    switch(outbound="on", smtp_url="smtp://127.0.0.1:1")
    release()
    assert row(due_id).hold == ("review" if answered else None)
    assert row(due_id).last_error == (on_hold.MOVED_ON if answered else "OUTBOUND is off.")


def test_a_reminder_whose_task_stands_otherwise_now_waits_for_an_operator(world, switch):
    switch(outbound="off")
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    with isolation.transaction(isolation.system("test")):
        made = compose.notify(db.session.get(Person, person.id), "late", find(task_id))
        message_id = made.id
    with isolation.transaction(isolation.system("test")):
        due_id = db.session.scalar(
            select(OutboxRow.id)
            .join(Event, Event.id == OutboxRow.event_id)
            .where(OutboxRow.reaction == "send", Event.facts["message"].as_integer() == message_id)
        )
    jobs.run_rows([due_id])
    world._step("delivered", task_id, person, helper)
    switch(outbound="on", smtp_url="smtp://127.0.0.1:1")
    release()
    assert row(due_id).last_error == on_hold.MOVED_ON


@pytest.fixture
def charged(world):
    """An accepted task's charge and its row of due work."""
    task_id = world.task(world.client(), "accepted", world.staff())
    work_off()
    with isolation.transaction(isolation.system("test")):
        charge = db.session.scalar(select(charges.Charge).where(charges.Charge.task_id == task_id))
        due_id = db.session.scalar(
            select(OutboxRow.id)
            .join(Event, Event.id == OutboxRow.event_id)
            .where(OutboxRow.reaction == "pay", Event.facts["charge"].as_integer() == charge.id)
        )
        return charge.id, due_id


def state_of(charge_id):
    with isolation.transaction(isolation.system("test")):
        charge = db.session.get(charges.Charge, charge_id)
        return charge.state, charge.error


def test_no_charge_fails_while_nothing_may_go_out(charged, switch):
    charge_id, due_id = charged
    switch(outbound="off")
    jobs.run_rows([due_id])
    assert state_of(charge_id) == ("open", None)
    with isolation.transaction(isolation.system("test")):
        assert (
            db.session.scalar(
                select(Event.id).where(
                    Event.kind == "charge.failed", Event.facts["charge"].as_integer() == charge_id
                )
            )
            is None
        )
    switch(outbound="on")
    release()
    assert (row(due_id).hold, row(due_id).needs_person_at) == (None, None)


def test_a_payment_that_is_discarded_can_be_made_on_the_billing_page(charged, switch):
    charge_id, due_id = charged
    switch(outbound="off")
    jobs.run_rows([due_id])
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == due_id)
            .values(created_at=now() - timedelta(days=8))
        )
    switch(outbound="on")
    release()
    with isolation.transaction(isolation.operator(0)):
        on_hold.discard(due_id)
    assert state_of(charge_id) == ("failed", on_hold.HELD_BACK)


def test_the_messages_page_lists_what_is_on_hold_with_its_buttons(world, client, switch):
    switch(outbound="off")
    message_id, due_id = written(world.client(), text="Hello")
    other = written(world.client())
    jobs.run_rows([due_id]), jobs.run_rows([other[1]])
    age(message_id, due_id, timedelta(days=8))
    switch(outbound="on", smtp_url="")
    release()
    world.sign_in(client, world.staff("operator"))
    page = client.get("/desk/messages").get_data(as_text=True)
    assert (
        f"/desk/due/{due_id}/send" in page
        and f"/desk/due/{due_id}/discard" in page
        and on_hold.OLD in page
    )
    assert client.post(f"/desk/due/{due_id}/discard").status_code == 303
    assert load(message_id).state == "discarded"
    assert client.post(f"/desk/due/{due_id}/send").status_code == 404


def test_the_messages_page_tells_of_a_restore_and_of_lost_invoices(world, client):
    url = os.environ["OWNER_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "insert into restored (epoch, first_ids, lost_invoices) values ('0badcafe', %s, %s)",
            (
                Json(dict.fromkeys(("task", "message", "due", "charge"), 1 << 60)),
                Json({"2026": [1051, 1057]}),
            ),
        )
    try:
        page = (
            world.sign_in(client, world.staff("operator"))
            .get("/desk/messages")
            .get_data(as_text=True)
        )
        assert (
            "Invoices PO-2026-1051 to PO-2026-1057 were issued but are missing from the backup."
            in page
        )
    finally:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("delete from restored")
