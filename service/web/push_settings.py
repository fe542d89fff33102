"""Push subscriptions: a signed-in browser subscribes and unsubscribes."""

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
    """Return the key that a browser subscribes with, and who is signed in, so that it renews only
    its own subscription."""
    return jsonify(key=edge.public_key(), person=g.identity.person_id)


@pages.post("/subscriptions")
@limiter.limit("60/hour", key_func=by_reader)
@auth.requires_sign_in
def subscribe() -> ResponseReturnValue:
    """Subscribe this browser for as long as this session lasts."""
    said = _said()
    keys = said.get("keys") if isinstance(said.get("keys"), dict) else {}
    # In the system's scope: until now the browser may have been another person's.
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
    """Unsubscribe this browser."""
    with isolation.transaction(isolation.system("push")):
        subscriptions.end(g.identity.person_id, _text(_said(), "endpoint"))
    return Response(status=204)


def _said() -> dict[str, Any]:
    """Return the JSON object of the request. Raises InvalidInput."""
    said = request.get_json(silent=True) if (request.content_length or 0) <= MAX_BYTES else None
    if not isinstance(said, dict):
        raise InvalidInput({"endpoint": _("The request could not be read.")})
    return said


def _text(said: Any, name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
