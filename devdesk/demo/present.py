"""Open tasks in every state, with terms around now and the alarms that belong to them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from devdesk.demo import casting, mails, task_texts
from devdesk.demo.bulk_insert import BulkInsert
from devdesk.demo.people import People
from devdesk.demo.task_history import Life
from devdesk.demo.task_texts import Work
from devdesk.demo.timeline import day_end, quarter, span
from service.core.event_kinds import EventKind
from service.core.time import half_of, working_days
from service.tasks.states import ASSIGNED_STATES

# The share of the time before the work (or until now) at which a task reaches each step.
PACE = {
    "assigned": {"claim": 0.7},
    "briefed": {"claim": 0.5, "brief": 0.75},
    "retold": {"claim": 0.3, "brief": 0.45, "retell": 0.72},
    "working": {"claim": 0.15, "brief": 0.25, "retell": 0.45, "understand": 0.8},
}
# A confirmation comes well before the middle of the term, or there would be no work left for the
# red line.
BEFORE_WORK = 0.4


@dataclass
class Scene:
    """An open task with the times of its steps so far."""

    life: Life
    now: datetime
    chance: random.Random
    steps: dict[str, datetime]

    @property
    def work(self) -> Work:
        """Return the task's texts."""
        return self.life.work

    def between(self, start: datetime, end: datetime, share: float) -> datetime:
        """Return a time between two."""
        return start + (end - start) * share


def lay(pile: BulkInsert, who: People, chance: random.Random, moment: datetime) -> None:
    """Create all open tasks."""
    for work in task_texts.read("open"):
        _play(_scene(pile, who, work, chance, moment))


def _scene(
    pile: BulkInsert, who: People, work: Work, chance: random.Random, moment: datetime
) -> Scene:
    holder = casting.free_hand(who, work)
    party = casting.party(who, work, holder)
    began, ends = (span(words) for words in work.times)
    created = moment + began - timedelta(seconds=chance.randrange(50))
    deadline = (
        quarter(moment + ends)
        if abs(ends) < timedelta(hours=30)
        else day_end(moment + ends, party.client.zone, chance)
    )
    holder.holds += work.state in ASSIGNED_STATES
    work = casting.worded(work, created, deadline, party.client)
    work.flags["by_way"] = casting.by_way(work, party.client, chance)
    steps = _steps(work.state, created, deadline, moment, chance)
    waited = steps["understand"] - steps["retell"] if "understand" in steps else timedelta(0)
    return Scene(Life(pile, party, work, created, deadline - waited), moment, chance, steps)


def _steps(
    state: str, created: datetime, deadline: datetime, moment: datetime, chance: random.Random
) -> dict[str, datetime]:
    """Return when each step was taken; the deadline is the current one, after all pauses."""
    pace = PACE.get("working" if state == "delivered" else state, {})
    passed = moment - created
    if "understand" in pace:
        passed = min(passed, (deadline - created) * BEFORE_WORK)
    return {
        step: created + passed * share * chance.uniform(0.94, 1.06) for step, share in pace.items()
    }


def _play(scene: Scene) -> None:
    life, work, chance = scene.life, scene.work, scene.chance
    for line in work.said.get("files", ()):
        life.attach(life.created + timedelta(seconds=2), line)
    sorted_at = life.created + timedelta(seconds=chance.uniform(3, 40))
    if work.state == "triage":
        return life.unsure(sorted_at, float(work.flags["sure"]) / 100)
    life.guess(chance.uniform(0.62, 0.98))
    life.queue(sorted_at)
    if work.state != "queued":
        _with_holder(scene)
    _talk(scene)
    _watch(scene)
    return mails.lay(life, sorted_at, _silence_ends(scene))


def _with_holder(scene: Scene) -> None:
    life, state = scene.life, scene.work.state
    life.claim(scene.steps["claim"], given=scene.chance.random() < 0.2)
    if state == "assigned":
        return None
    life.brief(scene.steps["brief"])
    if state == "briefed":
        return _ask(scene)
    life.retell(scene.steps["retell"])
    if state == "retold":
        return None
    life.understand(scene.steps["understand"], proposal="taken" in scene.work.flags)
    return _deliver(scene) if state == "delivered" else _work(scene)


def _ask(scene: Scene) -> None:
    if "question" in scene.work.said:
        scene.life.ask(
            scene.between(scene.life.created, scene.now, scene.chance.uniform(0.86, 0.95))
        )


