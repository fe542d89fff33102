"""Quantities of a category with the unit in the right plural form: 12 slides, 12 слайдов."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import ngettext

from service.catalogue.categories import all_categories
from service.core.text import forms_to_translate

# By the unit's English name in categories.tsv. A fraction takes the plural form of two: 2.5 hours,
# 2,5 часа.
UNITS = {
    "hour": forms_to_translate("%(so_many)s hour", "%(so_many)s hours"),
    "document": forms_to_translate("%(so_many)s document", "%(so_many)s documents"),
    "report": forms_to_translate("%(so_many)s report", "%(so_many)s reports"),
    "campaign": forms_to_translate("%(so_many)s campaign", "%(so_many)s campaigns"),
    "post": forms_to_translate("%(so_many)s post", "%(so_many)s posts"),
    "booking": forms_to_translate("%(so_many)s booking", "%(so_many)s bookings"),
    "call": forms_to_translate("%(so_many)s call", "%(so_many)s calls"),
    "1000 characters": forms_to_translate(
        "%(so_many)s × 1000 characters", "%(so_many)s × 1000 characters"
    ),
    "minute of recording": forms_to_translate(
        "%(so_many)s minute of recording", "%(so_many)s minutes of recording"
    ),
    "minute of video": forms_to_translate(
        "%(so_many)s minute of video", "%(so_many)s minutes of video"
    ),
    "candidate": forms_to_translate("%(so_many)s candidate", "%(so_many)s candidates"),
    "contact": forms_to_translate("%(so_many)s contact", "%(so_many)s contacts"),
    "slide": forms_to_translate("%(so_many)s slide", "%(so_many)s slides"),
}


def amount(quantity: Decimal | int | None, code: str | None, written: str) -> str:
    """Return a quantity (`written` as formatted for the reader) with the unit of this category; the
    number alone where it has none."""
    kind = all_categories().get(code or "")
    if quantity is None or kind is None:
        return written
    whole = int(quantity) if quantity == int(quantity) else 2
    one, many = UNITS[kind.unit("en")]
    return str(ngettext(one, many, whole, so_many=written))
