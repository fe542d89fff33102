"""Undo: a decision of triage, or a claim, taken back by the one who made it, while nothing else has happened since.

Instead of asking "are you sure": what the client is told of a decision waits so long.
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from service.actor import Actor
from service.errors import NotNow
from service.now import now
from service.tasks import clock
from service.tasks.delegate import end_holding
from service.tasks.events import Event, check, record
from service.tasks.states import MOVES
from service.tasks.task import Task
from tenants import wall
from tenants.wall import db

# How long a decision can be taken back on the page; longer than what is told waits, so that late clicks are answered kindly.
OFFERED = timedelta(minutes=5)
DECISIONS = ("task.queued", "task.refused", "task.deleted", "task.done_at_once")


def undo_triage(task: Task, by: Actor) -> None:
    """Back to the triage list. Raises NotNow where something has happened since, or somebody else decided."""
    check(task, "task.triage_undone", by)
    _last_is_mine(task, by, DECISIONS)
    record(task, "task.triage_undone", by, set_={"ended_at": None, "reason": "", "alarm_at": None, "alarm": None})


def undo_claim(task: Task, by: Actor) -> None:
    """Back into the queue without a word, as if it had not been taken. Raises NotNow."""
    check(task, "task.unclaimed", by)
    _last_is_mine(task, by, ("task.claimed",))
    end_holding(task, _("put back at once"))
    columns = {"holder_id": None, **clock.moving_to(task, "queued")}
    with wall.as_system():
        record(task, "task.unclaimed", by, set_=columns)


def _last_is_mine(task: Task, by: Actor, kinds: tuple[str, ...]) -> None:
    last = db.session.scalar(select(Event).where(Event.task_id == task.id, Event.kind.in_(MOVES)).order_by(Event.id.desc()).limit(1))
    if last is None or last.kind not in kinds or last.by_id != by.person_id or now() - last.at > OFFERED:
        raise NotNow(_("Something has happened since, so this cannot be taken back."), state=task.state)
