"""Pages for members, handbook and settings of a company."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import available_timezones

from flask import abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from service import accounts
from service.access import auth, forms
from service.access.rate_limits import by_reader, limiter
from service.core.errors import Conflict, DomainError, InvalidInput
from service.core.time import now
from service.tasks import lessons
from service.web.account import ZONES
from service.web.client.blueprint import pages
from tenants import addresses, handbook, isolation, membership
from tenants.company import Company
from tenants.isolation import db
from tenants.signin import links
from tenants.signin.tables import Login


@pages.get("/people")
@auth.requires_client
def people() -> ResponseReturnValue:
    """Show the members of the company."""
    return _people({})


@pages.post("/people")
@limiter.limit("60/hour")
@auth.requires_owner
def invite() -> ResponseReturnValue:
    """Invite somebody by e-mail."""
    try:
        with isolation.as_system():
            accounts.invite(
                g.seat.company_id,
                forms.words("email", 321),
                request.form.get("role", "member"),
                g.identity.person_id,
            )
    except DomainError as error:
        return _people(error.at("email")), error.status
    flash(_("Invitation sent"))
    return redirect(f"/app/{g.seat.slug}/people", 303)


@pages.post("/people/<int:person_id>/end")
@auth.requires_owner
def end_membership(person_id: int) -> ResponseReturnValue:
    """End a membership; the last owner cannot leave."""
    try:
        _end(person_id)
    except DomainError as error:
        return _people({"": error.detail}), error.status
    return redirect(f"/app/{g.seat.slug}/people", 303)


@pages.post("/people/<int:person_id>/role")
@auth.requires_owner
def change_role(person_id: int) -> ResponseReturnValue:
    """Make a member an owner, or an owner a member; the last owner stays one."""
    role = request.form.get("role", "")
    try:
        if role not in membership.COMPANY_ROLES:
            raise InvalidInput({"role": _("Use owner or member")})
        _place_of(person_id, leaves_owners=role != "owner").role = role
    except DomainError as error:
        return _people({"": error.detail}), error.status
    flash(_("Role changed"))
    return redirect(f"/app/{g.seat.slug}/people", 303)


def _place_of(person_id: int, *, leaves_owners: bool) -> membership.Membership:
    """Return somebody's membership. Raises Conflict where the company would lose its last owner;
    404 where there is no membership."""
    if leaves_owners and membership.owners_held(g.seat.company_id) == [person_id]:
        raise Conflict(_("A company needs at least one owner. Make someone else an owner first."))
    place = membership.Membership
    return db.session.scalar(
        select(place).where(
            place.company_id == g.seat.company_id,
            place.person_id == person_id,
            place.ended_at.is_(None),
        )
    ) or abort(404)


def _end(person_id: int) -> None:
    _place_of(person_id, leaves_owners=True).ended_at = now()
    with (
        isolation.as_system()
    ):  # these are sign-in tables: a pending invitation would let them back in
        for email in db.session.scalars(select(Login.email).where(Login.person_id == person_id)):
            links.end_invitations(g.seat.company_id, email)


@pages.get("/handbook")
@auth.requires_client
def read_handbook() -> ResponseReturnValue:
    """Show how this company works, and the proposed lines that wait for a decision."""
    return _handbook()


@pages.post("/handbook")
@auth.requires_client
def write_handbook() -> ResponseReturnValue:
    """Save the handbook."""
    text = forms.words("text")
    if len(text) > handbook.MAX_TEXT:
        return _handbook(InvalidInput({"text": _("Up to 20,000 characters")}), text)
    handbook.write(g.seat.company_id, text, g.identity.person_id)
    flash(_("Saved. It goes with every task."))
    return redirect(f"/app/{g.seat.slug}/handbook", 303)


@pages.post("/handbook/lessons/<int:lesson_id>")
@auth.requires_owner
def decide_lesson(lesson_id: int) -> ResponseReturnValue:
    """Add a proposed line to the handbook, or dismiss it."""
    taken = request.form.get("verdict") == "accept"
    try:
        lessons.decide(g.seat.company_id, lesson_id, auth.me(), accept=taken)
    except DomainError as error:
        return _handbook(error)
    flash(_("Added to the handbook") if taken else _("Dismissed"))
    return redirect(f"/app/{g.seat.slug}/handbook", 303)


def _handbook(error: DomainError | None = None, text: str | None = None) -> ResponseReturnValue:
    if error is not None:
        db.session.rollback()
    found = handbook.of(g.seat.company_id)
    return render_template(
        "client/handbook.html",
        text=text if text is not None else found.text if found else "",
        book=handbook.lines_of(found),
        lessons=lessons.waiting(g.seat.company_id),
        errors=error.at() if error else {},
    ), error.status if error else 200


@pages.get("/settings")
@auth.requires_client
def settings() -> ResponseReturnValue:
    """Show the company's settings, and the reader's addresses and numbers."""
    return _settings({})


@pages.post("/settings")
@auth.requires_owner
def change_settings() -> ResponseReturnValue:
    """Save the company's settings."""
    try:
        _change(db.session.get_one(Company, g.seat.company_id))
    except DomainError as error:
        return _settings(error.at()), error.status
    flash(_("Saved"))
    return redirect(f"/app/{g.seat.slug}/settings", 303)


