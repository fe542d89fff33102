"""Tokens and their hashes: random, shown once, kept only as SHA-256 (they are long enough to need
no salt)."""

from __future__ import annotations

import hashlib
import secrets


def token(prefix: str = "") -> str:
    """A new secret of 256 bits, safe in an address."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a secret: 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
