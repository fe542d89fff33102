"""Three months of history: each task from its submission to its end, with its price and
feedback."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from devdesk.demo import casting, money, task_texts
from devdesk.demo.bulk_insert import BulkInsert, Row
from devdesk.demo.people import People
from devdesk.demo.task_history import Life
from devdesk.demo.task_texts import Work
from devdesk.demo.timeline import day_end
from service.catalogue.categories import category
from service.core.config import settings
from service.core.event_kinds import EventKind

MONTH = 30.0
# The last days belong mostly to open tasks.
NEWEST, SPREAD = 1.2, 28.0
GOOD = (100, 100, 98, 95, 95, 95, 92, 92, 90, 90, 90, 88, 86, 85, 85, 82, 80)
EARLY_ENDS = {
    "refused": (EventKind.TASK_REFUSED, "refused"),
    "deleted": (EventKind.TASK_DELETED, "deleted"),
    "done": (EventKind.TASK_DONE_AT_ONCE, "closed"),
}


@dataclass
class Past:
    """A past task. `words` are the pools that praise and comments are drawn from, by language."""

    life: Life
    chance: random.Random
    now: datetime
    words: dict[str, list[str]]

    def moment(self, share: float) -> datetime:
        """Return the time at which this share of the term had passed."""
        return self.life.created + (self.life.deadline - self.life.created) * share

    def no_sooner(self, before: datetime, share: float) -> datetime:
        """Return the time of this share of the term, but at least some minutes after the previous
        step."""
        return max(self.moment(share), before + timedelta(minutes=self.chance.uniform(3, 15)))

    def after(self, moment: datetime, least: float, most: float) -> datetime:
        """Return a time between `least` and `most` hours later."""
        return moment + timedelta(hours=self.chance.uniform(least, most))

    def word(self, kind: str) -> str:
        """Return a text of this kind; each is used once before any is used again."""
        pool = self.words[f"{kind}.{self.life.work.language}"]
        pool.append(pool.pop(0))
        return pool[-1]


def lay(pile: BulkInsert, who: People, chance: random.Random, moment: datetime) -> None:
    """Create all past tasks."""
    words = _pools()
    for back, work in task_texts.variants("past"):
        days = back * MONTH + NEWEST + chance.random() * SPREAD
        pile.take(_whole(who, work, chance, moment, moment - timedelta(days=days), words))


def _whole(
    who: People,
    work: Work,
    chance: random.Random,
    moment: datetime,
    ended: datetime,
    words: dict[str, list[str]],
) -> BulkInsert:
    """Create a task's rows; where its end would be in the future, it happened a day earlier."""
    pile = BulkInsert()
    _play(_past(pile, who, work, chance, moment, ended, words))
    if pile.latest < moment - timedelta(minutes=5):
        return pile
    return _whole(who, work, chance, moment, ended - timedelta(days=1), words)


def _pools() -> dict[str, list[str]]:
    blocks = (task_texts.WORDS / "sayings.txt").read_text(encoding="utf-8").split("== ")[1:]
    return {
        name.strip(): lines.strip().split("\n")
        for name, _, lines in (block.partition("\n") for block in blocks)
    }


def _past(
    pile: BulkInsert,
    who: People,
    work: Work,
    chance: random.Random,
    moment: datetime,
    ended: datetime,
    words: dict[str, list[str]],
) -> Past:
    """Create a task whose term ended about then. It was submitted in daylight."""
    party = casting.party(who, work, casting.somebody(who, work, chance))
    term = timedelta(hours=category(work.category).term_hours * chance.uniform(0.5, 1.3))
    created = (
        (ended - term)
        .astimezone(party.client.zone)
        .replace(
            hour=chance.choice((8, 9, 9, 10, 11, 13, 14, 15, 16, 17, 21)),
            minute=chance.randrange(60),
            second=chance.randrange(60),
        )
    )
    deadline = day_end(created + term, party.client.zone, chance)
    deadline = max(deadline, created + term / 2)
    work = casting.worded(work, created, deadline, party.client)
    work.flags["by_way"] = casting.by_way(work, party.client, chance)
    return Past(
        Life(pile, party, work, created.astimezone(moment.tzinfo), deadline), chance, moment, words
    )


