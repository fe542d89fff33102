"""The key pair that push services know this desk by (VAPID): from the settings, or made once and
kept in DATA_DIR."""

from __future__ import annotations

import base64
import secrets

from service.core import config
from service.core.config import settings


def private_key() -> str:
    """The private number, 32 bytes in base64url. Another one would end every subscription there
    is."""
    conf = settings()
    return conf.vapid_private_key or config.kept(conf.data_dir / "vapid_key", _new)


def subject() -> str:
    """Whom a push service writes to when something is wrong with us."""
    conf = settings()
    return conf.vapid_subject or f"mailto:tasks@{conf.mail_domain}"


def _new() -> str:
    number = 1 + secrets.randbelow(config.P256_ORDER - 1)
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")
