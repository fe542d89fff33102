"""Money: an amount in minor units of a currency with any number of decimals (ISO 4217, from Babel's
tables): 2 for EUR, 0 for JPY, 3 for KWD."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_decimal_symbol,
)

# A currency code is separated from the digits by a space.
LETTERS_BEFORE_DIGIT = re.compile(r"(?<=[A-Z]{3})(?=\d)")
THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))", re.ASCII)
# No exponent and a bounded length: an exponent could make a number of millions of digits.
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?$", re.ASCII)


@dataclass(frozen=True)
class Money:
    """An amount in minor units of `currency` (an ISO 4217 code)."""

    amount: int
    currency: str

    @classmethod
    def of(cls, value: Decimal, currency: str) -> Money:
        """Return an amount of whole units of a currency that a card can pay, rounded half up."""
        step = smallest_payment(currency)
        minor = value.scaleb(decimals(currency)) / step
        return cls(int(minor.quantize(Decimal(1), ROUND_HALF_UP)) * step, currency)

    @classmethod
    def read(cls, text: str, currency: str, language: str) -> Money:
        """Parse an amount as people write it in this language: "2,000.00", "2 000,00", "2000".

        Raises ValueError where it is not a number, or has more decimals than the currency.
        """
        value = Decimal(_plain(text, currency, language))
        if value.scaleb(decimals(currency)) % 1 and decimals(currency) != 2:
            raise ValueError(text)
        minor = value.scaleb(decimals(currency)).quantize(Decimal(1), ROUND_HALF_UP)
        return cls(int(minor), currency)

    @property
    def value(self) -> Decimal:
        """Return the amount in whole units of the currency: Decimal("12.50")."""
        return Decimal(self.amount).scaleb(-decimals(self.currency))

    def times(self, quantity: Decimal) -> Money:
        """Return the amount for `quantity` units at this price, rounded half up."""
        return Money.of(self.value * quantity, self.currency)

    def share(self, percent: int) -> Money:
        """Return `percent` percent of the amount, rounded half up."""
        return self.times(Decimal(percent) / 100)

    def words(self, language: str) -> str:
        """Return the amount formatted for this language: "€1,234.50", "1 234,50 €"."""
        return _words(self.amount, self.currency, language)

    def short(self, language: str) -> str:
        """Return the same without decimals where they are zero: "€24"."""
        if not decimals(self.currency) or self.value % 1:
            return self.words(language)
        pattern = Locale.parse(language).currency_formats["standard"].pattern.replace("0.00", "0")
        return format_currency(
            self.value, self.currency, format=pattern, locale=language, currency_digits=False
        )

    def figure(self, language: str) -> str:
        """Return the number without the currency, as it is typed into a field in this language."""
        places = decimals(self.currency)
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(self.value, pattern, locale=language)

    def plain(self) -> str:
        """Return the number with a decimal point and nothing else, for spreadsheets: "1234.50"."""
        return f"{self.value:.{decimals(self.currency)}f}"


def _plain(text: str, currency: str, language: str) -> str:
    """Return a written number with a decimal point. Raises ValueError.

    A point or comma before three digits separates thousands, except for the language's own decimal
    sign in a currency with three decimals.
    """
    bare = "".join(text.split())
    if decimals(currency) == 3:
        own = get_decimal_symbol(language)
        bare = bare.replace({".": ",", ",": "."}[own], "").replace(own, ".")
    else:
        bare = THOUSANDS.sub("", bare).replace(",", ".")
    if not NUMBER.match(bare):
        raise ValueError(text)
    return bare


@lru_cache(maxsize=200)
def decimals(currency: str) -> int:
    """Return how many decimals a currency has."""
    return get_currency_precision(currency)


def smallest_payment(currency: str) -> int:
    """Return the step, in minor units, in which cards pay: in a currency with three decimals the
    last digit is 0.

    Source: Stripe's documentation of three-decimal currencies.
    """
    return 10 if decimals(currency) == 3 else 1


@lru_cache(maxsize=4096)
def _words(amount: int, currency: str, language: str) -> str:
    text = format_currency(Money(amount, currency).value, currency, locale=language)
    return LETTERS_BEFORE_DIGIT.sub("\u00a0", text)