def _play(past: Past) -> None:
    life, state = past.life, past.life.work.state
    sorted_at = life.created + timedelta(seconds=past.chance.uniform(3, 40))
    if state in EARLY_ENDS:
        life.unsure(sorted_at, past.chance.uniform(0.2, 0.5))
        kind, ends = EARLY_ENDS[state]
        return life.end_early(kind, past.after(sorted_at, 0.1, 2), ends)
    queued = _into_queue(past, sorted_at)
    if state == "cancelled" and "paid" not in life.work.flags:
        return _cancel(past, past.no_sooner(queued, 0.1), 0)
    _agree(past, queued)
    if state == "cancelled":
        return _cancel_work(past)
    return _finish(past)


def _into_queue(past: Past, at: datetime) -> datetime:
    """Put it in the queue by itself, or by an operator a little later; return when."""
    life, chance = past.life, past.chance
    if chance.random() >= 0.15:
        life.guess(chance.uniform(0.56, 0.99))
        life.queue(at)
        return at
    life.unsure(at, chance.uniform(0.31, 0.54))
    life.set(chosen_by="operator")
    queued = past.after(at, 0.05, 0.6)
    life.queue(queued, life.party.operator)
    return queued


def _agree(past: Past, queued: datetime) -> None:
    """Take it from the queue to the confirmed retelling; waiting for the client moves the
    deadline."""
    life, chance = past.life, past.chance
    taken = past.no_sooner(queued, chance.uniform(0.01, 0.06))
    life.claim(taken, given=chance.random() < 0.12)
    briefed = past.no_sooner(taken, 0.075)
    life.brief(briefed)
    ready = briefed
    if "answer" in life.work.said:
        asked = past.no_sooner(briefed, 0.085)
        ready = past.after(asked, 0.2, 9)
        life.ask(asked, ready)
    retold = past.no_sooner(ready, chance.uniform(0.1, 0.14))
    life.retell(retold)
    life.understand(
        past.after(retold, 0.05, 6 if chance.random() < 0.8 else 20),
        proposal="taken" in life.work.flags,
    )


def _cancel(past: Past, at: datetime, price: int) -> None:
    life = past.life
    life.set(price=price, reason=life.work.one("reason"), ended_at=at)
    row = life.move(EventKind.TASK_CANCELLED, at, life.party.client, "cancelled", price=price)
    money.charge(life, row, timedelta(seconds=past.chance.uniform(4, 20)))


def _cancel_work(past: Past) -> None:
    """Cancel at the red line: the reported share is paid."""
    red = past.life.task.columns["red_line_at"]
    past.life.report(red - timedelta(minutes=12), 45)
    past.life.move(EventKind.TASK_RED_LINE_CAME, red, None)
    _cancel(past, past.after(red, 0.3, 3), round(past.life.task.columns["price"] * 0.45))


def _finish(past: Past) -> None:
    """Report, deliver, judge, pay, praise or close."""
    delivered = _deliver(past)
    for place, line in enumerate(past.life.work.said.get("talk", ()), 1):
        began = past.life.task.columns["understood_at"]
        past.life.say(began + (delivered - began) * min(0.9, 0.2 * place), line)
    score = int(past.life.work.flags.get("score", 0)) or past.chance.choice(GOOD)
    if score >= 80 and past.chance.random() < 0.07:
        delivered = _rework(past, delivered)
    ended = _judge(past, delivered, score)
    declined = "declined" in past.life.work.flags
    money.charge(
        past.life, ended, None if declined else timedelta(seconds=past.chance.uniform(3, 30))
    )
    _look_back(past, ended.at, score)