@pages.post("/settings/addresses")
@limiter.limit("10/hour", key_func=by_reader)
@auth.requires_client
def claim_address() -> ResponseReturnValue:
    """Add a number or an address to one's own account; a code is sent there."""
    return _addresses(
        lambda: accounts.claim_address(
            g.identity.person_id, g.seat.company_id, forms.words("address", 321).strip()
        ),
        _("We have sent a code there. Enter it below."),
    )


@pages.post("/settings/addresses/<int:address_id>")
@limiter.limit("10/hour", key_func=by_reader)
@auth.requires_client
def prove_address(address_id: int) -> ResponseReturnValue:
    """Verify with the code that the address is one's own."""
    return _addresses(
        lambda: accounts.prove_address(
            g.identity.person_id, address_id, forms.words(f"code-{address_id}", 21)
        ),
        _("Confirmed. Messages from it now count as yours."),
    )


@pages.post("/settings/addresses/<int:address_id>/end")
@auth.requires_client
def drop_address(address_id: int) -> ResponseReturnValue:
    """Remove one of one's own addresses."""
    return _addresses(lambda: accounts.drop_address(g.identity.person_id, address_id), _("Removed"))


def _addresses(act: Callable[[], None], done: str) -> ResponseReturnValue:
    """Run this action in the system's scope, which the sign-in tables require."""
    try:
        with isolation.as_system():
            act()
    except DomainError as error:
        return _settings(error.at("address")), error.status
    flash(done)
    return redirect(f"/app/{g.seat.slug}/settings#addresses", 303)


def _change(company: Company) -> None:
    name, days = forms.words("name", 201).strip(), forms.whole("silence_days")
    if not 1 <= len(name) <= 200:
        raise InvalidInput({"name": _("Enter 1 to 200 characters")})
    if days is None or not 1 <= days <= 30:
        raise InvalidInput({"silence_days": _("Enter 1 to 30 working days")})
    address = forms.words("address")
    if len(address) > 1000:
        raise InvalidInput({"company-address": _("Up to 1,000 characters")})
    company.name, company.silence_days, company.address = name, days, address
    company.language = "ru" if request.form.get("language") == "ru" else "en"
    company.zone = (
        request.form["zone"] if request.form.get("zone") in available_timezones() else company.zone
    )
    db.session.flush()


def _people(errors: dict[str, str]) -> str:
    if errors:
        db.session.rollback()
    return render_template(
        "client/people.html",
        members=membership.members(g.seat.company_id),
        errors=errors,
        values=request.form,
    )


def _settings(errors: dict[str, str]) -> str:
    if errors:
        db.session.rollback()
    return render_template(
        "client/settings.html",
        company=db.session.get_one(Company, g.seat.company_id),
        errors=errors,
        zones=ZONES,
        addresses=addresses.of_person(g.identity.person_id),
        values=request.form,
    )
