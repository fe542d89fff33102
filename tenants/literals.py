"""What of a query stands in the statement itself, so that the planner sees it: how many rows at
most, which words of ours."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Integer, bindparam, literal_column
from sqlalchemy.orm import InstrumentedAttribute


def literal_limit(count: int) -> ColumnElement[int]:
    """A limit that the planner sees. One that comes as a value makes it reckon with a tenth of the
    table, so that it never keeps a plan and thinks of a new one each time; behind the wall that
    takes longer than the reading itself (3.3 ms beside 0.4 for a list).

    A plan that is kept knows no values. So where a value says how few rows there are, as a state
    does, it belongs into the statement as well (`among`), or the plan may walk the whole table.
    """
    return literal_column(str(int(count)), Integer)


def literal_in(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], words: Iterable[str]
) -> ColumnElement[bool]:
    """Whether a column has one of these words, which the planner sees: it knows how many rows have
    them, and which partial index will do."""
    return column.in_(bindparam(None, list(words), expanding=True, literal_execute=True))
