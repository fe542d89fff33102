"""What the service would make of the words in the box, while they are written: kind, price, date,
red line."""

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

# Fewer words than these say too little to guess from.
MIN_WORDS = 3


@dataclass(frozen=True)
class Guess:
    """The kind of work, whether the service is fairly sure, what it usually costs, and the dates;
    `said` where the words named the day."""

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
        """Where the red line stands between now and the dead line, in percent."""
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
    """A piece of the box: the guess at what is being written."""
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
    """The day in the form's field, where it is one that is still to come."""
    try:
        day = forms.moment("deadline_at")
    except InvalidInput:
        return None
    return day if day and day > now() else None
