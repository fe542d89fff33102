"""The clock: it stands while the client is waited for, the red line at half of the term, alarms, silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from service.errors import BadInput
from service.now import awake, half_of, working_days
from service.tasks import parameters, questions, understanding
from service.tasks.task import find
from tenants import wall
from tests.factory import soon
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
    with wall.transaction(helper.scope):
        question = questions.ask(find(task_id), helper.actor, "Which month?")
        question_id = question.id
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)), wall.transaction(client.scope):
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
    with wall.transaction(helper.scope):
        ids = [questions.ask(find(task_id), helper.actor, words).id for words in ("Which month?", "Which year?")]
    for number, question_id in enumerate(ids):
        with wall.transaction(client.scope):
            questions.answer(find(task_id), client.actor, question_id, "This one")
        assert (world.load(task_id).waiting_for is None) == (number == 1)


def test_a_dead_line_in_the_past_is_refused(world):
    client = world.client()
    task_id = world.task(client, "queued")
    with pytest.raises(BadInput, match="past"), wall.transaction(client.scope):
        parameters.change(find(task_id), client.actor, parameters.Parameters(deadline_at=soon(-1)))


def test_the_red_line_alarm_reminds_and_a_missing_report_reaches_the_desk(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    with time_machine.travel(world.load(task_id).red_line_at + timedelta(minutes=1), tick=True):
        clock_process.ring_one(task_id)
        assert world.load(task_id).alarm == "red_line_missed"
    with time_machine.travel(world.load(task_id).alarm_at + timedelta(minutes=1), tick=True):
        clock_process.ring_one(task_id)
        assert world.load(task_id).off_course_at is not None


def test_silence_is_a_yes_after_a_notice(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "delivered", helper)
    assert world.load(task_id).alarm == "silence_notice"
    for expected in ("silence", None):
        with time_machine.travel(world.load(task_id).alarm_at + timedelta(seconds=1), tick=True):
            clock_process.ring_one(task_id)
        assert world.load(task_id).alarm in (expected, "close")
    assert (world.load(task_id).state, world.load(task_id).score) == ("accepted", 100)


def test_a_task_past_its_dead_line_is_late_and_said_so(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "briefed", helper)
    with time_machine.travel(world.load(task_id).deadline_at + timedelta(seconds=1), tick=True):
        clock_process.ring_one(task_id)
    assert world.load(task_id).overdue_at is not None


def test_the_alarm_of_a_task_that_moved_on_is_only_forgotten(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "accepted", helper)
    with wall.transaction(wall.system("test")):
        task = find(task_id)
        task.alarm_at, task.alarm = soon(-1), "red_line"
    clock_process.ring_one(task_id)
    assert (world.load(task_id).state, world.load(task_id).alarm_at) == ("accepted", None)


def test_the_agreements_terms_are_those_that_were_shown(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper)
    shown = world.load(task_id).price
    with wall.transaction(client.scope):
        task = find(task_id)
        agreement = understanding.confirm(task, client.actor, understanding.last_retelling(task).id)
        assert agreement.price == shown
