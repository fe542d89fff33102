"""Notifications on devices as a channel: beside another channel's message, never instead of it."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l

from service.channels.push import devices
from service.core.channels import Channel, ChannelCode, Draft
from service.messages.message import Message


class Push(Channel):
    """A newer notification of the same task takes the place of the older, so a repeat is one."""

    code = ChannelCode("push")
    label = _l("push")
    icon = "message-circle"
    queue = "push"
    comes_in = False
    quiet_hours = True
    repeats_are_one = True

    def written(self, message: Message, draft: Draft) -> None:
        """Write what is shown on the reader's devices as well."""
        devices.show(message, draft.language, draft.template.mail.format_map(draft.facts))

    def send(
        self, message: Message, handing: Callable[[], None], renew: Callable[[], object]
    ) -> str:
        """Hand it to the push service of its device."""
        return devices.send(message)
