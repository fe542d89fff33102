"""The example on the public page: one task of this week, from a text message to the thanks, by the
service's own rates and rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from service.catalogue.categories import category
from service.channels.sms import sms_fit
from service.core.time import half_of, now
from service.messages import wording
from service.outbound.compose import money

NUMBER, KIND = 1048, "research"


@dataclass(frozen=True)
class Tale:
    """The times of the example task, from which a term line can be drawn, and its price in euro
    cents."""

    created_at: datetime
    chosen_at: datetime
    retold_at: datetime
    confirmed_at: datetime
    red_line_at: datetime
    ready_at: datetime
    deadline_at: datetime
    price: int
    state: str = "working"
    waiting_since: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def asked(self) -> str:
        """Return what the client texted."""
        return str(
            _(
                "Find suppliers of oat milk and compare prices for 400 litres a month. By Friday"
                " 18:00."
            )
        )

    @property
    def retold(self) -> str:
        """Return the assistant's retelling."""
        return str(
            _("Six offers in one table, barista edition, delivered cold to all three cafés.")
        )

    def on_the_phone(self, language: str, deadline: str) -> str:
        """Return the retelling as a text message: the service's real text, with the deadline
        formatted for the reader."""
        facts = {
            "number": NUMBER,
            "retelling": self.retold,
            "price": money(self.price, "EUR", language),
            "deadline": deadline,
        }
        return sms_fit.fit(wording.template("confirm", language).sms, defaultdict(str, facts))

    @property
    def thanks(self) -> str:
        """Return the letter with which the client says thanks."""
        return str(_("Y"))


def of_this_week(zone: ZoneInfo) -> Tale:
    """Return the example from Monday to Friday of the current week in this zone; the deadline was
    paused while the retelling waited for its answer."""
    today = now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())

    def at(day: int, hour: int, minute: int) -> datetime:
        return datetime.combine(monday + timedelta(days=day), time(hour, minute), zone)

    begun, retold, confirmed, dead = at(0, 10, 12), at(1, 14, 2), at(1, 14, 10), at(4, 18, 0)
    kind = category(KIND)
    return Tale(
        begun,
        at(0, 11, 5),
        retold,
        confirmed,
        half_of(begun + (confirmed - retold), dead),
        at(4, 16, 30),
        dead,
        kind.price(kind.quantity, "EUR"),
    )
