"""Pages of plain rows: by id, with the last id as the cursor of the next page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from service.api.bodies import MAX_ID, Paged
from service.core.errors import InvalidInput
from tenants.isolation import db

Id = InstrumentedAttribute[int]


def oldest_first(wanted: Any, column: Id, page: Paged) -> tuple[Sequence[Any], str | None]:
    """A page of a history, with the cursor of the next."""
    if page.after:
        wanted = wanted.where(column > _last(page.after))
    return _page(wanted.order_by(column), column, page)


def newest_first(wanted: Any, column: Id, page: Paged) -> tuple[Sequence[Any], str | None]:
    """A page of what is looked at from its end, with the cursor of the next."""
    if page.after:
        wanted = wanted.where(column < _last(page.after))
    return _page(wanted.order_by(column.desc()), column, page)


def _page(wanted: Any, column: Id, page: Paged) -> tuple[Sequence[Any], str | None]:
    """One row more than asked for tells whether there is a next page; the row's first entity has
    the id."""
    rows = db.session.execute(wanted.limit(page.limit + 1)).all()
    if len(rows) <= page.limit:
        return rows, None
    return rows[: page.limit], str(getattr(rows[page.limit - 1][0], column.key))


def _last(after: str) -> int:
    if not (after.isascii() and after.isdecimal() and len(after) < 20 and int(after) <= MAX_ID):
        raise InvalidInput({"after": _("The cursor is not one of ours.")})
    return int(after)
