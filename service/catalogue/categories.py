"""The 21 directions of work: names, units, usual quantity, rate and term. The file is a setting of
the service."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

from flask_babel import get_locale

FILE = Path(__file__).with_name("categories.tsv")
# What a euro's worth of work is sold at in the other currencies; minor units all have two digits
# here.
CURRENCIES = {"EUR": Decimal(1), "USD": Decimal("1.1"), "RUB": Decimal(95)}


@dataclass(frozen=True)
class Category:
    """One kind of work. `eur` is the rate for a unit in euro cents, `term_hours` the usual working
    term."""

    code: str
    name_en: str
    name_ru: str
    unit_en: str
    unit_ru: str
    quantity: Decimal
    eur: int
    term_hours: int
    criterion_en: str
    criterion_ru: str

    def name(self, language: str | None = None) -> str:
        """The name in this language, or in the reader's."""
        return self.name_ru if (language or _reader()) == "ru" else self.name_en

    def unit(self, language: str | None = None) -> str:
        """The unit in this language, or in the reader's."""
        return self.unit_ru if (language or _reader()) == "ru" else self.unit_en

    def criterion(self, language: str) -> str:
        """The standard of good work that a task of this kind starts with."""
        return self.criterion_ru if language == "ru" else self.criterion_en

    def rate(self, currency: str) -> int:
        """The price of a unit in minor units of the currency."""
        return int((self.eur * CURRENCIES[currency]).quantize(Decimal(1), ROUND_HALF_UP))

    def price(self, quantity: Decimal, currency: str) -> int:
        """What so many units cost, in minor units, rounded half up."""
        return int((self.rate(currency) * quantity).quantize(Decimal(1), ROUND_HALF_UP))


def _reader() -> str:
    locale = get_locale()
    return locale.language if locale else "en"


@lru_cache
def all_categories() -> dict[str, Category]:
    """All kinds of work by their code, in the file's order."""
    with FILE.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {row["code"]: _read(row) for row in rows}


def _read(row: dict[str, str]) -> Category:
    return Category(
        **{
            **row,
            "quantity": Decimal(row["quantity"]),
            "eur": int(row["eur"]),  # type: ignore[arg-type]
            "term_hours": int(row["term_hours"]),
        }
    )


def category(code: str) -> Category:
    """The kind of work of this code. Raises KeyError."""
    return all_categories()[code]
