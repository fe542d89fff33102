"""Template filters for tasks: category, quantity with its unit, state, size of a file."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal
from flask import g
from flask_babel import gettext as _

from service.catalogue import quantities
from service.catalogue.categories import all_categories
from service.core.language import current_language
from service.tasks import attachments
from service.tasks.states import CLIENT_STATE_NAMES, name_for
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from service.web.filters.sums import money


def number(value: object) -> str:
    """Return a number in the reader's format."""
    return format_decimal(Decimal(str(value)).normalize(), locale=current_language())


def kind(code: str | None) -> str:
    """Return the name of a category."""
    found = all_categories().get(code or "")
    return found.name(current_language()) if found else _("no category yet")


def with_kind(code: str) -> tuple[str, str]:
    """Return a category's code with its name, for a choice."""
    return code, kind(code)


def each(task: Task) -> str:
    """Return quantity and rate: "7 posts at €12.00"; the quantity alone where it is one, or has no
    rate."""
    much = amount(task.quantity, task.category)
    if task.unit_price is None or task.quantity == 1:
        return much
    return _("%(work)s at %(price)s", work=much, price=money(task.unit_price, task.currency))


def unit(code: str | None) -> str:
    """Return the unit of a category."""
    found = all_categories().get(code or "")
    return found.unit(current_language()) if found else ""


def amount(quantity: Decimal | None, code: str | None) -> str:
    """Return a quantity with its unit, in the reader's format."""
    return quantities.amount(quantity, code, number(quantity) if quantity is not None else "")


def state(value: str) -> str:
    """Return the state's name as this reader sees it."""
    by = g.get("actor")
    code = TaskState(value)
    return name_for(code, by) if by else str(CLIENT_STATE_NAMES[code])


def size(count: int) -> str:
    """Return a file's size: "1.4 MB", "12 KB"."""
    return attachments.size_words(count)


FILTERS = {
    "each": each,
    "number": number,
    "kind": kind,
    "state": state,
    "unit": unit,
    "amount": amount,
    "size": size,
    "with_kind": with_kind,
}
