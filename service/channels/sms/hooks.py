"""The door for Twilio's webhooks: checks the signature, keeps what came, answers. It knows nothing
of tasks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter

from service.channels.sms import delivery_receipts, twilio_edge
from service.core import restore_epoch
from service.core.config import settings
from service.core.text import clean
from service.inbound import store

hooks = Blueprint("sms", __name__, url_prefix="/hooks/twilio")
refused = Counter("poruchi_webhooks_refused", "Webhooks with a wrong signature", ["vendor"])
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def signed_by_twilio(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Only what Twilio signed comes in; the raw body is read first, because after `.form` it is
    gone."""

    @wraps(view)
    def enter() -> ResponseReturnValue:
        request.get_data(cache=True)
        address = settings().url + request.full_path.rstrip("?")
        if not twilio_edge.signature_holds(
            address, request.form.to_dict(), request.headers.get("X-Twilio-Signature", "")
        ):
            refused.labels("twilio").inc()
            current_app.logger.warning("a webhook without Twilio's signature was refused")
            abort(403)
        return view()

    enter.door = "twilio"  # type: ignore[attr-defined]
    return enter


@hooks.post("/message")
@signed_by_twilio
def message() -> ResponseReturnValue:
    """A text from somebody: kept, then answered with nothing to say yet."""
    form = _form()
    if not form.get("MessageSid") or not form.get("From"):
        abort(400)
    store.store(
        "sms", form.get("To", ""), form["MessageSid"], sender=form["From"], raw=request.get_data()
    )
    return Response(EMPTY, mimetype="text/xml")


@hooks.post("/status")
@signed_by_twilio
def status() -> ResponseReturnValue:
    """What became of a text that we sent; the address says which of our messages it is."""
    form = _form()
    delivery_receipts.record_status(
        _ours(), form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("ErrorCode")
    )
    return Response("", 204)


@hooks.post("/voice")
@signed_by_twilio
def voice() -> ResponseReturnValue:
    """Calls are taken by people in this version; the caller is told so and the call is kept for the
    operator's list."""
    form = _form()
    if form.get("CallSid"):
        store.store(
            "voice",
            form.get("To", ""),
            form["CallSid"],
            sender=form.get("From", ""),
            raw=request.get_data(),
        )
    return Response(
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Thank you for calling Poruchi. '
        "Somebody calls you back.</Say></Response>",
        mimetype="text/xml",
    )


def _ours() -> int | None:
    """The message that the report is about; none where a restore has undone the time in which it
    was sent."""
    number = request.args.get("message", type=int)
    if number is None or not 0 < number < 1 << 62:
        return None
    return (
        number
        if request.args.get("epoch", "") == restore_epoch.epoch_of("message", number)
        else None
    )


def _form() -> dict[str, Any]:
    return {name: clean(value) for name, value in request.form.to_dict().items()}
