"""Keyset pagination: a page starts after the last row of the previous one, so that its cost does
not grow with the rows before it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from service.core.errors import InvalidInput
from service.core.ids import id_of
from tenants.isolation import db
from tenants.literals import literal_limit

Row = TypeVar("Row")
Id = InstrumentedAttribute[int]
MAX_CURSOR = 200


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, and the cursor after which the next page starts; None on the last page."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True)
class TwoWayPage(Generic[Row]):
    """Rows, and the ids after and before which the neighbouring pages start."""

    rows: list[Row]
    older: int | None
    newer: int | None


def cut(rows: Sequence[Row], limit: int, cursor_of: Callable[[Row], str]) -> Page[Row]:
    """Make a page from rows of which one more than `limit` was read."""
    more = len(rows) > limit
    return Page(list(rows[:limit]), cursor_of(rows[limit - 1]) if more else None)


def by_id(
    wanted: Any, column: Id, after: int | None, limit: int, *, newest_first: bool = True
) -> Page[Any]:
    """Read a page of a query whose rows (or their first entity) have `column`; cursors are ids."""
    if after is not None:
        wanted = wanted.where(column < after if newest_first else column > after)
    ordered = wanted.order_by(column.desc() if newest_first else column.asc())
    rows = db.session.execute(ordered.limit(literal_limit(limit + 1))).all()
    return cut(rows, limit, lambda row: str(_key(row, column.key)))


def two_way(
    wanted: Any,
    column: Id,
    row_of: Callable[..., Row],
    after: int | None,
    before: int | None,
    limit: int,
) -> TwoWayPage[Row]:
    """Read a page, newest first: after `after`, or the one that ends before `before`."""
    if before is not None:
        query = wanted.where(column > before).order_by(column.asc())
        if rows := _rows(query, row_of, limit):
            shown = rows[:limit][::-1]
            newer = _id(shown[0]) if len(rows) > limit else None
            return TwoWayPage(shown, _id(shown[-1]), newer)
    older = wanted.where(column < after) if after is not None else wanted
    rows = _rows(older.order_by(column.desc()), row_of, limit)
    shown = rows[:limit]
    return TwoWayPage(
        shown,
        _id(shown[-1]) if len(rows) > limit else None,
        _id(shown[0]) if after is not None and shown else None,
    )


def required_id(after: str | None) -> int | None:
    """Return the id in a cursor of `by_id`. Raises InvalidInput for any other text."""
    if after and id_of(after) is None:
        raise InvalidInput({"after": _("Invalid cursor")})
    return id_of(after)


def cursor(values: list[Any]) -> str:
    """Return an opaque cursor of several values, for API clients."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(text: str, length: int) -> list[Any]:
    """Return the `length` values of a cursor: an id, preceded by a datetime where there are two.
    Raises InvalidInput for a malformed cursor."""
    text = text[:MAX_CURSOR]
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != length or not _is_id(values[-1]):
            raise ValueError(text)
        if length == 2:
            datetime.fromisoformat(values[0])
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput({"after": _("Invalid cursor")}) from error
    return values


def _is_id(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def _key(row: Any, name: str) -> int:
    """Return a row's id: its own column, or that of its first entity."""
    return int(getattr(row, name, None) or getattr(row[0], name))


def _rows(query: Any, row_of: Callable[..., Row], limit: int) -> list[Row]:
    return [row_of(*row) for row in db.session.execute(query.limit(literal_limit(limit + 1)))]


def _id(row: Any) -> int:
    return int(row.id)
