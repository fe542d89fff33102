"""How the service is reached: its address for mail and its number for texts, as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers

from service.config import settings


@dataclass(frozen=True)
class Reach:
    """`phone` is the number as people write it and `dial` as a phone dials it; both empty where texts come from no number."""

    mail: str
    phone: str
    dial: str


def reach() -> Reach:
    """The address and the number."""
    dial = settings().twilio_from
    return Reach(f"tasks@{settings().mail_domain}", _written(dial), dial if _written(dial) else "")


def _written(number: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return ""
