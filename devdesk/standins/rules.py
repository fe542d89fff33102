"""Twilio's rejections beyond its contract, and the shape of its errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from devdesk.standins import formats
from devdesk.standins.contract import InvalidRequest

MAX_BODY = 1600  # characters, from the contract's description of Body
VALID_SENDER = "+15005550006"  # the one sender that Twilio's test credentials own

# Twilio's own test numbers (its documentation on test credentials): each always gets the same
# error.
MAGIC_TO: Mapping[str, int] = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM: Mapping[str, int] = {
    "+15005550001": 21212,
    "+15005550007": 21606,
    "+15005550008": 21611,
}

WORDS: Mapping[int, str] = {
    20001: "Parameter validation failed: {value}",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource {value} was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "The 'To' number {value} is not a valid phone number.",
    21212: (
        "The 'From' number {value} is not a valid phone number, shortcode, or alphanumeric"
        " sender ID."
    ),
    21266: "'To' and 'From' number cannot be the same: {value}",
    21408: (
        "Permission to send an SMS has not been enabled for the region of the 'To' number: {value}."
    ),
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: (
        "The From phone number {value} is not a valid, SMS-capable inbound phone number for your"
        " account."
    ),
    21609: "The 'StatusCallback' URL {value} is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number {value} has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number {value} is not currently reachable using the 'From' phone number",
    21614: "'To' number {value} is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21701: "The Messaging Service {value} is invalid.",
}
STATUSES: Mapping[int, int] = {20003: 401, 20004: 405, 20404: 404, 20429: 429, 20500: 500}
OF_FIELD: Mapping[str, int] = {
    "To": 21211,
    "From": 21212,
    "StatusCallback": 21609,
    "MessagingServiceSid": 21701,
}


class DomainError(Exception):
    """An error in Twilio's shape; `status` is the HTTP status, 400 unless the code has its own."""

    def __init__(self, code: int, value: str = "") -> None:
        self.code, self.status = code, STATUSES.get(code, 400)
        self.message = WORDS[code].format(value=value)
        super().__init__(f"{code}: {self.message}")

    def document(self) -> dict[str, Any]:
        """Return the JSON that Twilio sends with an error."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {
            "code": self.code,
            "message": self.message,
            "more_info": more,
            "status": self.status,
        }


def refusal_of(error: InvalidRequest, value: str, path: str) -> DomainError:
    """Return Twilio's error for a request that violates the contract; a wrong address is `not
    found` there too."""
    if error.place == "path":
        return DomainError(20404, path)
    if error.place == "form" and error.field == "To" and not value:
        return DomainError(21604)
    if error.place == "form" and error.field in OF_FIELD:
        return DomainError(OF_FIELD[error.field], value)
    return DomainError(20001, str(error))


def check_send(form: Mapping[str, Any]) -> None:
    """Raise DomainError where Twilio would not accept this message, though the contract allows
    it."""
    _check_recipient(form["To"])
    _check_sender(form)
    _check_content(form)
    _check_callback(form.get("StatusCallback"))
    if "SendAt" in form or "ScheduleType" in form:
        raise DomainError(20001, "this stand-in does not schedule messages (SendAt, ScheduleType)")


def _check_recipient(to: str) -> None:
    if not formats.is_recipient(to):
        raise DomainError(21211, to)
    if to in MAGIC_TO:
        raise DomainError(MAGIC_TO[to], to)


def _check_sender(form: Mapping[str, Any]) -> None:
    sender = form.get("From")
    if sender is None:
        if "MessagingServiceSid" not in form:
            raise DomainError(21603)
        return
    if sender in MAGIC_FROM:
        raise DomainError(MAGIC_FROM[sender], sender)
    if sender == form["To"]:
        raise DomainError(21266, sender)


def _check_content(form: Mapping[str, Any]) -> None:
    if not form.keys() & {"Body", "MediaUrl", "ContentSid"}:
        raise DomainError(21602)
    if len(form.get("Body", "")) > MAX_BODY:
        raise DomainError(21617)


def _check_callback(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        named = False
    if not named:
        raise DomainError(21609, url)
