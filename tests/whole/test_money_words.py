"""Money of any currency: two decimals, none, three; written, read, shared and sold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.catalogue import categories
from service.core.config import WrongSetting
from service.core.money import Money
from service.tasks.task import find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tests.talk import work_off


@pytest.mark.parametrize(
    ("amount", "currency", "english", "russian", "plain"),
    [
        (123450, "EUR", "€1,234.50", "1 234,50 €", "1234.50"),
        (1234, "JPY", "¥1,234", "1 234 ¥", "1234"),
        (1234560, "KWD", "KWD 1,234.560", "1 234,560 KWD", "1234.560"),
    ],
)
def test_an_amount_is_written_with_its_currencys_decimals(
    amount, currency, english, russian, plain
):
    money = Money(amount, currency)
    assert money.words("en").replace("\xa0", " ") == english
    assert money.words("ru").replace("\xa0", " ") == russian
    assert money.plain() == plain


@pytest.mark.parametrize(
    ("text", "currency", "language", "amount"),
    [
        ("2,000.00", "EUR", "en", 200000),
        ("2 000,00", "EUR", "ru", 200000),
        ("12.5", "EUR", "en", 1250),
        ("2000", "JPY", "en", 2000),
        ("2,000", "JPY", "en", 2000),
        ("1.500", "KWD", "en", 1500),
        ("1,500", "KWD", "en", 1500000),
        ("1,500", "KWD", "ru", 1500),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, currency, language, amount):
    assert Money.read(text, currency, language) == Money(amount, currency)
    assert Money.read(Money(amount, currency).figure(language), currency, language).amount == amount


@pytest.mark.parametrize(("text", "currency"), [("12.5", "JPY"), ("1e9", "EUR"), ("x", "EUR")])
def test_what_the_currency_cannot_be_is_refused(text, currency):
    with pytest.raises(ValueError):
        Money.read(text, currency, "en")


def test_a_share_is_rounded_half_up_to_what_a_card_can_pay():
    assert Money(24000, "EUR").share(33) == Money(7920, "EUR")
    assert Money(101, "JPY").share(50) == Money(51, "JPY")
    assert Money(1010, "KWD").share(50) == Money(510, "KWD")


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_every_kind_of_work_has_a_price_in_every_currency_of_the_list(currency):
    for kind in categories.all_categories().values():
        rate = Money(kind.rate(currency), currency)
        assert rate.amount > 0 and rate == Money.of(rate.value, currency)
        assert kind.price(Decimal(2), currency) == 2 * rate.amount


def test_a_company_that_pays_in_yen_has_its_task_priced(world):
    person = world.client()
    with isolation.transaction(isolation.system("test")):
        db.session.get(Company, person.company_id).currency = "JPY"
    task_id = world.task(person, text="Find ten suppliers of oat milk and their prices in a table.")
    work_off()
    with isolation.transaction(isolation.system("test")):
        task = find(task_id)
        assert task.currency == "JPY" and task.state != "received"
        assert task.price == categories.category(task.category).price(task.quantity, "JPY")


def test_a_currency_without_prices_ends_the_start_with_a_sentence():
    with pytest.raises(WrongSetting, match=r"CURRENCIES: there are no prices in CHF"):
        categories.check_currencies("EUR,CHF")
