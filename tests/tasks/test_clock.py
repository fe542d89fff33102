"""The clock: it stands while the client is waited for, the red line at half of the term, alarms,
silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import text

from service.core.errors import Conflict, InvalidInput
from service.core.time import awake, half_of, working_days
from service.tasks import assignment, delivery, parameters, questions, red_line, understanding
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.factory import at_once, soon
from workers import clock as clock_process

RIGA = ZoneInfo("Europe/Riga")


def test_the_red_line_stands_at_half_of_the_term():
    start = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert half_of(start, start + timedelta(hours=10)) == start + timedelta(hours=5)


def test_a_term_under_two_hours_is_not_rounded():
    start = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert half_of(start, start + timedelta(minutes=50)) == start + timedelta(minutes=25)


def test_working_days_skip_the_weekend():
    friday = datetime(2026, 11, 27, 12, tzinfo=RIGA)
    assert working_days(friday, 3, RIGA).astimezone(RIGA).date().isoformat() == "2026-12-02"


def test_nobody_is_texted_at_night():
    night = datetime(2026, 11, 24, 23, 30, tzinfo=RIGA)
    assert awake(night, RIGA, 21, 8).astimezone(RIGA).isoformat() == "2026-11-25T08:00:00+02:00"
    noon = datetime(2026, 11, 24, 12, tzinfo=RIGA)
    assert awake(noon, RIGA, 21, 8) == noon


def ask_and_answer(world, client, helper, task_id, hours):
    with isolation.transaction(helper.scope):
        question = questions.ask(find(task_id), helper.actor, "Which month?")
        question_id = question.id
    with (
        time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)),
        isolation.transaction(client.scope),
    ):
        questions.answer(find(task_id), client.actor, question_id, "November")


def test_while_a_question_waits_the_dead_line_moves(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    before = world.load(task_id)
    ask_and_answer(world, client, helper, task_id, 5)
    after = world.load(task_id)
    moved = after.deadline_at - before.deadline_at
    assert abs(moved - timedelta(hours=5)) < timedelta(minutes=1)
    assert abs(after.red_line_at - before.red_line_at - timedelta(hours=5)) < timedelta(minutes=1)


def test_a_fixed_date_stays_and_the_red_line_halves_what_is_left(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper, deadline_at=soon(40), deadline_fixed=True)
    before = world.load(task_id)
    ask_and_answer(world, client, helper, task_id, 5)
    after = world.load(task_id)
    assert after.deadline_at == before.deadline_at
    assert after.red_line_at > before.red_line_at


def test_the_clock_goes_on_only_when_nothing_is_open(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with isolation.transaction(helper.scope):
        ids = [
            questions.ask(find(task_id), helper.actor, words).id
            for words in ("Which month?", "Which year?")
        ]
    for number, question_id in enumerate(ids):
        with isolation.transaction(client.scope):
            questions.answer(find(task_id), client.actor, question_id, "This one")
        assert (world.load(task_id).waiting_for is None) == (number == 1)


def test_a_dead_line_in_the_past_is_refused(world):
    client = world.client()
    task_id = world.task(client, "queued")
    with pytest.raises(InvalidInput, match="past"), isolation.transaction(client.scope):
        parameters.change(find(task_id), client.actor, parameters.Parameters(deadline_at=soon(-1)))


def test_the_red_line_alarm_reminds_and_a_missing_report_reaches_the_desk(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with time_machine.travel(world.load(task_id).red_line_at + timedelta(minutes=1), tick=True):
        clock_process.run_alarm(task_id)
        assert world.load(task_id).alarm == "red_line_missed"
    with time_machine.travel(world.load(task_id).alarm_at + timedelta(minutes=1), tick=True):
        clock_process.run_alarm(task_id)
        assert world.load(task_id).off_course_at is not None


def test_silence_is_a_yes_after_a_notice(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "delivered", helper)
    assert world.load(task_id).alarm == "silence_notice"
    for expected in ("silence", None):
        with time_machine.travel(world.load(task_id).alarm_at + timedelta(seconds=1), tick=True):
            clock_process.run_alarm(task_id)
        assert world.load(task_id).alarm in (expected, "close")
    task = world.load(task_id)
    assert (task.state, task.score, task.met_share) == ("accepted", None, 100)


def test_a_task_past_its_dead_line_is_late_and_said_so(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "briefed", helper)
    with time_machine.travel(world.load(task_id).deadline_at + timedelta(seconds=1), tick=True):
        clock_process.run_alarm(task_id)
    assert world.load(task_id).overdue_at is not None


def test_the_alarm_of_a_task_that_moved_on_is_only_forgotten(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "accepted", helper)
    with isolation.transaction(isolation.system("test")):
        task = find(task_id)
        task.alarm_at, task.alarm = soon(-1), "red_line"
    clock_process.run_alarm(task_id)
    assert (world.load(task_id).state, world.load(task_id).alarm_at) == ("accepted", None)


def test_the_agreements_terms_are_those_that_were_shown(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper)
    shown = world.load(task_id).price
    with isolation.transaction(client.scope):
        task = find(task_id)
        agreement = understanding.confirm(task, client.actor, understanding.last_retelling(task).id)
        assert agreement.price == shown


def ring_all():
    """The clock takes so many at a time, and tasks of other tests ring here as well."""
    while clock_process.run_due_alarms() == clock_process.BATCH_SIZE:
        pass


def later(hours):
    return time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True)


def close_to(moment, other, seconds=60):
    return abs((moment - other).total_seconds()) < seconds


def test_a_task_that_went_back_to_the_queue_rings_its_dead_line_and_stops_no_other(world):
    client, helper, other = world.client(), world.staff(), world.client()
    given_back, untouched = (
        world.task(client, "working", helper),
        world.task(other, "briefed", helper),
    )
    with isolation.transaction(helper.scope):
        assignment.give_back(find(given_back), helper.actor, "I fell ill today")
    assert world.load(given_back).alarm == "dead_line"
    with later(400):
        ring_all()
        assert world.load(given_back).overdue_at is not None
        assert world.load(untouched).overdue_at is not None


def test_an_alarm_that_fails_is_tried_later_and_stops_no_other(world, monkeypatch):
    client, helper = world.client(), world.staff()
    poisoned, sound = world.task(client, "briefed", helper), world.task(client, "briefed", helper)
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update task set alarm = 'no such alarm' where id = :id"), {"id": poisoned}
        )
    with later(400):
        ring_all()
        assert world.load(sound).overdue_at is not None
        assert world.load(poisoned).alarm_at > datetime.now(UTC) + timedelta(minutes=4)


def test_an_answer_after_the_delivery_leaves_acceptance_by_silence_as_it_is(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with isolation.transaction(helper.scope):
        question_id = questions.ask(find(task_id), helper.actor, "Which month?").id
        red_line.report(find(task_id), helper.actor, 60, on_time=True)
        delivery.deliver(
            find(task_id),
            helper.actor,
            "Here it is.",
            [{"id": c.id, "met": True} for c in parameters.criteria_of(find(task_id))],
        )
    assert (world.load(task_id).waiting_since, world.load(task_id).alarm) == (
        None,
        "silence_notice",
    )
    with isolation.transaction(client.scope):
        questions.answer(find(task_id), client.actor, question_id, "November")
    assert world.load(task_id).alarm == "silence_notice"


def test_a_dead_line_that_passed_while_nobody_looked_rings_all_the_same(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper, deadline_at=soon(10), deadline_fixed=True)
    ask_and_answer(world, client, helper, task_id, 12)
    assert world.load(task_id).alarm is not None
    with later(13):
        for _twice in range(2):
            clock_process.run_alarm(task_id)
        assert world.load(task_id).overdue_at is not None


def test_a_date_that_was_set_while_the_clock_stood_is_not_moved_by_what_was_waited_before(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper)
    with later(72):
        wanted = datetime.now(UTC) + timedelta(hours=100)
        with isolation.transaction(client.scope):
            parameters.change(
                find(task_id), client.actor, parameters.Parameters(deadline_at=wanted)
            )
        with isolation.transaction(client.scope):
            task = find(task_id)
            understanding.confirm(task, client.actor, understanding.last_retelling(task).id)
        assert close_to(world.load(task_id).deadline_at, wanted)


def test_a_confirmed_retelling_does_not_start_the_clock_while_a_question_is_open(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper)
    with isolation.transaction(helper.scope):
        question_id = questions.ask(find(task_id), helper.actor, "Which month?").id
    with isolation.transaction(client.scope):
        task = find(task_id)
        understanding.confirm(task, client.actor, understanding.last_retelling(task).id)
    assert (world.load(task_id).waiting_for, world.load(task_id).alarm) == ("client", None)
    before = world.load(task_id)
    with later(6), isolation.transaction(client.scope):
        questions.answer(find(task_id), client.actor, question_id, "November")
    after = world.load(task_id)
    assert (after.waiting_for, after.alarm) == (None, "red_line")
    assert close_to(after.deadline_at, before.deadline_at + timedelta(hours=6))


def test_giving_back_leaves_the_clients_open_question_open(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "briefed", helper)
    with isolation.transaction(helper.scope):
        questions.ask(find(task_id), helper.actor, "Which month?")
        assignment.give_back(find(task_id), helper.actor, "I fell ill today")
    assert (world.load(task_id).waiting_for, world.load(task_id).alarm) == ("client", None)


@pytest.mark.parametrize(("fixed", "expected"), [(False, 40), (True, 25)])
def test_the_red_line_of_an_agreement_counts_what_was_waited(world, fixed, expected):
    """A term of 40 hours: 20 waited moves its half to the 40th hour; a fixed date, 10 waited,
    halves what is left."""
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper, deadline_at=soon(40), deadline_fixed=fixed)
    began = world.load(task_id).created_at
    with later(10 if fixed else 20), isolation.transaction(client.scope):
        task = find(task_id)
        understanding.confirm(task, client.actor, understanding.last_retelling(task).id)
    assert close_to(world.load(task_id).red_line_at, began + timedelta(hours=expected), 15 * 60)


def test_a_question_does_not_hide_that_nobody_reported_at_the_red_line(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with time_machine.travel(world.load(task_id).red_line_at + timedelta(minutes=1), tick=True):
        clock_process.run_alarm(task_id)
        ask_and_answer(world, client, helper, task_id, 1)
        assert world.load(task_id).alarm == "red_line_missed"


def test_silence_counts_a_day_after_its_notice_at_least(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "delivered", helper)
    with later(24 * 20):
        clock_process.run_alarm(task_id)
        assert world.load(task_id).alarm == "silence"
        assert world.load(task_id).alarm_at > datetime.now(UTC) + timedelta(hours=23)


def test_two_last_answers_at_the_same_instant_start_the_clock(world, app):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with isolation.transaction(helper.scope):
        ids = [
            questions.ask(find(task_id), helper.actor, words).id
            for words in ("Which month?", "Which year?")
        ]
    came = at_once(
        app,
        [
            (
                client.scope,
                lambda one=one: questions.answer(find(task_id), client.actor, one, "This one"),
            )
            for one in ids
        ],
    )
    assert came == ["done", "done"]
    assert world.load(task_id).waiting_for is None


def test_a_stale_give_back_takes_nothing_from_the_new_holder(world):
    client, one, two, desk = world.client(), world.staff(), world.staff(), world.staff("operator")
    task_id = world.task(client, "briefed", one)
    with isolation.transaction(one.scope):
        stale = find(task_id)
        db.session.expunge(stale)
    with isolation.transaction(desk.scope):
        assignment.assign(find(task_id), desk.actor, two.id)
    with pytest.raises(Conflict), isolation.transaction(one.scope):
        assignment.give_back(stale, one.actor, "I fell ill today")
    assert world.load(task_id).holder_id == two.id
