"""How the service is reached: its address for mail and its number for texts, as the settings name
them."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers

from service.core.config import settings


@dataclass(frozen=True)
class Reach:
    """`phone` is the number as people write it and `dial` as a phone dials it; both empty where
    texts come from no number. `firm` is the name of who runs it, with the address; empty where
    the settings do not say."""

    mail: str
    phone: str
    dial: str
    firm: str


def reach() -> Reach:
    """The address and the number."""
    dial = settings().twilio_from
    return Reach(
        f"tasks@{settings().mail_domain}",
        _written(dial),
        dial if _written(dial) else "",
        _in_a_line(settings().invoice_from),
    )


def _in_a_line(parts: str) -> str:
    """What invoices say in lines of their own."""
    return ", ".join(filter(None, (part.strip() for part in parts.split(";"))))


def _written(number: str) -> str:
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return ""