def _deliver(past: Past) -> datetime:
    life, chance = past.life, past.chance
    late = "late" in life.work.flags or chance.random() < 0.06
    began, red = life.task.columns["understood_at"], life.task.columns["red_line_at"]
    at = max(
        past.moment(chance.uniform(1.02, 1.15) if late else chance.uniform(0.72, 0.97)),
        began + timedelta(minutes=20),
    )
    life.report(
        min(
            max(red + timedelta(minutes=chance.uniform(-40, 20)), began + (at - began) * 0.1),
            began + (at - began) * 0.8,
        ),
        chance.choice((40, 50, 50, 60, 60, 70, 75)),
        on_time=not late or chance.random() < 0.4,
    )
    if red < at:
        life.move(EventKind.TASK_RED_LINE_CAME, red, None)
    if at > life.deadline:
        life.move(EventKind.TASK_OVERDUE, life.deadline, None)
    life.deliver(at, met=chance.random() < 0.94)
    life.set(off_course_at=None)
    return at


def _rework(past: Past, delivered: datetime) -> datetime:
    """Send the first delivery back; the rework takes a day or so."""
    life = past.life
    said = past.after(delivered, 0.5, 9)
    life.judge(
        EventKind.TASK_REWORKED,
        said,
        past.chance.choice((55, 60, 65, 70, 70, 75)),
        past.word("rework"),
        "rework",
    )
    life.deadline = max(life.deadline, said + timedelta(days=1))
    life.set(deadline_at=life.deadline)
    again = past.after(said, 1, 20)
    life.deliver(again)
    return again


def _judge(past: Past, delivered: datetime, score: int) -> Row:
    life = past.life
    at = past.after(delivered, 0.1, 26)
    said = (
        None if score >= 80 and life.task.columns["channel"] == "sms" else score
    )  # who texts 1 gives no score
    if score >= 80:
        row = life.judge(
            EventKind.TASK_ACCEPTED,
            at,
            said,
            past.word("accepted") if past.chance.random() < 0.4 else "",
        )
    elif "dispute" in life.work.flags:
        row = _dispute(past, at, score)
    else:
        life.set(price=round(life.task.columns["price"] * score / 100))
        row = life.judge(
            EventKind.TASK_SETTLED,
            at,
            score,
            life.work.one("comment") or past.word("settled"),
            "settle",
        )
    closes = row.at + timedelta(days=settings().closes_after_days)
    life.set(score=said, ended_at=row.at, alarm_at=closes, alarm="close")
    return row


def _dispute(past: Past, at: datetime, score: int) -> Row:
    """Let the client dispute all of it; the operator looks and settles."""
    life, desk = past.life, past.life.party.operator
    life.judge(EventKind.TASK_DISPUTED, at, score - 25, life.work.one("comment"), "dispute")
    looked = past.after(at, 2, 20)
    life.move(EventKind.TASK_RESOLVED, looked, desk, outcome="settle")
    life.set(price=round(life.task.columns["price"] * score / 100))
    return life.judge(
        EventKind.TASK_SETTLED,
        looked + timedelta(milliseconds=5),
        score,
        life.work.one("reason"),
        "settle",
        desk,
    )


def _look_back(past: Past, ended: datetime, score: int) -> None:
    """Praise most of the good tasks; what nobody reviewed closes by itself."""
    life, quiet = past.life, {"alarm_at": None, "alarm": None}
    thanked = past.after(ended, 0.02, 20)
    closes = life.task.columns["alarm_at"]
    if (
        score >= 85
        and thanked < past.now
        and ("praise" in life.work.said or past.chance.random() < 0.62)
    ):
        tip = (
            past.chance.choice((500, 1000, 1000, 1500, 2000))
            if past.chance.random() < 0.12
            else None
        )
        row = life.fact(
            "praise",
            thanked,
            life.party.client,
            text=life.work.one("praise") or past.word("praise"),
            tip=tip,
        )
        life.set(**quiet)
        life.move(EventKind.TASK_PRAISED, thanked, life.party.client, "closed", praise=row)
    elif closes < past.now:
        life.set(**quiet)
        life.move(EventKind.TASK_CLOSED, closes, None, "closed")
