"""The period of every report: the newest twenty thousand tasks, and of those the last ninety days.

Facts of a task (reports, retellings, questions) are read by their index from the period's first
task on, in one go. So the cost of a report is the same on a table of a hundred thousand tasks and
on one of ten million.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from service.core.time import now
from tenants.isolation import db

PERIOD_DAYS = 90
TASKS = 20_000
# Fewer tasks than this say nothing about a person or a company.
MIN_CASES = 5

NEWEST = text("select coalesce(max(id), 0) from task")


def first_task() -> int:
    """Return the id after which the newest twenty thousand tasks come."""
    return (db.session.scalar(NEWEST) or 0) - TASKS


def since(days: int = PERIOD_DAYS) -> datetime:
    """Return the datetime `days` days ago."""
    return now() - timedelta(days=days)


def percent(part: int, whole: int) -> int | None:
    """Return a share in whole percent; None where the whole is zero."""
    return round(100 * part / whole) if whole else None
