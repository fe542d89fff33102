"""So much of a kind of work, with its unit in the right number: 12 slides, 12 слайдов."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from flask_babel import ngettext

from service.triage.categories import all_categories

# By the unit's English name in categories.tsv. A part of one counts as two: 2.5 hours, 2,5 часа.
UNITS: dict[str, Callable[[int, str], str]] = {
    "hour": lambda n, so_many: ngettext("%(so_many)s hour", "%(so_many)s hours", n, so_many=so_many),
    "document": lambda n, so_many: ngettext("%(so_many)s document", "%(so_many)s documents", n, so_many=so_many),
    "report": lambda n, so_many: ngettext("%(so_many)s report", "%(so_many)s reports", n, so_many=so_many),
    "campaign": lambda n, so_many: ngettext("%(so_many)s campaign", "%(so_many)s campaigns", n, so_many=so_many),
    "post": lambda n, so_many: ngettext("%(so_many)s post", "%(so_many)s posts", n, so_many=so_many),
    "booking": lambda n, so_many: ngettext("%(so_many)s booking", "%(so_many)s bookings", n, so_many=so_many),
    "call": lambda n, so_many: ngettext("%(so_many)s call", "%(so_many)s calls", n, so_many=so_many),
    "1000 characters": lambda n, so_many: ngettext("%(so_many)s × 1000 characters", "%(so_many)s × 1000 characters", n, so_many=so_many),
    "minute of recording": lambda n, so_many: ngettext("%(so_many)s minute of recording", "%(so_many)s minutes of recording", n, so_many=so_many),
    "minute of video": lambda n, so_many: ngettext("%(so_many)s minute of video", "%(so_many)s minutes of video", n, so_many=so_many),
    "candidate": lambda n, so_many: ngettext("%(so_many)s candidate", "%(so_many)s candidates", n, so_many=so_many),
    "contact": lambda n, so_many: ngettext("%(so_many)s contact", "%(so_many)s contacts", n, so_many=so_many),
    "slide": lambda n, so_many: ngettext("%(so_many)s slide", "%(so_many)s slides", n, so_many=so_many),
}


def amount(quantity: Decimal | int | None, code: str | None, written: str) -> str:
    """A quantity (as `written` in the reader's manner) with the unit of this kind of work; the number alone where it has none."""
    kind = all_categories().get(code or "")
    if quantity is None or kind is None:
        return written
    whole = int(quantity) if quantity == int(quantity) else 2
    return UNITS[kind.unit("en")](whole, written)
