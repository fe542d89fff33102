"""Notifications on a device: a signed-in browser says where it is reached, and that it wants no
more."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth
from service.access.rate_limits import by_reader, limiter
from service.channels.push import edge, subscriptions
from service.core.errors import InvalidInput
from tenants import isolation

pages = Blueprint("notifications", __name__, url_prefix="/push")
MAX_BYTES = 4096


@pages.get("/key")
@auth.requires_sign_in
def key() -> ResponseReturnValue:
    """What a browser subscribes with, and who is signed in, so that it renews only what is
    theirs."""
    return jsonify(key=edge.public_key(), person=g.identity.person_id)


@pages.post("/subscriptions")
@limiter.limit("60/hour", key_func=by_reader)
@auth.requires_sign_in
def subscribe() -> ResponseReturnValue:
    """This browser may be sent to as long as this sign-in lasts."""
    said = _said()
    keys = said.get("keys") if isinstance(said.get("keys"), dict) else {}
    # In the service's own scope: the browser may have been another person's until now.
    with isolation.transaction(isolation.system("push")):
        subscriptions.keep(
            g.identity.person_id,
            g.identity.session_id,
            _text(said, "endpoint"),
            _text(keys, "p256dh"),
            _text(keys, "auth"),
            request.user_agent.string,
        )
    return Response(status=204)


@pages.post("/subscriptions/end")
@limiter.limit("60/hour", key_func=by_reader)
@auth.requires_sign_in
def end() -> ResponseReturnValue:
    """Nothing more is sent to this browser."""
    with isolation.transaction(isolation.system("push")):
        subscriptions.end(g.identity.person_id, _text(_said(), "endpoint"))
    return Response(status=204)


def _said() -> dict[str, Any]:
    """The JSON object of the request. Raises InvalidInput."""
    said = request.get_json(silent=True) if (request.content_length or 0) <= MAX_BYTES else None
    if not isinstance(said, dict):
        raise InvalidInput({"endpoint": _("The request could not be read.")})
    return said


def _text(said: Any, name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
