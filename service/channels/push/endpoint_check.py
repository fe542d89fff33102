"""Where a notification may be sent to. The address comes from a browser, so it is no more believed
than any other form field: it must never lead this service to a machine of its own network."""

from __future__ import annotations

import base64
import binascii
import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from service.core.config import settings

MAX_URL = 1000
# A name with a dot whose last part has a letter in it: no bare name of a neighbour, no address in
# digits.
NAME = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$"
)
INNER = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".onion")
# Addresses of the sixth version that stand for one of the fourth, whose last 32 bits it is.
TRANSLATED = IPv6Network("64:ff9b::/96")
LOOPBACK = ("127.0.0.1", "localhost")


def may_be(endpoint: str) -> bool:
    """Whether this can be the address of a push service: https, a public name, the usual port."""
    if (
        not endpoint.isascii()
        or len(endpoint) > MAX_URL
        or any(ord(letter) <= 32 for letter in endpoint)
    ):
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if _on_loopback(parts.hostname) and parts.scheme in ("http", "https"):
        return True
    return (
        parts.scheme == "https"
        and "@" not in parts.netloc
        and port in (None, 443)
        and _is_public_name(parts.hostname or "")
    )


def is_point(text: str) -> bool:
    """Whether this is an uncompressed point of P-256 in base64url."""
    raw = _decoded(text)
    return len(raw) == 65 and raw[0] == 4


def is_secret(text: str) -> bool:
    """Whether this is the 16 bytes of an authentication secret in base64url."""
    return len(_decoded(text)) == 16


def address_of(host: str, port: int) -> str | None:
    """The address to connect to, None where the name leads anywhere that is not public. Raises
    OSError where it is not known.

    The caller connects to this very address: a name that is asked twice may answer differently.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if _on_loopback(host) or (found and all(_is_public(one) for one in found)):
        return found[0]
    return None


def _is_public(address: str) -> bool:
    one = _meant(ip_address(address.partition("%")[0]))
    return one.is_global and not one.is_multicast


def _meant(one: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address of the fourth version where one of the sixth only stands for it."""
    if isinstance(one, IPv4Address):
        return one
    translated = IPv4Address(int(one) & 0xFFFFFFFF) if one in TRANSLATED else None
    return translated or one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo else one)


def _is_public_name(host: str) -> bool:
    return bool(NAME.match(host)) and not host.endswith(INNER)


def _on_loopback(host: str | None) -> bool:
    return settings().push_allow_loopback and host in LOOPBACK


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
