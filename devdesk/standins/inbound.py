"""Inbound messages: stored, then sent to the application's webhook as Twilio does, and its TwiML
carried out."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from xml.etree import ElementTree

from devdesk.standins import callbacks
from devdesk.standins.callbacks import Answer, NotLoopback, Pace
from devdesk.standins.messages import Draft, Message, Messages
from devdesk.standins.resources import API_VERSION

log = logging.getLogger(__name__)

COUNTRIES: Mapping[str, str] = {
    "+1": "US",
    "+44": "GB",
    "+49": "DE",
    "+370": "LT",
    "+371": "LV",
    "+372": "EE",
    "+7": "RU",
}
PLACES = ("City", "Country", "State", "Zip")
HTTP_FAILURE = "11200"  # Twilio's code for a webhook that did not answer with 2xx
INCOMING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "format": "phone-number"},
        "to": {"type": "string", "format": "phone-number"},
        "body": {"type": "string"},
        "sid": {"type": "string", "pattern": "^(SM|MM)[0-9a-fA-F]{32}$"},
        "num_media": {"type": "integer", "minimum": 0, "maximum": 10},
    },
    "required": ["from", "to"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Delivery:
    """The delivery of an inbound message: `answer` is None where the application could not be
    reached; `tries` 0 to 2."""

    message: Message
    answer: Answer | None
    tries: int


def draft_of(incoming: Mapping[str, Any]) -> Draft:
    """Return the message to store, from JSON that INCOMING allows; the sid of a stored one means
    that message again."""
    return Draft(
        sender=incoming["from"],
        recipient=incoming["to"],
        body=incoming.get("body", ""),
        direction="inbound",
        status="received",
        media=incoming.get("num_media", 0),
        sid=incoming.get("sid"),
    )


def deliver(message: Message, url: str | None, account: str, token: str, pace: Pace) -> Delivery:
    """POST the message to the webhook, and once again where it did not answer with 2xx in time."""
    if url is None:
        return Delivery(message, None, 0)
    fields = webhook_fields(message, account)
    answer = _ask(message, url, fields, token, pace)
    if answer and answer.good:
        return Delivery(message, answer, 1)
    fallback = fields | {"ErrorCode": HTTP_FAILURE, "ErrorUrl": url}
    return Delivery(message, _ask(message, url, fallback, token, pace) or answer, 2)


def webhook_fields(message: Message, account: str) -> dict[str, str]:
    """Return the form of Twilio's request for an inbound message."""
    return {
        "AccountSid": account,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender or "",
        "MessageSid": message.sid,
        "NumMedia": str(message.media),
        "NumSegments": str(message.segments),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.recipient,
        **_media(message, account),
        **_whereabouts(message),
    }


def replies(message: Message, twiml: str) -> list[Draft]:
    """Return what the TwiML's <Message> verbs send back; TwiML that cannot be read sends nothing
    and is logged."""
    try:
        verbs = list(ElementTree.fromstring(twiml).iter("Message")) if twiml.strip() else []
    except ElementTree.ParseError as error:
        log.warning(
            "the desk's TwiML for %s cannot be read (Twilio's error 12100): %s", message.sid, error
        )
        return []
    return [_reply(message, verb) for verb in verbs]


def keep_replies(messages: Messages, delivery: Delivery, first: tuple[str, float]) -> None:
    """Send the application's answer as replies to the message."""
    if delivery.answer and delivery.answer.good:
        for draft in replies(delivery.message, delivery.answer.body):
            messages.keep(draft, first)


def _ask(
    message: Message, url: str, fields: Mapping[str, str], token: str, pace: Pace
) -> Answer | None:
    began = time.monotonic()
    try:
        answer = callbacks.post(url, fields, token, pace.webhook_timeout)
    except NotLoopback as error:
        log.warning("webhook for %s refused: %s", message.sid, error)
        return None
    except (OSError, HTTPException, ValueError) as error:
        log.warning(
            "webhook for %s failed after %.1f s: %s", message.sid, time.monotonic() - began, error
        )
        return None
    if not answer.good:
        log.warning("webhook for %s was answered with %d", message.sid, answer.status)
    return answer


def _reply(message: Message, verb: ElementTree.Element) -> Draft:
    text = "".join(part.text or "" for part in verb.iter("Body")) or (verb.text or "").strip()
    return Draft(
        sender=verb.get("from", message.recipient),
        recipient=verb.get("to", message.sender or ""),
        body=text,
        direction="outbound-reply",
        callback=verb.get("statusCallback"),
    )


def _media(message: Message, account: str) -> dict[str, str]:
    base = (
        f"https://api.twilio.com/{API_VERSION}/Accounts/{account}/Messages/{message.sid}/Media/ME"
    )
    types = {f"MediaContentType{index}": "image/jpeg" for index in range(message.media)}
    return types | {f"MediaUrl{index}": f"{base}{index:032x}" for index in range(message.media)}


def _whereabouts(message: Message) -> dict[str, str]:
    """Return city and the like as empty, as for most numbers outside the USA; WhatsApp sends its id
    instead."""
    sender = message.sender or ""
    if sender.startswith("whatsapp:"):
        return {"WaId": sender.removeprefix("whatsapp:+"), "ProfileName": ""}
    found = {f"{side}{place}": "" for side in ("From", "To") for place in PLACES}
    return found | {"FromCountry": _country(sender), "ToCountry": _country(message.recipient)}


def _country(number: str) -> str:
    return next(
        (COUNTRIES[number[:length]] for length in (4, 3, 2) if number[:length] in COUNTRIES), ""
    )
