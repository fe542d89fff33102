"""How to reach the service: its e-mail address and its text number, from the settings."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers

from service.core.config import settings


@dataclass(frozen=True)
class Reach:
    """`phone` is the number as people write it and `dial` as a phone dials it; both are empty where
    texts come from no number. `firm` is the operating company's name with its address; empty where
    the settings do not say."""

    mail: str
    phone: str
    dial: str
    firm: str


def reach() -> Reach:
    """Return the address and the number."""
    dial = settings().twilio_from
    return Reach(
        f"tasks@{settings().mail_domain}",
        _written(dial),
        dial if _written(dial) else "",
        _in_a_line(settings().invoice_from),
    )


def _in_a_line(parts: str) -> str:
    """Return in one line what invoices print in several."""
    return ", ".join(filter(None, (part.strip() for part in parts.split(";"))))


def _written(number: str) -> str:
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return ""
