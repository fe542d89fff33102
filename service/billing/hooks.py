"""Stripe's webhook route: an event is verified, stored and answered; its object is looked up at
Stripe afterwards."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter

from service.billing import stripe_edge
from service.inbound import store

hooks = Blueprint("stripe", __name__, url_prefix="/hooks")
refused = Counter("poruchi_stripe_webhooks_refused", "Stripe webhooks with a wrong signature")


@hooks.post("/stripe")
def stripe() -> ResponseReturnValue:
    """Accept an event from Stripe, in any order, any number of times."""
    payload = request.get_data()
    try:
        event_id, kind, object_id = stripe_edge.event_of(
            payload, request.headers.get("Stripe-Signature", "")
        )
    except ValueError:
        refused.inc()
        abort(403)
    store.store("stripe", kind, event_id, sender=object_id, raw=payload)
    return "", 204


stripe.door = "stripe"  # type: ignore[attr-defined]
