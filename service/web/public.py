"""The public page: what the service does, and the form for a first task."""

from __future__ import annotations

import uuid
from typing import cast

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.access.locale import here, locale
from service.access.rate_limits import limiter
from service.core.errors import InvalidInput
from service.core.language import current_language
from service.core.text import clean
from service.intake import unknown_senders
from service.intake.unknown_senders import FirstTask
from service.tasks.delivery import SUCCESS
from service.web import example_week, term
from service.web.account import ZONES
from service.web.charts import phone
from service.web.examples import examples
from service.web.filters.dates import weekday

pages = Blueprint("public", __name__)
FIELDS = {"email": 320, "phone": 40, "text": forms.MAX_TEXT}


@pages.get("/")
@auth.public
def front() -> ResponseReturnValue:
    """Show the offer, the first-task form, and the price list."""
    return _front({}, {})


@pages.post("/first-task")
@limiter.limit("30/hour")
@auth.public
def first_task() -> ResponseReturnValue:
    """Store the first task of a new client, with their consent, and answer at once."""
    typed = {name: clean(request.form.get(name, ""))[:most] for name, most in FIELDS.items()}
    values = typed | {"consent": request.form.get("consent", "")[:1]}
    if request.form.get("website"):  # a hidden field: only bots fill it in
        return redirect(url_for("public.thanks"), 303)
    if not values["consent"]:
        return _front(
            values, {"consent": _("Without your consent we may not keep what you write")}
        ), 422
    zone = request.form.get("zone", "")
    told = FirstTask(**typed, language=locale(), zone=zone if zone in ZONES else "Europe/Riga")
    try:
        unknown_senders.first_task(told, request.form.get("key", "")[:64] or uuid.uuid4().hex)
    except InvalidInput as error:
        return _front(values, error.errors), 422
    session["thanked"] = told.email[:200]
    return redirect(url_for("public.thanks"), 303)


@pages.get("/thanks")
@auth.public
def thanks() -> ResponseReturnValue:
    """Say thanks, and where to look for the welcome mail."""
    return render_template("public/thanks.html", email=session.pop("thanked", ""))


@pages.get("/privacy")
@auth.public
def privacy() -> ResponseReturnValue:
    """Show which personal data is stored, why, and for how long."""
    return render_template("public/privacy.html")


def _front(values: dict[str, str], errors: dict[str, str]) -> str:
    key = request.form.get("key", "")[:64] or uuid.uuid4().hex
    told = example_week.of_this_week(here())
    line = term.line(cast(term.Timed, told), moment=told.confirmed_at)
    return render_template(
        "public/front.html",
        values=values,
        errors=errors,
        key=key,
        tale=told,
        line=line,
        texts=_texts(told),
        phone=phone.drawn(_texts(told)),
        examples=examples(),
        success=SUCCESS,
    )


def _texts(told: example_week.Tale) -> list[phone.Said]:
    """Return the three texts that turn the example into a task in progress."""
    retold = told.on_the_phone(current_language(), weekday(told.deadline_at))
    return [
        phone.Said(True, told.asked, weekday(told.created_at)),
        phone.Said(False, retold, weekday(told.retold_at)),
        phone.Said(True, told.thanks, weekday(told.confirmed_at)),
    ]
