"""REST as a channel."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service.core.channels import Channel, ChannelCode


class Rest(Channel):
    """Makes a task in the request itself; nothing is sent there."""

    code = ChannelCode("rest")
    label = _l("by API")
    is_form = True
