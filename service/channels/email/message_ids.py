"""Our Message-IDs: the same at every try of a mail, so that a repeat is the same mail; an answer
names its message by it."""

from __future__ import annotations

import re

from service.core import restore_epoch
from service.core.config import settings

OURS = re.compile(r"^<?m(\d{1,17})(?:\.([0-9a-f]{8}))?@")


def made(message_id: int) -> str:
    """Return the Message-ID of a message of ours."""
    epoch = restore_epoch.epoch_of("message", message_id)
    return f"<m{message_id}{'.' if epoch else ''}{epoch}@{settings().mail_domain}>"


def read(reference: str) -> int | None:
    """Return the message that a Message-ID of ours names; None for others, and for those of a time
    that a restore undid."""
    match = OURS.match(reference)
    if match is None or (match[2] or "") != restore_epoch.epoch_of("message", int(match[1])):
        return None
    return int(match[1])
