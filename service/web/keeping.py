"""Drafts and saved filters of whoever is signed in."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from service import drafts
from service.errors import BadInput
from service.texts import clean
from service.web import doors, forms
from service.web.limits import by_reader, limiter
from tenants import wall

pages = Blueprint("keeping", __name__)


@pages.get("/drafts")
@doors.signed_in
def all_drafts() -> ResponseReturnValue:
    """What was typed and not sent: `{key: {text, at}}`, moments in seconds since 1970."""
    with wall.transaction(wall.person(g.identity.person_id)):
        return jsonify(
            {
                one.key: {"text": one.text, "at": one.updated_at.timestamp()}
                for one in drafts.drafts_of(g.identity.person_id)
            }
        )


@pages.post("/drafts")
@limiter.limit("120/minute", key_func=by_reader)
@doors.signed_in
def keep_draft() -> ResponseReturnValue:
    """Keep the words of one field; without words it is forgotten."""
    with wall.transaction(wall.person(g.identity.person_id)):
        drafts.keep(
            g.identity.person_id,
            clean(request.form.get("key", "")),
            forms.words("text", drafts.LONGEST + 1),
        )
    return Response("", 204)


@pages.post("/filters")
@doors.signed_in
def save_filter() -> ResponseReturnValue:
    """Keep a list as it is shown under a name."""
    path, query = clean(request.form.get("path", "")), clean(request.form.get("query", ""))
    if not path.startswith(("/app/", "/desk/", "/work")) or "//" in path:
        raise BadInput({"path": "?"})
    with wall.transaction(wall.person(g.identity.person_id)):
        drafts.save_filter(g.identity.person_id, path, forms.words("name", 61), query.lstrip("?"))
    return redirect(f"{path}?{query.lstrip('?')}", 303)


@pages.post("/filters/<int:filter_id>/end")
@doors.signed_in
def drop_filter(filter_id: int) -> ResponseReturnValue:
    """Take a filter away."""
    path = clean(request.form.get("path", ""))
    with wall.transaction(wall.person(g.identity.person_id)):
        drafts.drop_filter(g.identity.person_id, filter_id)
    return redirect(
        path if path.startswith(("/app/", "/desk/", "/work")) and "//" not in path else "/", 303
    )
