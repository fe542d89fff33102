"""The results of the last thirty days: in time, and at 80 % and more by the score, or by the
criteria where nobody gave a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from service.core.time import now
from service.insight import period
from tenants.isolation import db

DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Lately:
    """Shares in percent of the tasks that were accepted; None without any."""

    in_time: int | None
    well_scored: int | None


# Along the index of state and deadline, at most two thousand rows, the newest deadlines first.
FOUND = text("""
select count(*), count(*) filter (where delivered_at <= deadline_at),
  count(*) filter (where score >= 80)
from (select delivered_at, deadline_at, coalesce(score, met_share) as score from task
      where state = 'closed' and deadline_at between :since and :until
        and coalesce(score, met_share) is not null
      order by deadline_at desc, id desc limit 2000) t
""")


def lately() -> Lately:
    """Return the shares among closed tasks whose deadline was within the last thirty days."""
    count, in_time, well = db.session.execute(FOUND, {"since": now() - DAYS, "until": now()}).one()
    return Lately(period.percent(in_time, count), period.percent(well, count))
