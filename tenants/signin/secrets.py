"""Tokens and their hashes: random, shown once, stored only as SHA-256 (they are long enough to need
no salt)."""

from __future__ import annotations

import hashlib
import secrets


def token(prefix: str = "") -> str:
    """Return a new secret of 256 bits, safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is stored of a secret: 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
