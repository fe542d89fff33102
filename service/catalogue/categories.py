"""The 21 services: names, units, usual quantity, rate and term. The file is a setting of the
service."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from service.core.config import WrongSetting
from service.core.language import current_language
from service.core.money import Money

FILE = Path(__file__).with_name("categories.tsv")
# The price of one euro's worth of work in each currency that may be sold in.
CURRENCIES_FILE = Path(__file__).with_name("currencies.tsv")


@dataclass(frozen=True)
class Category:
    """One category. `eur` is the rate for a unit in euro cents, `term_hours` the usual working
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
        """Return the name in this language, or in the reader's."""
        return self.name_ru if (language or current_language()) == "ru" else self.name_en

    def unit(self, language: str | None = None) -> str:
        """Return the unit in this language, or in the reader's."""
        return self.unit_ru if (language or current_language()) == "ru" else self.unit_en

    def criterion(self, language: str) -> str:
        """Return the acceptance criterion that a task of this category starts with."""
        return self.criterion_ru if language == "ru" else self.criterion_en

    def rate(self, currency: str) -> int:
        """Return the price of a unit in minor units of the currency."""
        return Money.of(Decimal(self.eur) / 100 * per_euro()[currency], currency).amount

    def price(self, quantity: Decimal, currency: str) -> int:
        """Return the price of `quantity` units, in minor units, rounded half up."""
        return Money(self.rate(currency), currency).times(quantity).amount


@lru_cache
def per_euro() -> dict[str, Decimal]:
    """Return the currencies that have a price list, each with the price of one euro's worth of
    work."""
    with CURRENCIES_FILE.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {row["code"]: Decimal(row["per_euro"]) for row in rows}


def check_currencies(codes: str) -> None:
    """Check the setting CURRENCIES. Raises WrongSetting where one has no price list."""
    if missing := [code for code in codes.split(",") if code not in per_euro()]:
        raise WrongSetting(
            f"CURRENCIES: there are no prices in {', '.join(missing)}; add what a euro is worth"
            " to service/catalogue/currencies.tsv."
        )


@lru_cache
def all_categories() -> dict[str, Category]:
    """Return all categories by their code, in the file's order."""
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
    """Return the category with this code. Raises KeyError."""
    return all_categories()[code]
