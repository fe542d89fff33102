"""Values that are written into the statement itself, so that the planner sees them: limits, and
constant strings of our own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Integer, bindparam, literal_column
from sqlalchemy.orm import InstrumentedAttribute


def literal_limit(count: int) -> ColumnElement[int]:
    """Return a limit that the planner sees. With a bound parameter the planner assumes a tenth of
    the table, so that it never caches a generic plan and plans anew each time; with row-level
    security that takes longer than the reading itself (3.3 ms beside 0.4 for a list).

    A cached plan knows no values. So where a value determines how few rows there are, as a state
    does, it belongs into the statement as well (`literal_in`), or the plan may walk the whole
    table.
    """
    return literal_column(str(int(count)), Integer)


def literal_in(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], words: Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that a column has one of these strings, which the planner sees: it knows
    how many rows have them, and which partial index applies."""
    return column.in_(bindparam(None, list(words), expanding=True, literal_execute=True))
