"""Adding a card: the only page with Stripe's card field, and with its own content security
policy."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth
from service.access.problems import show
from service.access.rate_limits import by_reader, limiter
from service.billing import cards, stripe_edge
from service.core.config import settings
from service.core.errors import DomainError
from service.core.outbox_run import NeedsOperator, RetryLater
from service.web.client.blueprint import pages

# What the vendor's field loads, according to its documentation.
VENDOR = {
    "connect-src": "https://api.stripe.com",
    "frame-src": "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
}


@pages.get("/billing/card")
@auth.requires_owner_opening_scopes
def card() -> ResponseReturnValue:
    """Show the vendor's card field."""
    return _page({})


@pages.post("/billing/card/setup")
@limiter.limit("30/hour", key_func=by_reader)
@auth.requires_owner_opening_scopes
def set_up() -> ResponseReturnValue:
    """Return a client secret for the field of this page, for one card."""
    try:
        return jsonify(secret=stripe_edge.set_up())
    except (RetryLater, NeedsOperator):
        return show(
            503,
            "try-again",
            _("The payment provider is not available right now. Try again in a minute."),
        )


@pages.post("/billing/card")
@limiter.limit("30/hour", key_func=by_reader)
@auth.requires_owner_opening_scopes
def keep() -> ResponseReturnValue:
    """Save the card by the payment method that the field created."""
    try:
        cards.keep(g.scope, g.seat.company_id, request.form.get("payment_method", "")[:80])
    except DomainError as error:
        return _page(error.at("payment_method")), error.status
    flash(_("Card saved"))
    return redirect(f"/app/{g.seat.slug}/billing#card-h", 303)


def _page(errors: dict[str, str]) -> str:
    conf = settings()
    g.more_policy = policy(conf.card_field, conf.stripe_api_base)
    return render_template(
        "client/card.html",
        base=f"/app/{g.seat.slug}",
        errors=errors,
        script=conf.card_field,
        key=conf.stripe_publishable_key,
    )


def policy(script: str, api_base: str) -> dict[str, str]:
    """Return what this page may load besides our own files: the vendor's script, and what it
    calls."""
    return {
        **({"connect-src": _host(api_base)} if api_base else VENDOR),
        "script-src": _host(script),
    }


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
