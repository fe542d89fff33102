"""Calls as a channel."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service.core.channels import Channel, ChannelCode
from service.core.text import to_translate

CALL_BACK = to_translate("A known client called. Call back and enter the task for them.")


class Voice(Channel):
    """A call is stored and waits for an operator."""

    code = ChannelCode("voice")
    label = _l("by phone")
    icon = "phone"
    address_kind = "phone"
    waits_for_person = CALL_BACK
