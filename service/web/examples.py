"""Price examples of the public page: what a quantity of a category costs by the price list, and its
usual term."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from service.catalogue.categories import category


@dataclass(frozen=True)
class Example:
    """A quantity in a category; amounts are in euro cents, `days` is the usual term."""

    title: str
    code: str
    quantity: Decimal
    rate: int
    price: int
    days: int


def examples() -> list[Example]:
    """Return three examples in the reader's language."""
    return [
        _of(*one)
        for one in (
            (_("84 minutes of a board meeting, typed out"), "transcription", 84),
            (_("Four leases compared, which one to sign"), "legal", 4),
            (_("Forty cafés called about a tasting"), "telemarketing", 40),
        )
    ]


def _of(title: str, code: str, quantity: int) -> Example:
    kind = category(code)
    return Example(
        title,
        code,
        Decimal(quantity),
        kind.rate("EUR"),
        kind.price(Decimal(quantity), "EUR"),
        round(kind.term_hours / 24),
    )
