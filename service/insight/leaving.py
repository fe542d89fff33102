"""The speed of outgoing messages."""

from __future__ import annotations

from sqlalchemy import text

from service.insight import period
from tenants.isolation import db

IN_TIME = text("""
select count(*), count(*) filter (where sent_at - created_at <= interval '10 seconds')
from (select created_at, sent_at from message where direction = 'out' and sent_at is not null
  order by id desc limit 1000) m
""")


def handed_over_in_time() -> int | None:
    """Return the share in percent of the last thousand messages that reached their vendor within
    ten seconds; None without any."""
    total, fast = db.session.execute(IN_TIME).one()
    return period.percent(fast, total)
