"""The term line's geometry: where its marks stand, and how it looks, in every state a task can be
in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from service.web import term

NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)


@dataclass
class Timed:
    """What the line is drawn from, in minutes from now."""

    state: str
    created_at: datetime
    deadline_at: datetime | None
    red_line_at: datetime | None = None
    waiting_since: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None


def at(minutes: int | None) -> datetime | None:
    return None if minutes is None else NOW + timedelta(minutes=minutes)


def line(state, created, dead, red=None, *, waits=None, delivered=None, ended=None, pauses=()):
    task = Timed(
        state,
        NOW + timedelta(minutes=created),
        at(dead),
        at(red),
        at(waits),
        at(delivered),
        at(ended),
    )
    return term.line(task, [(at(start), at(stop)) for start, stop in pauses], NOW)


def test_a_task_without_a_dead_line_has_no_line():
    assert line("received", -5, None) is None


@pytest.mark.parametrize(
    ("look", "drawn"),
    [
        ("is-plan", line("queued", -60, 600, 300)),
        ("", line("working", -600, 600, 300)),
        ("is-near", line("working", -600, 700, 30)),
        ("is-near", line("working", -20, 20, 5)),
        ("is-near", line("working", -600, 60, -200)),
        ("is-paused", line("retold", -600, 600, 100, waits=-60)),
        ("is-late", line("working", -600, -60, -300)),
        ("is-late", line("queued", -600, -60, -300)),
        ("is-done", line("delivered", -600, 60, -200, delivered=-30)),
        ("is-done", line("cancelled", -600, 600, 100, ended=-300)),
    ],
)
def test_each_state_has_its_look(look, drawn):
    assert drawn.look == look


def test_marks_stand_at_their_share_of_the_term():
    drawn = line("working", -600, 600, 180)
    assert (drawn.gone, drawn.red, drawn.dead, drawn.now) == (50.0, 65.0, 100.0, 50.0)


def test_a_late_line_reaches_to_now_and_what_is_gone_ends_at_the_dead_line():
    drawn = line("working", -600, -60, -300)
    assert (drawn.gone, drawn.dead, drawn.now) == (90.0, 90.0, 100.0)


def test_a_late_delivery_reaches_to_the_delivery():
    drawn = line("accepted", -600, -120, -300, delivered=-30, ended=-5)
    assert drawn.look == "is-done"
    assert (drawn.dead, drawn.now) == (84.2, 100.0)


def test_a_pause_that_lasts_ends_at_now():
    drawn = line("retold", -600, 600, 100, waits=-60, pauses=[(-300, -240), (-60, None)])
    assert [(stop.start, stop.end) for stop in drawn.stops] == [(25.0, 30.0), (45.0, 50.0)]


def test_now_steps_aside_for_a_red_line_close_by():
    drawn = line("working", -600, 600, 5)
    assert drawn.red - drawn.now == pytest.approx(term.TOUCH)


@pytest.mark.parametrize(
    "drawn",
    [
        line("queued", -5, -10),
        line("queued", 0, 0),
        line("working", -1, 1, 0),
        line("working", 5, 10, 7),
    ],
)
def test_nothing_ever_stands_outside_the_picture(drawn):
    marks = [drawn.gone, drawn.dead, drawn.now, *([drawn.red] if drawn.red is not None else [])]
    assert all(0 <= mark <= 100 for mark in marks)
