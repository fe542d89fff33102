"""Control routes of the stand-in for the application and its tests: /standin, for callers on
loopback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from jsonschema import Draft202012Validator

from devdesk.standins import contract, inbound
from devdesk.standins.messages import Message
from devdesk.standins.state import standin

controls = Blueprint("controls", __name__, url_prefix="/standin")

MODES = ("slow", "429", "500_after_effect", "drop", "none")
INCOMING = contract.validator(inbound.INCOMING)
FAULT = contract.validator(
    {
        "type": "object",
        "properties": {
            "mode": {"enum": list(MODES)},
            "count": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
            "seconds": {"type": "number", "minimum": 0, "maximum": 120},
        },
        "required": ["mode"],
        "additionalProperties": False,
    }
)
ROWID = contract.validator({"type": "integer", "minimum": 0, "maximum": 2**63 - 1})
LIMIT = contract.validator({"type": "integer", "minimum": 1, "maximum": 1000})


@controls.before_request
def only_loopback() -> None:
    """Answer 403 to callers from elsewhere."""
    try:
        near = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        near = False
    if not near:
        abort(403)


@controls.get("/healthz")
def healthz() -> Response:
    """Answer 200 while it serves; `contract_failures` counts our responses that Twilio would not
    have given."""
    return jsonify({"status": "ok", "contract_failures": standin().contract_failures})


@controls.get("/messages")
def messages() -> Response:
    """Return everything sent, oldest first: after the rowid `since` (0), at most `limit` (100; up
    to 1,000)."""
    since, limit = _number("since", 0, ROWID), _number("limit", 100, LIMIT)
    return jsonify([_line(message) for message in standin().messages.sent_since(since, limit)])


@controls.post("/faults")
def faults() -> Response:
    """Make the next `count` (1) sends fail as `mode` says; `slow` waits `seconds` (5) before it
    answers."""
    order = _json(FAULT)
    count, seconds = order.get("count", 1), order.get("seconds", 5.0)
    standin().messages.order_fault(order["mode"], count, seconds)
    return jsonify({"mode": order["mode"], "count": count, "seconds": seconds})


@controls.post("/inbound")
def incoming() -> Response:
    """Send a message from a person to the application; answer when it has, with its status and
    TwiML (null: unreachable)."""
    here = standin()
    message = here.messages.keep(inbound.draft_of(_json(INCOMING)))
    delivery = inbound.deliver(message, here.webhook_url, here.account, here.token, here.pace)
    inbound.keep_replies(here.messages, delivery, here.callbacks.first)
    here.callbacks.wake()
    answer = delivery.answer
    told = (
        {"status": answer.status, "body": answer.body} if answer else {"status": None, "body": None}
    )
    return jsonify({"sid": message.sid, "tries": delivery.tries, **told})


def _line(message: Message) -> dict[str, Any]:
    created = datetime.fromtimestamp(message.created_at, UTC).isoformat(timespec="milliseconds")
    return {
        "rowid": message.id,
        "sid": message.sid,
        "to": message.recipient,
        "from": message.sender,
        "body": message.body,
        "status": message.status,
        "created_at": created.replace("+00:00", "Z"),
    }


def _number(name: str, default: int, rule: Draft202012Validator) -> int:
    text = request.args.get(name, str(default))
    if not (contract.INTEGER.fullmatch(text) and rule.is_valid(int(text))):
        abort(400, f"{name} must be a whole number within its bounds")
    return int(text)


def _json(rule: Draft202012Validator) -> Mapping[str, Any]:
    given = request.get_json()
    for error in rule.iter_errors(given):
        abort(400, f"{error.json_path}: {error.message}")
    wanted: Mapping[str, Any] = given
    return wanted
