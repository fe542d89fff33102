"""What the figures say, over the last ninety days and bounded, so that their cost does not grow with the table."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from tenants.wall import db


@dataclass(frozen=True)
class Success:
    """A kind of work: how many were accepted, how many of them at 80 % and more and in time, and the average score."""

    category: str
    accepted: int
    successful: int
    score: float


BY_CATEGORY = text("""
select category, count(*), count(*) filter (where score >= 80 and delivered_at <= deadline_at), avg(score)::float
from (select category, score, delivered_at, deadline_at from task
      where state in ('accepted', 'closed') and score is not null and ended_at > now() - interval '90 days'
      order by id desc limit 20000) t
group by category order by count(*) desc
""")
IN_TIME = text("""
select count(*), count(*) filter (where sent_at - created_at <= interval '10 seconds')
from (select created_at, sent_at from message where direction = 'out' and sent_at is not null order by id desc limit 1000) m
""")


def success_by_category() -> list[Success]:
    """Success at the dead line by kind of work."""
    return [Success(*row) for row in db.session.execute(BY_CATEGORY)]


def handed_over_in_time() -> int | None:
    """The share in percent of the last thousand messages that were with their vendor within ten seconds; None without any."""
    total, fast = db.session.execute(IN_TIME).one()
    return round(100 * fast / total) if total else None
