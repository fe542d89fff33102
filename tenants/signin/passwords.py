"""Passwords with argon2id. Hashing takes tens of milliseconds, so it runs in gevent's thread pool
where there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, update

from tenants.isolation import db
from tenants.signin.tables import Login, LoginSession, LoginToken

SHORTEST, LONGEST = 10, 200
_hasher = PasswordHasher()
# A dummy hash: an unknown address takes as long as a wrong password.
_DECOY = _hasher.hash("no password is this")
T = TypeVar("T")


class WeakPassword(ValueError):
    """A password that is too short or too long; the text is for the person."""


def check(email: str, password: str) -> int | None:
    """Return the person who signs in with this address and password, or None. Takes the same time
    for unknown addresses."""
    login = db.session.scalar(select(Login).where(Login.email == email.strip().lower()))
    known = login.password_hash if login else None
    right = _aside(lambda: _verify(known or _DECOY, password[: LONGEST + 1]))
    return login.person_id if login and known and right else None


def set_password(person_id: int, password: str) -> None:
    """Store a new password; all sessions of the person and all links to set one end with it. Raises
    WeakPassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword
    hashed = _aside(lambda: _hasher.hash(password))
    db.session.execute(
        update(Login)
        .where(Login.person_id == person_id)
        .values(password_hash=hashed, changed_at=func.now())
    )
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        .values(ended_at=func.now())
    )
    db.session.execute(
        update(LoginToken)
        .where(
            LoginToken.person_id == person_id,
            LoginToken.purpose == "reset",
            LoginToken.used_at.is_(None),
        )
        .values(used_at=func.now())
    )


def add_login(person_id: int, email: str) -> None:
    """Let a person sign in with this address, once a password is set."""
    db.session.add(Login(person_id=person_id, email=email.strip().lower()))
    db.session.flush()


def _verify(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _aside(call: Callable[[], T]) -> T:
    """Run a long computation outside the event loop; only the web server has loaded gevent."""
    if "gevent" not in sys.modules:
        return call()
    from gevent import get_hub

    return get_hub().threadpool.apply(call)
