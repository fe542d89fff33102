"""An assistant's month: what was accepted, how it was scored, whether it was in time, who praised
it; and their weeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from service.insight import period
from service.insight.arrivals import begins, mondays
from tenants.isolation import db

DAYS, WEEKS = 30, 8


@dataclass(frozen=True)
class Kind:
    """A category: accepted tasks of the month and how many of them were successful."""

    category: str | None
    accepted: int
    successful: int


@dataclass(frozen=True)
class Week:
    """A week from its Monday on: accepted tasks and how many of them were at 80 % and more and in
    time."""

    monday: date
    accepted: int
    successful: int


@dataclass(frozen=True)
class Thanks:
    """A praise, and a tip in minor units where there was one."""

    text: str
    tip: int | None
    currency: str
    at: datetime
    name: str
    title: str
    task_id: int


@dataclass(frozen=True)
class MyMonth:
    """The last thirty days in numbers, praise newest first, the last eight weeks.

    `score` is an average in percent; of `unscored` tasks, where nobody gave a score, the share of
    the criteria counts.
    """

    accepted: int
    successful: int
    in_time: int
    score: float | None
    kinds: list[Kind]
    thanks: list[Thanks]
    thanked: int
    weeks: list[Week]
    unscored: int = 0


# The tasks assigned to the person, the newest two thousand by their index.
MINE = """(select id, category, coalesce(score, met_share) as score, score is null as unscored,
             delivered_at,
             deadline_at, ended_at, state, title, person_id, currency
           from task where holder_id = :me order by id desc limit 2000)"""
ACCEPTED = text(f"""
select cast(date_trunc('week', ended_at at time zone :zone) as date) as monday,
  ended_at >= :month as of_month, category, count(*),
       count(*) filter (where score >= 80 and delivered_at <= deadline_at),
       count(*) filter (where delivered_at <= deadline_at), sum(score),
       count(*) filter (where unscored)
from {MINE} t where state in ('accepted', 'closed') and score is not null
  and ended_at >= least(:month, :weeks) group by 1, 2, 3
""")
THANKED = text(f"""
select p.text, p.tip, t.currency, p.at, coalesce(person.name, ''), t.title, t.id, count(*) over ()
from {MINE} t join praise p on p.task_id = t.id left join person on person.id = p.by_id
where p.at >= :month and t.state in ('accepted', 'closed') order by p.id desc limit 20
""")


def my_month(person_id: int, zone: ZoneInfo) -> MyMonth:
    """Return the month of this assistant."""
    days, month = mondays(zone, WEEKS), period.since(DAYS)
    total: Counter[str] = Counter()
    weeks: dict[date, Counter[str]] = {day: Counter() for day in days}
    kinds: dict[str | None, Counter[str]] = {}
    values = {"me": person_id, "zone": zone.key, "month": month, "weeks": begins(days[0], zone)}
    for monday, of_month, category, *figures in db.session.execute(ACCEPTED, values):
        names = ("accepted", "successful", "in_time", "score", "unscored")
        counted = Counter(dict(zip(names, figures, strict=True)))
        if monday in weeks:
            weeks[monday].update(counted)
        if of_month:
            total.update(counted)
            kinds.setdefault(category, Counter()).update(counted)
    thanks = list(db.session.execute(THANKED, {"me": person_id, "month": month}))
    return MyMonth(
        total["accepted"],
        total["successful"],
        total["in_time"],
        total["score"] / total["accepted"] if total["accepted"] else None,
        sorted(
            (Kind(code, one["accepted"], one["successful"]) for code, one in kinds.items()),
            key=lambda kind: -kind.accepted,
        ),
        [Thanks(*row[:-1]) for row in thanks],
        thanks[0][-1] if thanks else 0,
        [Week(day, one["accepted"], one["successful"]) for day, one in weeks.items()],
        total["unscored"],
    )
