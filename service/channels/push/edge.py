"""The edge to push services: the only module that imports what encrypts and signs for them (RFC
8030, 8188, 8291, 8292)."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from service.channels.push import endpoint_check, keys
from service.core.channels import RecipientGone
from service.core.outbox_run import NeedsOperator, RetryLater

TIMEOUT_S = 10
DAY = 86400
# A push service takes 4,096 bytes of ciphertext; the rest of our 3 kB is never filled up.
MAX_PAYLOAD = 3000
MAX_RETRY_AFTER_S = 3600


class PushSubscriptionExpired(RecipientGone):
    """This browser takes no more notifications; the text says why. An operator has nothing to
    do."""


@dataclass(frozen=True)
class Device:
    """Where to, and the browser's two keys in base64url."""

    endpoint: str
    p256dh: str
    auth: str


def send(device: Device, text: bytes, topic: str) -> str:
    """Hand a notification over; gives the push service's name for it. Raises
    PushSubscriptionExpired, RetryLater,
    NeedsOperator."""
    parts = urlsplit(device.endpoint)
    headers = {
        "TTL": str(DAY),
        "Urgency": "normal",
        "Topic": topic,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        **_signed(f"{parts.scheme}://{parts.netloc}"),
    }
    try:
        connection = _connection(parts)
        try:
            connection.request(
                "POST",
                f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
                _sealed(device, text),
                headers,
            )
            answer = connection.getresponse()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise RetryLater(f"The push service cannot be reached ({type(error).__name__}).") from error
    _told(answer.status, answer.headers.get("Retry-After") or "")
    return (answer.headers.get("Location") or device.endpoint)[-200:]


@lru_cache
def public_key() -> str:
    """What browsers are given to know this desk by: the public point in base64url."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _vapid().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def _signed(audience: str) -> dict[str, str]:
    claims = {"aud": audience, "exp": int(time.time()) + DAY // 2, "sub": keys.subject()}
    return dict(_vapid().sign(claims))


def _sealed(device: Device, text: bytes) -> bytes:
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    once = ec.generate_private_key(ec.SECP256R1())
    return bytes(
        http_ece.encrypt(
            text[:MAX_PAYLOAD],
            salt=os.urandom(16),
            private_key=once,
            dh=_raw(device.p256dh),
            auth_secret=_raw(device.auth),
            version="aes128gcm",
        )
    )


@lru_cache
def _vapid() -> Any:
    from py_vapid import Vapid02

    return Vapid02.from_raw(keys.private_key().encode())


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    """A connection to the address that was looked at: no redirect and no proxy leads elsewhere.
    Raises PushSubscriptionExpired."""
    host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    address = (
        endpoint_check.address_of(host, port) if endpoint_check.may_be(parts.geturl()) else None
    )
    if address is None:
        raise PushSubscriptionExpired(
            "The address of this subscription is not one of a public push service."
        )
    connection = (
        http.client.HTTPConnection if parts.scheme == "http" else http.client.HTTPSConnection
    )(host, port, timeout=TIMEOUT_S)
    connection.sock = socket.create_connection((address, port), TIMEOUT_S)
    if parts.scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(
            connection.sock, server_hostname=host
        )
    return connection


def _told(status: int, retry_after: str) -> None:
    if status in (404, 410):
        raise PushSubscriptionExpired("The browser takes no more notifications.")
    if status == 429 or status >= 500:
        wait = (
            timedelta(seconds=min(int(retry_after), MAX_RETRY_AFTER_S))
            if retry_after.isdecimal() and len(retry_after) < 9
            else None
        )
        raise RetryLater(f"The push service answered {status}.", wait)
    if status in (401, 403):
        raise NeedsOperator(
            f"The push service refuses our key ({status}). Check VAPID_PRIVATE_KEY, VAPID_SUBJECT"
            " and the clock."
        )
    if not 200 <= status < 300:
        raise NeedsOperator(f"The push service refused the notification ({status}).")
