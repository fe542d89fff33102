"""Doors to pages: who may enter, and the scope that a view runs in. Every view has exactly one of
these marks.

`tests/` reads the marks: a route without one fails.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.core import actor
from service.core.actor import Actor
from tenants import isolation
from tenants.membership import STAFF_ROLES, StaffRole
from tenants.signin.identity import Identity

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
STAFF = STAFF_ROLES
DESK = (StaffRole.SUPERVISOR, StaffRole.OPERATOR, StaffRole.ADMIN)


def init(app: Flask) -> None:
    """Know who is there before anything else is asked, so that language and scope can follow."""

    @app.context_processor
    def reader() -> dict[str, Any]:
        return {"me": g.get("identity"), "seat": g.get("seat")}


def known() -> Identity | None:
    """Who is signed in."""
    return current_user.who if current_user.is_authenticated else None


def public(view: View) -> View:
    """A page for everybody. It opens a scope of its own where it needs one."""

    @wraps(view)
    def enter(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        known()
        return view(*args, **kwargs)

    return _with_rule(enter, "public")


def requires_sign_in(view: View) -> View:
    """A page for whoever is signed in; it opens a scope of its own. `g.identity` says who it is."""

    @wraps(view)
    def enter(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if known() else to_sign_in()

    return _with_rule(enter, "signed_in")


def requires_client(view: View) -> View:
    """A page of a company's desk: `/app/<company>/…`. Runs in one transaction in the scope of this
    person there."""

    @wraps(view)
    def enter(company: str, **kwargs: Any) -> ResponseReturnValue:
        who = known()
        if who is None:
            return to_sign_in()
        with isolation.transaction(_client_scope(who, company)):
            return current_app.make_response(view(**kwargs))

    return _with_rule(enter, "client")


def _client_scope(who: Identity, company: str) -> isolation.AccessScope:
    """Who this is there (`g.seat`, `g.actor`), and the scope that they read and write in; 404 where
    they have no place."""
    g.seat = who.seat(company) or abort(404)
    g.actor = actor.client(who.person_id, name=who.name)
    return who.client_scope(g.seat)


def requires_owner(view: View) -> View:
    """A page of a company's desk for its owners alone."""

    @wraps(view)
    def enter(company: str, **kwargs: Any) -> ResponseReturnValue:
        who = known()
        seat = who.seat(company) if who else None
        if who and seat and seat.role != "owner":
            abort(403)
        return requires_client(view)(company=company, **kwargs)

    return _with_rule(enter, "owner")


def requires_owner_opening_scopes(view: View) -> View:
    """A page of a company's desk for its owners alone, which calls a vendor: it opens its scopes
    itself (`g.scope`), around the call."""

    @wraps(view)
    def enter(company: str, **kwargs: Any) -> ResponseReturnValue:
        who = known()
        if who is None:
            return to_sign_in()
        g.scope = _client_scope(who, company)
        if g.seat.role != "owner":
            abort(403)
        return view(**kwargs)

    return _with_rule(enter, "owner")


def requires_staff(*roles: str) -> Callable[[View], View]:
    """A page for staff in one of these roles, in one transaction in the scope that their role
    allows."""

    def mark(view: View) -> View:
        @wraps(view)
        def enter(**kwargs: Any) -> ResponseReturnValue:
            who = known()
            if who is None:
                return to_sign_in()
            if who.staff_role not in roles:
                abort(403 if who.staff_role else 404)
            g.actor = actor.staff(who.person_id, who.staff_role, name=who.name)
            with isolation.transaction(who.staff_scope()):
                return current_app.make_response(view(**kwargs))

        return _with_rule(enter, "staff:" + ",".join(roles))

    return mark


def me() -> Actor:
    """Who acts in this request."""
    return g.actor  # type: ignore[no-any-return]


def to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back to this one afterwards; a form's words are kept by the
    browser's draft."""
    # What a script of the page asks for is no page to come back to: the page is.
    opens = (
        request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )
    session["next"] = request.full_path if opens else (request.referrer or "")[-500:]
    return redirect(url_for("account.login"))


def _with_rule(enter: Any, mark: str) -> Any:
    enter.door = mark
    return enter
