"""Success at the deadline, 80 % and more and in time, by category, step of the method, assistant
and company.

One pass over what was accepted within ninety days; PostgreSQL computes all groupings at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from service.catalogue.categories import all_categories
from service.insight import period
from service.insight.period import MIN_CASES
from tenants.isolation import db

# How many are listed at the top and at the bottom of a ranking of people or companies.
ENDS = 5
# The steps that a task can be done with or without, in the order of the method.
STEPS = ("criteria", "confirmed", "unasked", "reported")


@dataclass(frozen=True)
class Group:
    """Accepted tasks that have something in common. Each number but `score` and `waited_s`
    (averages) counts tasks.

    Where nobody gave a score (`unscored`), the share of the criteria that was met is used instead.
    """

    key: Any
    accepted: int
    successful: int
    score: float
    late: int
    below: int
    red_line_late: int
    corrected: int
    usual_criterion: int
    asked: int
    urgent: int
    waited_s: float
    unscored: int = 0

    @property
    def percent(self) -> int | None:
        """Return the share that was successful, in percent."""
        return period.percent(self.successful, self.accepted)


@dataclass(frozen=True)
class Step:
    """A step of the method: tasks done with it and those done without; None where there are
    none."""

    code: str
    taken: Group | None
    left_out: Group | None

    @property
    def gain(self) -> int | None:
        """Return by how many percentage points tasks with the step did better."""
        if self.taken is None or self.left_out is None:
            return None
        return (self.taken.percent or 0) - (self.left_out.percent or 0)


@dataclass(frozen=True)
class Ranked:
    """An assistant or a company with a name, and the one thing that would help most; empty where
    nothing stands out."""

    name: str
    group: Group
    advice: str


@dataclass(frozen=True)
class Ranking:
    """The best and the worst of those with at least five tasks; nobody is in both."""

    top: list[Ranked]
    bottom: list[Ranked]
    count: int


@dataclass(frozen=True)
class Success:
    """The whole report. `whole` is None where nothing was accepted yet."""

    whole: Group | None = None
    kinds: list[Group] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    assistants: Ranking = field(default_factory=lambda: Ranking([], [], 0))
    companies: Ranking = field(default_factory=lambda: Ranking([], [], 0))


# A report up to a quarter of an hour after the red line counts as being on time.
GROUPED = text("""
with ended as (
  select id, company_id, holder_id, category, coalesce(score, met_share) as score,
         score is null as unscored, red_line_at,
         understood_at, delivered_at > deadline_at as late, priority = 'urgent' as urgent, waited_s
  from task where id > :first and state in ('accepted', 'closed')
    and coalesce(score, met_share) is not null
    and ended_at > :since),
said as (
  select r.task_id, min(r.at) as at from report r join ended e on e.id = r.task_id
    and r.at >= e.understood_at
  where r.task_id > :first group by r.task_id),
told as (
  select task_id, bool_or(correction is not null) as corrected from retelling
    where task_id > :first group by task_id),
wished as (
  select task_id, count(*) = 1 and bool_and(text = any (:usual)) as usual from criterion
    where task_id > :first group by task_id),
asked as (
  select distinct task_id from question where task_id > :first),
facts as (
  select e.company_id, e.holder_id, e.category, e.score, e.unscored, e.late, e.urgent, e.waited_s,
         e.score >= 80 and not e.late as successful,
         said.at <= e.red_line_at + interval '15 minutes' as reported,
           not told.corrected as confirmed,
         not coalesce(wished.usual, true) as criteria, asked.task_id is null as unasked
  from ended e left join said on said.task_id = e.id left join told on told.task_id = e.id
  left join wished on wished.task_id = e.id left join asked on asked.task_id = e.id)
select grouping(category, company_id, holder_id, reported, confirmed, criteria, unasked) as by,
       category, company_id, holder_id, reported, confirmed, criteria, unasked,
       count(*), count(*) filter (where successful), avg(score)::float,
         count(*) filter (where late), count(*) filter (where score < 80),
       count(*) filter (where not reported), count(*) filter (where not confirmed),
         count(*) filter (where not criteria),
       count(*) filter (where not unasked), count(*) filter (where urgent), avg(waited_s)::float,
       count(*) filter (where unscored)
from facts
group by grouping sets ((), (category), (company_id), (holder_id), (reported), (confirmed),
  (criteria), (unasked))
