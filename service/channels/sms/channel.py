"""Texts for the phone as a channel."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from service.channels.sms import hooks, look_up, parse, sms_fit, twilio_edge
from service.core.channels import (
    Channel,
    ChannelCode,
    Check,
    Draft,
    Limits,
    ParsedMessage,
    Rendered,
)
from service.core.config import settings
from service.core.text import to_translate
from service.inbound.inbound_message import Inbound
from service.messages.message import Message

NO_CHANNEL_BACK = to_translate(
    "It came from a messenger that we cannot reply on yet. Reply another way."
)
# What a phone that can be answered writes from: short codes and names cannot.
ANSWERABLE = re.compile(r"^\+\d{7,15}$")


class Sms(Channel):
    """Twilio sends and receives them. A text is three parts at most."""

    code = ChannelCode("sms")
    label = _l("by SMS")
    icon = "smartphone"
    address_kind = "phone"
    queue = "sms"
    is_chat = True
    quiet_hours = True
    can_be_stopped = True
    # Twilio stops a number at these words and tells the person so itself.
    stop_words_told = frozenset(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")
    )
    # What an operator writes fits three parts; a question's and a delivery's words leave room for
    # the letters, the link and what no reply means.
    limits = Limits(reply=400, options=90, delivery=80)
    hold = "twilio"
    webhooks = (hooks.hooks,)
    find_sent = staticmethod(look_up.find_sent)

    def not_configured(self) -> str:
        """Name the setting that is missing."""
        return (
            "" if settings().twilio_account_sid else to_translate("No TWILIO_ACCOUNT_SID is set.")
        )

    def checks(self) -> dict[str, Check]:
        """Whether Twilio can be reached."""
        return {"sms": _reached}

    def can_answer(self, sender: str) -> bool:
        """Return whether a text gets there: "whatsapp:+371…" is another messenger."""
        return bool(sender) and not _is_messenger(sender)

    def task_channel(self, sender: str) -> ChannelCode:
        """Return a channel that nothing is sent by where the sender cannot be texted."""
        return ChannelCode("voice") if _is_messenger(sender) else self.code

    def parse(self, inbound: Inbound) -> ParsedMessage:
        """Read what Twilio posted."""
        words = parse.words_of(inbound)
        return ParsedMessage(
            text=words,
            sender=inbound.sender,
            answer=words,
            media=len(parse.media_of(inbound)),
            answerable=bool(ANSWERABLE.match(inbound.sender)),
            waits=NO_CHANNEL_BACK if _is_messenger(inbound.sender) else "",
        )

    def says(self, template: Any) -> bool:
        """Return whether the template has words for the phone."""
        return bool(template.sms)

    def render(self, draft: Draft) -> Rendered:
        """The words, fitted into three parts."""
        return Rendered(sms_fit.fit(draft.template.sms, draft.facts, draft.facts["link"]))

    def send(
        self, message: Message, handing: Callable[[], None], renew: Callable[[], object]
    ) -> str:
        """Hand it to Twilio; gives its sid."""
        return twilio_edge.send(message.to_address or "", message.text, message.id).sid


def _is_messenger(sender: str) -> bool:
    return ":" in sender


def _reached() -> str:
    conf = settings()
    if not conf.twilio_account_sid:
        return "TWILIO_ACCOUNT_SID is not set: texts wait on /desk/messages."
    address = urlsplit(conf.twilio_api_base or twilio_edge.API)
    try:
        socket.create_connection((address.hostname or "", address.port or 443), 5).close()
    except OSError:
        return "Twilio cannot be reached."
    return ""