def _work(scene: Scene) -> None:
    """Create the work in progress: its report, an open question, and the clock's events."""
    life, flags = scene.life, scene.work.flags
    red = life.task.columns["red_line_at"]
    began = scene.steps["understand"]
    if "report" in flags:
        after = red + timedelta(minutes=scene.chance.uniform(-40, 25))
        at = min(max(after, scene.between(began, scene.now, 0.5)), scene.now - timedelta(minutes=2))
        life.report(at, int(flags["report"]), on_time="slips" not in flags)
    if "question" in scene.work.said:
        life.ask(scene.between(began, scene.now, 0.93))


def _deliver(scene: Scene) -> None:
    life, flags = scene.life, scene.work.flags
    began, until = scene.steps["understand"], min(scene.now, life.deadline)
    at = (
        scene.now + span(flags["done"])
        if "done" in flags
        else scene.between(began, until, scene.chance.uniform(0.6, 0.9))
    )
    red = life.task.columns["red_line_at"]
    said = red + timedelta(minutes=scene.chance.uniform(-30, 15))
    life.report(
        said if began < said < at else scene.between(began, at, 0.5),
        scene.chance.choice((50, 60, 60, 70, 80)),
    )
    if red < at:
        life.move(EventKind.TASK_RED_LINE_CAME, red, None)
    life.deliver(at, met="short" not in flags)
    life.set(off_course_at=None)
    if "dispute" in flags:
        doubted = scene.between(at, scene.now, 0.6)
        life.set(disputed_at=doubted)
        life.judge(
            EventKind.TASK_DISPUTED,
            doubted,
            int(flags["dispute"]),
            scene.work.one("comment"),
            "dispute",
        )
    else:
        _silence(scene)


def _silence_ends(scene: Scene) -> datetime | None:
    """Return when the delivery counts as accepted; None where there is none, or it is disputed."""
    row, party = scene.life.task.columns, scene.life.party
    if "delivered_at" not in row or row.get("disputed_at"):
        return None
    return working_days(row["delivered_at"], party.firm.silence_days, party.client.zone)


def _silence(scene: Scene) -> None:
    """Set the alarms of a delivery that waits for the client: a reminder, then the end of the
    agreed silence."""
    life, ends = scene.life, _silence_ends(scene)
    assert ends is not None  # it was delivered in a line before
    notice = ends - timedelta(days=1)
    if notice > scene.now:
        life.set(alarm_at=notice, alarm="silence_notice")
    else:
        life.move(EventKind.TASK_ACCEPTANCE_NOTICE, notice, None)
        life.set(alarm_at=ends, alarm="silence")


def _talk(scene: Scene) -> None:
    """Create the messages, spread over the time since the task was taken."""
    lines = scene.work.said.get("talk", ())
    start = scene.steps.get("understand") or scene.steps.get("claim") or scene.life.created
    for place, line in enumerate(lines, 1):
        scene.life.say(scene.between(start, scene.now, place / (len(lines) + 1) * 0.97), line)


def _watch(scene: Scene) -> None:
    """Create the clock's events until now, and the next alarm, by the rules of the real clock."""
    life, row = scene.life, scene.life.task.columns
    if row["state"] == "delivered":
        return
    until = row.get("waiting_since") or scene.now
    red, dead = row["red_line_at"], life.deadline
    alarm = (dead, "dead_line")
    if row["state"] == "working":
        alarm = _red_line(scene, until, red, dead)
    if dead <= until:
        life.set(overdue_at=dead)
        life.move(EventKind.TASK_OVERDUE, dead, None)
    if not row.get("waiting_since") and alarm[0] > scene.now:
        life.set(alarm_at=alarm[0], alarm=alarm[1])


def _red_line(scene: Scene, until: datetime, red: datetime, dead: datetime) -> tuple[datetime, str]:
    if red > until:
        return red, "red_line"
    scene.life.move(EventKind.TASK_RED_LINE_CAME, red, None)
    missed = half_of(red, dead)
    if "report" in scene.work.flags:
        return dead, "dead_line"
    if missed > until:
        return missed, "red_line_missed"
    scene.life.set(off_course_at=missed)
    scene.life.move(EventKind.TASK_RED_LINE_MISSED, missed, None)
    return dead, "dead_line"
