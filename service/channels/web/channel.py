"""The site as a channel."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service.core.channels import Channel, ChannelCode


class Site(Channel):
    """Makes a task in the request itself; nothing is sent there."""

    code = ChannelCode("web")
    label = _l("on the site")
    is_form = True
