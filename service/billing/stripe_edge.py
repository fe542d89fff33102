"""Access to Stripe: the only module that imports its package. Its base address is a setting.

Charges are payment intents, created unconfirmed, committed on our side, then confirmed: after a
crash the intent is looked up instead of paid again.
"""

from __future__ import annotations

import logging
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import stripe

from service.core.config import settings
from service.core.outbox_run import NeedsOperator, RetryLater

# The client logs every request with the ids in it; they must not reach our logs.
logging.getLogger("stripe").setLevel(logging.WARNING)
# The number of intents per page of a list, and the most that are looked through.
PAGE, MAX_LISTED = 100, 10_000


class Declined(Exception):
    """The card was declined; the text is for the owner."""


@dataclass(frozen=True)
class Intent:
    """A payment intent: its id and Stripe's name for its state."""

    id: str
    status: str


_client: stripe.StripeClient | None = None


def client() -> stripe.StripeClient:
    """Return the process's client, on the base address from the settings; calls time out after 20
    seconds."""
    global _client
    if _client is None:
        conf = settings()
        addresses: Any = {"api": conf.stripe_api_base} if conf.stripe_api_base else {}
        _client = stripe.StripeClient(
            conf.stripe_api_key,
            base_addresses=addresses,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=20),
        )
    return _client


@dataclass(frozen=True)
class Kept:
    """A saved card: customer and payment method at Stripe, its label, and the last day on which it
    is valid."""

    customer: str
    method: str
    label: str
    until: date | None


def keep_card(customer: str | None, method: str, name: str, email: str) -> Kept:
    """Save a card. Raises Declined, RetryLater, NeedsOperator."""

    def call() -> Kept:
        who = customer or client().v1.customers.create({"name": name, "email": email}).id
        kept = client().v1.payment_methods.attach(method, {"customer": who})
        card = kept.card
        if card is None:
            return Kept(who, kept.id, kept.type, None)
        return Kept(
            who,
            kept.id,
            f"{card.brand} •••• {card.last4}",
            _last_day(card.exp_year, card.exp_month),
        )

    return _guarded(call)  # type: ignore[no-any-return]


def set_up() -> str:
    """Return the client secret with which Stripe's card field sets up one card for later payments.
    Raises RetryLater, NeedsOperator."""
    wanted: Any = {"usage": "off_session", "payment_method_types": ["card"]}
    made = _guarded(lambda: client().v1.setup_intents.create(wanted))
    return str(made.client_secret)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def prepare(
    amount: int, currency: str, customer: str, method: str, key: str, about: dict[str, str]
) -> Intent:
    """Create an unconfirmed intent, which charges nothing yet. `amount` in minor units."""
    wanted: Any = {
        "amount": amount,
        "currency": currency.lower(),
        "customer": customer,
        "payment_method": method,
        "metadata": about,
        "payment_method_types": ["card"],
    }
    made = _guarded(
        lambda: client().v1.payment_intents.create(wanted, {"idempotency_key": f"{key}-prepare"})
    )
    return Intent(made.id, made.status)


def confirm(intent_id: str, key: str) -> Intent:
    """Confirm the payment; if it was confirmed before, read its state. Raises Declined,
    RetryLater."""
    now_in = look_up(intent_id)
    if now_in.status == "requires_payment_method":
        raise Declined(
            "The card was declined."
        )  # intents are created with their card: it was tried and declined
    if now_in.status != "requires_confirmation":
        return now_in
    made = _guarded(
        lambda: client().v1.payment_intents.confirm(
            intent_id, {}, {"idempotency_key": f"{key}-confirm"}
        )
    )
    return Intent(made.id, made.status)


def close(intent_id: str) -> Intent:
    """Cancel an intent that has not paid; one that has, or is about to, stays as it is. Raises
    RetryLater."""
    now_in = look_up(intent_id)
    if now_in.status in ("succeeded", "processing", "canceled"):
        return now_in
    made = _guarded(lambda: client().v1.payment_intents.cancel(intent_id))
    return Intent(made.id, made.status)


def made_for(
    customer: str, since: datetime, wanted: Callable[[dict[str, str]], bool]
) -> list[Intent]:
    """Return the customer's intents created since then whose metadata is wanted, newest first.
    Raises RetryLater, NeedsOperator."""
    asked: Any = {"customer": customer, "created": {"gte": int(since.timestamp())}, "limit": PAGE}
    return [Intent(made.id, made.status) for made in _all(asked) if wanted(_metadata(made))]


def invoices_since(since: datetime) -> list[str]:
    """Return the invoice numbers in the metadata of intents created since then. Raises RetryLater,
    NeedsOperator."""
    asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
    return [number for made in _all(asked) if (number := _metadata(made).get("invoice"))]


def _metadata(made: Any) -> dict[str, str]:
    return made.metadata.to_dict() if made.metadata else {}


def _all(asked: Any) -> list[Any]:
    """Return the intents of all pages of a list, 10,000 at most."""
    return list(
        _guarded(
            lambda: list(
                islice(client().v1.payment_intents.list(asked).auto_paging_iter(), MAX_LISTED)
            )
        )
    )


def look_up(intent_id: str) -> Intent:
    """Return the current state of an intent."""
    made = _guarded(lambda: client().v1.payment_intents.retrieve(intent_id))
    return Intent(made.id, made.status)


def event_of(payload: bytes, signature: str) -> tuple[str, str, str]:
    """Return (event id, type, object id) of a webhook signed by Stripe. Raises ValueError for any
    other."""
    try:
        secret = settings().stripe_webhook_secret
        construct = stripe.Webhook.construct_event
        event = construct(payload, signature, secret)  # type: ignore[no-untyped-call]
        return event.id, event.type, str(event.data.object.id)
    except (stripe.SignatureVerificationError, LookupError, AttributeError, TypeError) as error:
        raise ValueError("not signed by Stripe, or no event") from error


def _guarded(call: Any) -> Any:
    try:
        return call()
    except stripe.CardError as error:
        raise Declined(error.user_message or "The card was declined.") from error
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise RetryLater("Stripe cannot be reached.") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise NeedsOperator("Stripe refuses our key. Check STRIPE_API_KEY.") from error
    except stripe.IdempotencyError as error:
        raise NeedsOperator("Stripe has seen this key with another request.") from error
    except stripe.InvalidRequestError as error:
        if error.code == "payment_intent_unexpected_state":
            raise RetryLater("The payment moved on meanwhile; it is looked up again.") from error
        if error.http_status == 402:
            raise Declined(error.user_message or "The card was declined.") from error
        raise NeedsOperator(
            f"Stripe refused the request ({error.code or error.http_status})."
        ) from error
    except stripe.StripeError as error:
        raise RetryLater(f"Stripe answered {error.http_status or 'nothing'}.") from error
