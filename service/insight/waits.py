"""How long retellings, questions and deliveries wait for the client's reply, over ninety days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from service.insight import period
from tenants.isolation import db

KINDS = ("retelling", "question", "delivery")


@dataclass(frozen=True)
class Wait:
    """One kind of item that waits: how many were answered, the median and the 90th percentile of
    the time."""

    kind: str
    count: int
    median: timedelta
    p90: timedelta


# The first verdict on a delivery counts, including acceptance by default.
WAITS = text("""
with waits as (
  select 'retelling' as kind, to_at - at as lasted from pause where task_id > :first
    and why = 'retelling' and to_at is not null and at > :since
  union all
  select 'question', answered_at - at from question where task_id > :first
    and answered_at is not null and at > :since
  union all
  select 'delivery', a.at - d.at from delivery d
  join (select delivery_id, min(at) as at from acceptance where task_id > :first
    group by delivery_id) a on a.delivery_id = d.id
  where d.task_id > :first and d.at > :since)
select kind, count(*), percentile_cont(0.5) within group (order by lasted),
  percentile_cont(0.9) within group (order by lasted)
from waits group by kind
""")


def waits() -> list[Wait]:
    """Return retellings, questions, deliveries, in this order; a kind that never waited is left
    out."""
    found = {
        row[0]: Wait(*row)
        for row in db.session.execute(
            WAITS, {"first": period.first_task(), "since": period.since()}
        )
    }
    return [found[kind] for kind in KINDS if kind in found]
