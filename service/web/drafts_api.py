"""Drafts and saved filters of the signed-in person."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from service.access import auth, forms
from service.access.rate_limits import by_reader, limiter
from service.core import drafts
from service.core.errors import InvalidInput
from service.core.text import clean
from tenants import isolation

pages = Blueprint("keeping", __name__)


@pages.get("/drafts")
@auth.requires_sign_in
def all_drafts() -> ResponseReturnValue:
    """Return what was typed and not sent: `{key: {text, at}}`, times in seconds since 1970."""
    with isolation.transaction(isolation.person(g.identity.person_id)):
        return jsonify(
            {
                one.key: {"text": one.text, "at": one.updated_at.timestamp()}
                for one in drafts.drafts_of(g.identity.person_id)
            }
        )


@pages.post("/drafts")
@limiter.limit("120/minute", key_func=by_reader)
@auth.requires_sign_in
def keep_draft() -> ResponseReturnValue:
    """Store the text of one field; an empty text deletes the draft."""
    with isolation.transaction(isolation.person(g.identity.person_id)):
        drafts.save(
            g.identity.person_id,
            clean(request.form.get("key", "")),
            forms.words("text", drafts.MAX_TEXT + 1),
        )
    return Response("", 204)


@pages.post("/filters")
@auth.requires_sign_in
def save_filter() -> ResponseReturnValue:
    """Save the current filters of a list under a name."""
    path, query = clean(request.form.get("path", "")), clean(request.form.get("query", ""))
    if not path.startswith(("/app/", "/desk/", "/work")) or "//" in path:
        raise InvalidInput({"path": "?"})
    with isolation.transaction(isolation.person(g.identity.person_id)):
        drafts.save_filter(g.identity.person_id, path, forms.words("name", 61), query.lstrip("?"))
    return redirect(f"{path}?{query.lstrip('?')}", 303)


@pages.post("/filters/<int:filter_id>/end")
@auth.requires_sign_in
def drop_filter(filter_id: int) -> ResponseReturnValue:
    """Remove a saved filter."""
    path = clean(request.form.get("path", ""))
    with isolation.transaction(isolation.person(g.identity.person_id)):
        drafts.drop_filter(g.identity.person_id, filter_id)
    return redirect(
        path if path.startswith(("/app/", "/desk/", "/work")) and "//" not in path else "/", 303
    )
