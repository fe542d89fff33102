"""The edge to Twilio: the only module that imports its package. Its base address is a setting."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from service.core import restore_epoch
from service.core.config import settings
from service.core.outbox_run import NeedsOperator, RetryLater

# The client logs every request with the words in it; they stay out of our logs.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
# What Twilio says of a number or a text that no second try can mend.
HOPELESS = {
    21211: "The number is not valid.",
    21214: "The number cannot be reached.",
    21408: "Texts to this country are not enabled.",
    21610: "They asked for no more texts.",
    21614: "The number cannot take texts.",
    21606: "Our own number cannot send texts.",
    21612: "The number cannot be reached from ours.",
    21602: "The text is empty.",
    21617: "The text is too long.",
}

API = "https://api.twilio.com"
# Twilio takes files of up to five megabytes; a lease lasts half a minute.
LARGEST_MEDIUM, LONGEST_FETCH = 10 * 1024 * 1024, 12.0


@dataclass(frozen=True)
class Sent:
    """A text as Twilio knows it."""

    sid: str
    status: str
    text: str


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own client, talking to the base address of the settings."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        base = settings().twilio_api_base
        return super().request(
            method, url.replace(API, base.rstrip("/")) if base else url, *args, **kwargs
        )


_client: Client | None = None


def client() -> Client:
    """The process's client; calls end after ten seconds."""
    global _client
    if _client is None:
        conf = settings()
        _client = Client(
            conf.twilio_account_sid, conf.twilio_auth_token, http_client=_Elsewhere(timeout=10)
        )
    return _client


def send(to: str, text: str, message_id: int) -> Sent:
    """Hand a text to Twilio. Raises RetryLater for what may succeed later, NeedsOperator for what
    cannot."""
    epoch = restore_epoch.epoch_of("message", message_id)
    about = f"message={message_id}" + (f"&epoch={epoch}" if epoch else "")
    callback = f"{settings().url}/hooks/twilio/status?{about}"
    try:
        made = client().messages.create(
            to=to, from_=settings().twilio_from, body=text, status_callback=callback
        )
    except TwilioRestException as error:
        raise _told(error) from error
    except (requests.RequestException, ValueError) as error:
        raise RetryLater(f"Twilio cannot be reached ({type(error).__name__}).") from error
    return Sent(made.sid, str(made.status), made.body)


def sent_to(to: str, since: datetime) -> list[Sent]:
    """What Twilio's list shows as sent from our number to this one since then, newest first, at
    most 200."""
    try:
        found = client().messages.list(
            to=to,
            from_=settings().twilio_from,
            date_sent_after=since - timedelta(minutes=5),
            limit=200,
        )
    except (TwilioRestException, requests.RequestException, ValueError) as error:
        raise RetryLater("Twilio's list cannot be read.") from error
    return [Sent(made.sid, str(made.status), made.body) for made in found]


class Unfetched(Exception):
    """A file of a text that cannot be had; the text says why, for people."""


class TooLarge(Unfetched):
    """A file of a text that is larger than we take (`LARGEST_MEDIUM`)."""


def media(address: str) -> bytes:
    """A file of a text that came in, with our account's name. Raises Unfetched, or RetryLater
    for what may succeed later."""
    place = _at_our_base(address)
    try:
        with _reader().get(place, timeout=(4, 6), stream=True) as answer:
            if answer.status_code == 429 or answer.status_code >= 500:
                raise RetryLater(f"Twilio answered {answer.status_code}.")
            if answer.status_code != 200:
                raise Unfetched(f"Twilio answered {answer.status_code}.")
            return _bounded(answer)
    except requests.RequestException as error:
        raise RetryLater(f"Twilio cannot be reached ({type(error).__name__}).") from error


def _reader() -> requests.Session:
    """Twilio leads on to where its files lie; our account's name does not go along to another
    host."""
    reader = requests.Session()
    reader.auth, reader.max_redirects = (
        (settings().twilio_account_sid, settings().twilio_auth_token),
        3,
    )
    return reader


def _at_our_base(address: str) -> str:
    """Our account's name goes to Twilio's own host and to no other."""
    base = (settings().twilio_api_base or API).rstrip("/")
    found = urlsplit(address)
    if f"{found.scheme}://{found.netloc}" not in (API, base):
        raise Unfetched("It does not lie at Twilio.")
    return base + address.removeprefix(f"{found.scheme}://{found.netloc}")


def _bounded(answer: requests.Response) -> bytes:
    """The body, at most ten megabytes and half a minute of it."""
    content, until = bytearray(), time.monotonic() + LONGEST_FETCH
    for block in answer.iter_content(65536):
        content += block
        if len(content) > LARGEST_MEDIUM:
            raise TooLarge("It is larger than 10 MB.")
        if time.monotonic() > until:
            raise RetryLater("Twilio gives it too slowly.")
    return bytes(content)


def signature_holds(address: str, form: dict[str, str], signature: str) -> bool:
    """Whether Twilio signed this request to this address; without a token nothing is taken for
    signed."""
    token = settings().twilio_auth_token
    return bool(token) and bool(RequestValidator(token).validate(address, form, signature))


def _told(error: TwilioRestException) -> Exception:
    if error.status == 429 or error.status >= 500:
        return RetryLater(f"Twilio answered {error.status}.")
    if error.status in (401, 403):
        return NeedsOperator(
            "Twilio refuses our account. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        )
    return NeedsOperator(HOPELESS.get(error.code, f"Twilio refused the text (code {error.code})."))
