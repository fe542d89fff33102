"""The changes of a task in one statement: typed columns instead of dicts that callers merge."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement


class Unset(Enum):
    """The mark of a column that stays as it is; None empties a column."""

    UNSET = 0


UNSET: Final = Unset.UNSET


@dataclass(frozen=True)
class TaskChanges:
    """New values of a task's columns, by their names; a column left out stays as it is.

    `a | b` combines both; `b` wins where both name a column. Money is in minor units of the task's
    currency; `waited_s` may be an expression that adds to the stored value.
    """

    title: str | Unset = UNSET
    text: str | Unset = UNSET
    outcome: str | Unset = UNSET
    reason: str | Unset = UNSET
    category: str | Unset = UNSET
    confidence: float | Unset = UNSET
    chosen_by: str | Unset = UNSET
    priority: str | Unset = UNSET
    budget: int | Unset = UNSET
    unit: str | Unset = UNSET
    quantity: Decimal | Unset | None = UNSET
    unit_price: int | Unset = UNSET
    price: int | Unset | None = UNSET
    deadline_at: datetime | Unset | None = UNSET
    deadline_fixed: bool | Unset = UNSET
    red_line_at: datetime | Unset | None = UNSET
    understood_at: datetime | Unset | None = UNSET
    delivered_at: datetime | Unset | None = UNSET
    ended_at: datetime | Unset | None = UNSET
    waiting_since: datetime | Unset | None = UNSET
    waiting_for: str | Unset | None = UNSET
    waited_s: int | ColumnElement[int] | Unset = UNSET
    disputed_at: datetime | Unset | None = UNSET
    overdue_at: datetime | Unset | None = UNSET
    off_course_at: datetime | Unset | None = UNSET
    holder_id: int | Unset | None = UNSET
    score: int | Unset | None = UNSET
    met_share: int | Unset | None = UNSET
    alarm_at: datetime | Unset | None = UNSET
    alarm: str | Unset | None = UNSET

    def columns(self) -> dict[str, Any]:
        """Return the columns that change, with their new values."""
        values = ((column.name, getattr(self, column.name)) for column in fields(self))
        return {name: value for name, value in values if value is not UNSET}

    def __or__(self, later: TaskChanges) -> TaskChanges:
        return TaskChanges(**{**self.columns(), **later.columns()})

    def __bool__(self) -> bool:
        return bool(self.columns())


NOTHING: Final = TaskChanges()
NO_ALARM: Final = TaskChanges(alarm_at=None, alarm=None)
