"""Pages of plain rows for programs: by id, with the last id as the cursor of the next page."""

from __future__ import annotations

from typing import Any

from service.api.bodies import Paged
from service.core import paging
from service.core.paging import Id, Page


def oldest_first(wanted: Any, column: Id, query: Paged) -> Page[Any]:
    """Read a page of a history."""
    after = paging.required_id(query.after)
    return paging.by_id(wanted, column, after, query.limit, newest_first=False)


def newest_first(wanted: Any, column: Id, query: Paged) -> Page[Any]:
    """Read a page of what is looked at from its end."""
    return paging.by_id(wanted, column, paging.required_id(query.after), query.limit)
