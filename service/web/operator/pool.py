"""The pool of assistants: skills, limits and teams."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import forms
from service.catalogue.categories import all_categories
from service.core.errors import NotFound
from service.tasks import workload
from service.web.operator.blueprint import pages, requires_desk
from tenants import membership
from tenants.isolation import db
from tenants.membership import Staff


@pages.get("/desk/pool")
@requires_desk
def pool() -> ResponseReturnValue:
    """Show each assistant with skills, load and limit; those with most free capacity first."""
    loads = sorted(workload.loads(), key=lambda load: load[1] - load[2])
    staff = {
        one.person_id: one
        for one in membership.assistants([person.id for person, _held, _limit in loads])
    }
    return render_template("operator/pool.html", loads=loads, staff=staff)


@pages.post("/desk/pool/<int:person_id>")
@requires_desk
def change_pool(person_id: int) -> ResponseReturnValue:
    """Change an assistant's skills, limit and team."""
    one = db.session.get(Staff, person_id)
    if one is None or one.role != "assistant":
        raise NotFound
    one.trades = [code for code in request.form.getlist("trade") if code in all_categories()]
    one.held_limit = min(100, max(0, forms.whole("held_limit") or 0))
    one.team = " ".join(forms.words("team", 60).split())
    db.session.flush()
    flash(_("Saved"))
    return redirect("/desk/pool", 303)
