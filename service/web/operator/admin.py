"""The admin's page: staff and companies."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from service import accounts
from service.access import auth, forms
from service.catalogue.categories import all_categories
from service.core.config import settings
from service.core.errors import DomainError, NotFound
from service.core.event_kinds import EventKind
from service.core.text import apart
from service.tasks import assignment, events
from service.web.operator.blueprint import pages
from tenants import isolation, membership
from tenants.isolation import db
from tenants.people import Person
from tenants.signin import identity

admin_only = auth.requires_staff("admin")


@pages.get("/admin")
@admin_only
def admin() -> ResponseReturnValue:
    """Show the staff."""
    return _page({})


@pages.post("/admin/staff")
@admin_only
def add_staff() -> ResponseReturnValue:
    """Add somebody to the staff; they are sent a link to set a password."""
    trades = request.form.getlist("trade") or list(all_categories())
    return _do(
        lambda: _welcome(
            accounts.add_staff(
                forms.words("email", 321),
                forms.words("name", 200),
                request.form.get("role", ""),
                trades if request.form.get("role") == "assistant" else [],
            ).id
        )
    )


@pages.post("/admin/companies")
@admin_only
def add_company() -> ResponseReturnValue:
    """Add a company with its owner; the owner is sent a link to set a password."""

    def add() -> None:
        made = accounts.add_company(
            forms.words("company", 201),
            forms.words("owner_email", 321),
            request.form.get("currency", "EUR"),
            "ru" if request.form.get("language") == "ru" else "en",
        )
        _welcome(membership.owners(made.id)[0].id)

    return _do(add)


@pages.post("/admin/people/<int:person_id>/sessions/end")
@admin_only
def end_sessions(person_id: int) -> ResponseReturnValue:
    """End every session of a person."""
    return _do(lambda: identity.end_all(person_id))


@pages.get("/admin/people/<int:person_id>/end")
@admin_only
def ask_end_staff(person_id: int) -> ResponseReturnValue:
    """Ask for confirmation before somebody's staff role ends: who it is, and how many tasks go back
    to the queue."""
    if person_id == auth.me().person_id:
        return _own_place()
    person = _of_staff(person_id)
    held = assignment.assigned_to(person_id)
    return render_template("operator/end_place.html", person=person, held=held)


@pages.post("/admin/people/<int:person_id>/end")
@admin_only
def end_staff(person_id: int) -> ResponseReturnValue:
    """End somebody's staff role; admins cannot end their own."""
    if person_id == auth.me().person_id:
        return _own_place()
    name = _of_staff(person_id).name
    with isolation.as_system():
        count = accounts.end_staff(person_id)
    gone_back = ngettext(
        "%(num)s task went back to the queue.", "%(num)s tasks went back to the queue.", count
    )
    flash(
        _("%(name)s was removed from the staff.", name=apart(name))
        + (f" {gone_back}" if count else "")
    )
    return redirect("/admin", 303)


def _own_place() -> ResponseReturnValue:
    return _page({"": _("You cannot remove yourself.")}), 409


def _of_staff(person_id: int) -> Person:
    """Return the person. Raises NotFound for somebody who is not on the staff."""
    if not membership.is_staff(person_id):
        raise NotFound(_("Not a member of the staff"))
    return db.session.get_one(Person, person_id)


def _welcome(person_id: int) -> None:
    events.write(EventKind.PERSON_RESET, auth.me(), person=person_id)


def _do(act: Callable[[], object]) -> ResponseReturnValue:
    """Run this action in the system's scope, which the sign-in tables require."""
    try:
        with isolation.as_system():
            act()
    except DomainError as error:
        db.session.rollback()
        return _page(error.at()), error.status
    flash(_("Done"))
    return redirect("/admin", 303)


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "operator/admin.html",
        staff=membership.all_staff(),
        errors=errors,
        values=request.form,
        currencies=settings().currencies.split(","),
    )
