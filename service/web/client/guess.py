"""The service's guess from the text in the form, while it is typed: category, price, date, red
line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from service.access import auth, forms
from service.access.locale import here
from service.access.rate_limits import by_reader, limiter
from service.catalogue.categories import all_categories, category
from service.core.errors import InvalidInput
from service.core.time import after_working, half_of, now
from service.nlu.classifier import classify
from service.nlu.deadlines import deadline_in
from service.web.client.blueprint import pages
from tenants.company import Company
from tenants.isolation import db

# Fewer words than these carry too little meaning for a guess.
MIN_WORDS = 3


@dataclass(frozen=True)
class Guess:
    """The category, whether the service is fairly sure, its usual cost, and the dates; `said` where
    the text names the day."""

    code: str
    sure: bool
    quantity: Decimal
    price: int
    currency: str
    deadline: datetime
    red_line: datetime
    said: bool
    begin: datetime
    unit_price: int

    @property
    def red_at(self) -> float:
        """Return the position of the red line between now and the deadline, in percent."""
        whole = (self.deadline - self.begin).total_seconds()
        return (
            round(100 * (self.red_line - self.begin).total_seconds() / whole, 1)
            if whole > 0
            else 50.0
        )


@pages.post("/guess")
@limiter.limit("240/minute", key_func=by_reader)
@auth.requires_client
def guess() -> ResponseReturnValue:
    """Return the guess at the text as a fragment of the form."""
    text = forms.words("text", 20_000).strip()
    if len(text.split()) < MIN_WORDS:
        return render_template("client/guess.html", guess=None)
    return render_template(
        "client/guess.html", guess=_of(text, request.form.get("category", ""), _day())
    )


def _of(text: str, chosen: str, day: datetime | None) -> Guess:
    found, moment = classify(text), now()
    code = chosen if chosen in all_categories() else found.category
    kind, currency = category(code), db.session.get_one(Company, g.seat.company_id).currency
    named = deadline_in(text, here(), moment)
    deadline = day or named or after_working(moment, timedelta(hours=kind.term_hours))
    return Guess(
        code,
        code == chosen or found.confidence >= 0.4,
        kind.quantity,
        kind.price(kind.quantity, currency),
        currency,
        deadline,
        half_of(moment, deadline),
        bool(day or named),
        moment,
        kind.rate(currency),
    )


def _day() -> datetime | None:
    """Return the day in the form's field, where it is in the future."""
    try:
        day = forms.moment("deadline_at")
    except InvalidInput:
        return None
    return day if day and day > now() else None
