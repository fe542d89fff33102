"""Amounts with their unit, in both languages' plural forms."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask_babel import force_locale

from service.catalogue import quantities
from service.catalogue.categories import all_categories


@pytest.mark.parametrize(
    ("language", "quantity", "said"),
    [
        ("en", 1, "1 slide"),
        ("en", 12, "12 slides"),
        ("en", Decimal("2.5"), "2.5 slides"),
        ("ru", 1, "1 слайд"),
        ("ru", 3, "3 слайда"),
        ("ru", 12, "12 слайдов"),
        ("ru", 21, "21 слайд"),
        ("ru", Decimal("2.5"), "2.5 слайда"),
    ],
)
def test_a_unit_follows_its_number(app, language, quantity, said):
    with app.test_request_context(), force_locale(language):
        assert quantities.amount(quantity, "presentations", str(quantity)) == said


def test_every_unit_of_the_kinds_of_work_has_its_forms():
    assert {kind.unit("en") for kind in all_categories().values()} == set(quantities.UNITS)


def test_without_a_kind_the_number_stands_alone(app):
    assert quantities.amount(Decimal(3), None, "3") == "3"
