"""The value formats that Twilio's contract names, each as a check of one string."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from jsonschema import FormatChecker

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SHORT_CODE = re.compile(r"[0-9]{3,8}")
ALPHANUMERIC_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
CHANNEL = re.compile(r"(?:whatsapp:\+[1-9][0-9]{6,14}|(?:messenger|rcs|wechat|viber):[^\s:]+)")
CURRENCY = re.compile(r"[A-Za-z]{3}")
RFC_2822 = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}"
)


def is_recipient(value: str) -> bool:
    """Return whether a message can be sent to it: E.164, a short code, or a channel address such as
    `whatsapp:+1…`."""
    return any(kind.fullmatch(value) for kind in (E164, SHORT_CODE, CHANNEL))


def is_phone_number(value: str) -> bool:
    """Return whether it is what the contract calls phone-number: a recipient, or the alphanumeric
    name of a sender."""
    return is_recipient(value) or ALPHANUMERIC_SENDER.fullmatch(value) is not None


def is_uri(value: str) -> bool:
    """Return whether it is an address, absolute or from the root: the contract calls both `uri`
    (its page links have no host)."""
    parts = urlsplit(value)
    return not re.search(r"\s", value) and bool(parts.netloc or parts.path.startswith("/"))


def is_rfc_2822(value: str) -> bool:
    """Return whether it is a time like `Thu, 24 Aug 2023 05:01:45 +0000`. Raises ValueError for an
    impossible one."""
    return RFC_2822.fullmatch(value) is not None and parsedate_to_datetime(value) is not None


def parse_time(value: str) -> datetime:
    """Return a time in UTC from a date, ISO 8601 or RFC 2822 (all three occur in the contract's
    examples).

    Without a zone it is UTC. Raises ValueError where it is none of them.
    """
    moment = parsedate_to_datetime(value) if value[:1].isalpha() else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_date_time(value: str) -> bool:
    """Return whether parse_time can read it. Raises ValueError where it cannot, which the checker
    takes for no."""
    return parse_time(value) is not None


def _uri_map(value: object) -> bool:
    return not isinstance(value, dict) or all(
        isinstance(uri, str) and is_uri(uri) for uri in value.values()
    )


def _int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _of_strings(rule: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or rule(value)


RULES: Mapping[str, Callable[[object], bool]] = {
    "phone-number": _of_strings(is_phone_number),
    "uri": _of_strings(is_uri),
    "date-time": _of_strings(is_date_time),
    "date-time-rfc-2822": _of_strings(is_rfc_2822),
    "currency": _of_strings(lambda value: CURRENCY.fullmatch(value) is not None),
    "uri-map": _uri_map,
    "int64": _int64,
}


def checker() -> FormatChecker:
    """Return a checker that knows these formats and no others."""
    made = FormatChecker(formats=())
    for name, rule in RULES.items():
        made.checks(name, raises=(ValueError, OverflowError))(rule)
    return made
