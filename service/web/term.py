"""The term line: start, red line, now and deadline on a real time scale, in percent of the stretch
shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service.core.time import now
from service.tasks.task_state import TaskState
from service.web.ruler import Stretch

NEAR = timedelta(hours=2)
# Marks closer than this many percent would hide each other; the mark of now gives way, because it
# moves.
TOUCH = 2.0
STOPPED = ("cancelled", "refused", "deleted")


class Timed(Protocol):
    """The fields of a task that the line is drawn from."""

    state: str
    created_at: datetime
    deadline_at: datetime | None
    red_line_at: datetime | None
    waiting_since: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Stop:
    """A stretch in which the deadline was paused, in percent."""

    start: float
    end: float


@dataclass(frozen=True)
class Line:
    """A term line: positions in percent of the stretch it is drawn on, its state for the style, and
    the times for its label.

    A mark that lies outside the stretch is None. `at` is now, or when the line ended; `stopped`
    where it ended without a result.
    """

    look: str
    begin: float
    start: float | None
    gone: float
    red: float | None
    dead: float
    dead_shown: bool
    now: float
    stops: tuple[Stop, ...]
    stretch: Stretch
    start_at: datetime
    red_at: datetime | None
    dead_at: datetime
    at: datetime
    stopped: bool


def line(
    task: Timed,
    pauses: list[tuple[datetime, datetime | None]] | None = None,
    moment: datetime | None = None,
    over: Stretch | None = None,
) -> Line | None:
    """Return the line of a task, over its own term or over a stretch that others share; None where
    it has no deadline yet.

    A late line extends to now, not to the deadline.
    """
    if task.deadline_at is None:
        return None
    moment = moment or now()
    done = task.delivered_at or task.ended_at
    until = done if done and task.state not in (TaskState.WORKING,) else moment
    on = over or Stretch(task.created_at, _end(task, until, moment))
    here, red = on.at(until), _mark(on, task.red_line_at)
    if red is not None and task.state == TaskState.WORKING and 0 < red - here < TOUCH:
        here = max(0.0, red - TOUCH)
    dead = on.at(task.deadline_at)
    return Line(
        _look(task, moment, done),
        on.at(task.created_at),
        _mark(on, task.created_at),
        min(here, dead),
        red,
        dead,
        on.shows(task.deadline_at),
        here,
        tuple(Stop(on.at(start), on.at(stop or moment)) for start, stop in pauses or ()),
        on,
        task.created_at,
        task.red_line_at,
        task.deadline_at,
        until,
        task.state in STOPPED,
    )


def _end(task: Timed, until: datetime, moment: datetime) -> datetime:
    """Return the end of a task's own line: the deadline, or now where that has passed; at least a
    minute after its start."""
    assert task.deadline_at is not None  # `line` draws none without
    end = max(task.deadline_at, until if task.state != TaskState.QUEUED else moment)
    return max(end, task.created_at + timedelta(minutes=1))


def _mark(on: Stretch, when: datetime | None) -> float | None:
    return on.at(when) if when is not None and on.shows(when) else None


def _look(task: Timed, moment: datetime, done: datetime | None) -> str:
    if done or task.state in (TaskState.ACCEPTED, TaskState.CLOSED, *STOPPED):
        return "is-done"
    if task.waiting_since:
        return "is-paused"
    if task.deadline_at and task.deadline_at < moment:
        return "is-late"
    if task.state in (TaskState.RECEIVED, TaskState.TRIAGE, TaskState.QUEUED):
        return "is-plan"
    coming = [when for when in (task.red_line_at, task.deadline_at) if when and when > moment]
    return "is-near" if coming and min(coming) - moment < NEAR else ""
