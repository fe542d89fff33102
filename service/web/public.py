"""The public page: what the service does, and the form for a first task."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.channels import strangers
from service.channels.strangers import FirstTask
from service.errors import BadInput
from service.texts import clean
from service.web import doors, forms, language
from service.web.account import ZONES
from service.web.limits import limiter

pages = Blueprint("public", __name__)
FIELDS = {"name": 200, "email": 320, "phone": 40, "company": 200, "text": forms.MOST}


@pages.get("/")
@doors.public
def front() -> ResponseReturnValue:
    """Promise, first-task form, price list."""
    return _front({}, {})


@pages.post("/first-task")
@limiter.limit("30/hour")
@doors.public
def first_task() -> ResponseReturnValue:
    """Keep the first task of somebody new, with their consent, and thank at once."""
    values = {name: clean(request.form.get(name, ""))[:most] for name, most in FIELDS.items()}
    if request.form.get("website"):  # a field that people do not see: who fills it in is a machine
        return redirect(url_for("public.thanks"), 303)
    if not request.form.get("consent"):
        return _front(values, {"consent": _("Without your consent we may not keep what you write.")}), 422
    zone = request.form.get("zone", "")
    told = FirstTask(**values, language=language.locale(), zone=zone if zone in ZONES else "Europe/Riga")
    try:
        strangers.first_task(told, request.form.get("key", "")[:64] or uuid.uuid4().hex)
    except BadInput as error:
        return _front(values, error.errors), 422
    session["thanked"] = told.email[:200]
    return redirect(url_for("public.thanks"), 303)


@pages.get("/thanks")
@doors.public
def thanks() -> ResponseReturnValue:
    """Thanks at once, and where to look for the welcome mail."""
    return render_template("public/thanks.html", email=session.pop("thanked", ""))


@pages.get("/privacy")
@doors.public
def privacy() -> ResponseReturnValue:
    """What is kept of people, why, and for how long."""
    return render_template("public/privacy.html")


def _front(values: dict[str, str], errors: dict[str, str]) -> str:
    key = request.form.get("key", "")[:64] or uuid.uuid4().hex
    return render_template("public/front.html", values=values, errors=errors, key=key)
