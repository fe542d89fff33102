"""Template filters for amounts of money, in the reader's format."""

from __future__ import annotations

from babel.numbers import get_currency_symbol

from service.core.language import current_language
from service.core.money import Money


def money(minor: int | None, currency: str) -> str:
    """Return an amount in the reader's format; empty where there is none yet."""
    return "" if minor is None else Money(minor, currency).words(current_language())


def share_of(minor: int, percent: int, currency: str) -> str:
    """Return `percent` of an amount, in the reader's format."""
    return Money(minor, currency).share(percent).words(current_language())


def rate(minor: int, currency: str) -> str:
    """Return a rate of the price list: without decimals where it has none."""
    return Money(minor, currency).short(current_language())


def plain_sum(minor: int | None, currency: str) -> str:
    """Return an amount as it is typed into a field: without its currency."""
    return "" if minor is None else Money(minor, currency).figure(current_language())


def sign(currency: str) -> str:
    """Return the sign of a currency."""
    return str(get_currency_symbol(currency, locale=current_language()))


FILTERS = {
    "money": money,
    "share_of": share_of,
    "rate": rate,
    "plain_sum": plain_sum,
}
