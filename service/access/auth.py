"""Access rules of pages: who may open a page, and the access scope that its view runs in. Every
view has exactly one of these decorators.

`tests/` reads them: a route without one fails.
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
    """Load the signed-in person before anything else runs, so that language and scope can
    follow."""

    @app.context_processor
    def reader() -> dict[str, Any]:
        return {"me": g.get("identity"), "seat": g.get("seat")}


def known() -> Identity | None:
    """Return who is signed in."""
    return current_user.who if current_user.is_authenticated else None


def public(view: View) -> View:
    """Mark a page as open to everybody. Its view opens a scope of its own where it needs one."""

    @wraps(view)
    def enter(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        known()
        return view(*args, **kwargs)

    return _with_rule(enter, "public")


def requires_sign_in(view: View) -> View:
    """Require a signed-in person. The view opens a scope of its own; `g.identity` says who it
    is."""

    @wraps(view)
    def enter(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if known() else to_sign_in()

    return _with_rule(enter, "signed_in")


def requires_client(view: View) -> View:
    """Require a member of the company in `/app/<company>/…`. The view runs in one transaction in
    the scope of this person there."""

    @wraps(view)
    def enter(company: str, **kwargs: Any) -> ResponseReturnValue:
        who = known()
        if who is None:
            return to_sign_in()
        with isolation.transaction(_client_scope(who, company)):
            return current_app.make_response(view(**kwargs))

    return _with_rule(enter, "client")


def _client_scope(who: Identity, company: str) -> isolation.AccessScope:
    """Return the scope that this person reads and writes in, and set `g.seat` and `g.actor`. Answer
    404 where they are no member."""
    g.seat = who.seat(company) or abort(404)
    g.actor = actor.client(who.person_id, name=who.name)
    return who.client_scope(g.seat)


def requires_owner(view: View) -> View:
    """Require an owner of the company in `/app/<company>/…`."""

    @wraps(view)
    def enter(company: str, **kwargs: Any) -> ResponseReturnValue:
        who = known()
        seat = who.seat(company) if who else None
        if who and seat and seat.role != "owner":
            abort(403)
        return requires_client(view)(company=company, **kwargs)

    return _with_rule(enter, "owner")


def requires_owner_opening_scopes(view: View) -> View:
    """Require an owner of the company, for a view that calls a vendor: it opens its scopes
    (`g.scope`) itself, around the call."""

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
    """Require staff in one of these roles. The view runs in one transaction in the scope that their
    role allows."""

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
    """Return who acts in this request."""
    return g.actor  # type: ignore[no-any-return]


def to_sign_in() -> ResponseReturnValue:
    """Redirect to the sign-in page, and back to this one afterwards; the browser's draft keeps the
    text of a form."""
    # A script's request has no page of its own to come back to, so the page that sent it is used.
    opens = (
        request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )
    session["next"] = request.full_path if opens else (request.referrer or "")[-500:]
    return redirect(url_for("account.login"))


def _with_rule(enter: Any, mark: str) -> Any:
    enter.door = mark
    return enter
