"""A message, and a page of messages, as the JSON of Twilio's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from devdesk.standins import formats
from devdesk.standins.messages import Asked, Message, Messages
from devdesk.standins.rules import DomainError

API_VERSION = "2010-04-01"
PAGE_SIZE = 50  # Twilio's default
BEFORE, AFTER = (
    "PA",
    "PB",
)  # a page token: its direction, then the sid of the message it starts from
FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


@dataclass(frozen=True)
class Page:
    """A page of a list: its filters, its number and size, and its messages, newest first."""

    query: Mapping[str, Any]
    number: int
    size: int
    messages: list[Message]
    more: bool


def message_document(message: Message, account: str) -> dict[str, Any]:
    """Return the Message resource; a service's message has no sender and no segments until it is
    sent."""
    address = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc_2822(message.created_at),
        "date_sent": None if message.sent_at is None else rfc_2822(message.sent_at),
        "date_updated": rfc_2822(message.updated_at),
        "direction": message.direction,
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": message.service,
        "num_media": str(message.media),
        "num_segments": str(message.segments if message.sender else 0),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{address}/Media.json"},
        "to": message.recipient,
        "uri": f"{address}.json",
    }


def read_page(messages: Messages, query: Mapping[str, Any]) -> Page:
    """Return the requested page. Raises DomainError for a page token that was not made here."""
    number, size = int(query.get("Page", 0)), int(query.get("PageSize", PAGE_SIZE))
    token = str(query.get("PageToken", ""))
    before, after = (token[2:] if token.startswith(way) else None for way in (BEFORE, AFTER))
    if token and not messages.find(before or after or ""):
        raise DomainError(20001, "PageToken is not one of ours")
    offset = 0 if token else number * size
    found = messages.newest(_asked(query), size + 1, offset, before, after)
    if after:
        return Page(query, number, size, found[-size:], more=True)
    return Page(query, number, size, found[:size], more=len(found) > size)


def page_document(page: Page, account: str) -> dict[str, Any]:
    """Return the list with its links, which are relative to the API's base address, as Twilio's
    are."""
    start, count = page.number * page.size, len(page.messages)
    following = (
        _uri(page, account, page.number + 1, BEFORE + page.messages[-1].sid) if page.more else None
    )
    previous = _uri(page, account, page.number - 1, _previous_token(page)) if page.number else None
    return {
        "end": start + max(count - 1, 0),
        "first_page_uri": _uri(page, account, 0),
        "next_page_uri": following,
        "page": page.number,
        "page_size": page.size,
        "previous_page_uri": previous,
        "start": start,
        "uri": _uri(page, account, page.number, page.query.get("PageToken")),
        "messages": [message_document(message, account) for message in page.messages],
    }


def rfc_2822(moment: float) -> str:
    """Return seconds since 1970 as `Thu, 24 Aug 2023 05:01:45 +0000`."""
    return format_datetime(datetime.fromtimestamp(moment, UTC))


def _previous_token(page: Page) -> str | None:
    return AFTER + page.messages[0].sid if page.messages else None


def _uri(page: Page, account: str, number: int, token: str | None = None) -> str:
    asked = {name: page.query[name] for name in FILTERS if name in page.query}
    paging = {"PageSize": page.size, "Page": number} | ({"PageToken": token} if token else {})
    return f"/{API_VERSION}/Accounts/{account}/Messages.json?{urlencode(asked | paging)}"


def _asked(query: Mapping[str, Any]) -> Asked:
    """Return the filters: `DateSent` is a whole UTC day; `DateSent>` and `DateSent<` include the
    day or second they name."""
    since, until = query.get("DateSent>"), query.get("DateSent<")
    if exact := query.get("DateSent"):
        day = formats.parse_time(exact).strftime("%Y-%m-%d")
        since, until = day, day
    return Asked(query.get("To"), query.get("From"), since and _start(since), until and _end(until))


def _start(text: str) -> float:
    return formats.parse_time(text).timestamp()


def _end(text: str) -> float:
    width = timedelta(days=1) if len(text) == len("2023-08-24") else timedelta(seconds=1)
    return (formats.parse_time(text) + width).timestamp()