having grouping(company_id) + grouping(holder_id) = 2 or count(*) >= :least
""")
COLUMNS = ("category", "company_id", "holder_id", "reported", "confirmed", "criteria", "unasked")
NAMES = {
    "holder_id": text("select id, name from person where id = any (:ids)"),
    "company_id": text("select id, name from company where id = any (:ids)"),
}


def success() -> Success:
    """Return success at the deadline over ninety days, in each grouping."""
    usual = [
        one.criterion(language) for one in all_categories().values() for language in ("en", "ru")
    ]
    rows = db.session.execute(
        GROUPED,
        {"first": period.first_task(), "since": period.since(), "usual": usual, "least": MIN_CASES},
    )
    groups: dict[str, list[Group]] = {name: [] for name in ("", *COLUMNS)}
    for by, *found in rows:
        name, keys, figures = _grouped_by(by), found[: len(COLUMNS)], found[len(COLUMNS) :]
        groups[name].append(Group(keys[COLUMNS.index(name)] if name else None, *figures))
    whole = groups[""][0]
    if not whole.accepted:
        return Success()
    kinds = sorted(groups["category"], key=lambda group: -group.accepted)
    steps = [_step(code, groups[code]) for code in STEPS]
    return Success(
        whole,
        kinds,
        steps,
        _ranking(groups["holder_id"], "holder_id", whole),
        _ranking(groups["company_id"], "company_id", whole),
    )


def _grouped_by(mask: int) -> str:
    """Return the one column that a row is grouped by: only its bit is not set."""
    return next((name for place, name in enumerate(reversed(COLUMNS)) if not mask >> place & 1), "")


def _step(code: str, found: Iterable[Group]) -> Step:
    by_key = {group.key: group for group in found}
    return Step(code, by_key.get(True), by_key.get(False))


def _ranking(found: list[Group], column: str, whole: Group) -> Ranking:
    known = [group for group in found if group.key is not None]
    top, bottom = _split(known)
    ids = [group.key for group in (*top, *bottom)]
    names: dict[int, str] = {
        row[0]: row[1] for row in db.session.execute(NAMES[column], {"ids": ids})
    }
    weak = ASSISTANTS_WEAK if column == "holder_id" else COMPANIES_WEAK
    best, worst = (
        [Ranked(names.get(group.key, ""), group, advice(group, whole, weak)) for group in end]
        for end in (top, bottom)
    )
    return Ranking(best, worst, len(known))


def _split(known: list[Group]) -> tuple[list[Group], list[Group]]:
    """Return the best, best first, and the worst of the others, worst first."""
    ordered = sorted(
        known, key=lambda group: (-group.successful / group.accepted, -group.accepted, group.key)
    )
    return ordered[:ENDS], ordered[ENDS:][-ENDS:][::-1]


# What can go wrong on each side, and how many of a group's tasks it went wrong on.
ASSISTANTS_WEAK = {
    "late": "late",
    "red_line": "red_line_late",
    "retelling": "corrected",
    "score": "below",
}
COMPANIES_WEAK = {
    "criteria": "usual_criterion",
    "brief": "corrected",
    "questions": "asked",
    "urgent": "urgent",
}
# A difference from all tasks counts from here on, in percentage points; without one, what is true
# of a third of the tasks, or what made them fail.
STANDS_OUT, OFTEN = 10, 1 / 3
SLOW_S = 8 * 3600


def advice(group: Group, whole: Group, weak: dict[str, str]) -> str:
    """Return what to improve: where this group is furthest behind all tasks; else `slow` for a
    client who lets others wait, what is so often, or what made it fail; empty for nothing."""
    behind = {
        code: 100 * getattr(group, name) / group.accepted
        - 100 * getattr(whole, name) / whole.accepted
        for code, name in weak.items()
    }
    code = max(behind, key=lambda one: behind[one])
    if behind[code] >= STANDS_OUT:
        return code
    if weak is ASSISTANTS_WEAK:
        return (
            ""
            if group.successful == group.accepted
            else "late"
            if group.late >= group.below
            else "score"
        )
    if group.waited_s > max(SLOW_S, 1.5 * whole.waited_s):
        return "slow"
    return next(
        (code for code, name in weak.items() if getattr(group, name) >= group.accepted * OFTEN), ""
    )
