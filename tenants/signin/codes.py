"""Codes that prove that someone reads an address: six digits, valid for a quarter of an hour,
once."""

from __future__ import annotations

import secrets as chance
from datetime import timedelta

from sqlalchemy import delete, func, update

from tenants.isolation import db
from tenants.signin import secrets
from tenants.signin.tables import LoginToken

GOOD_FOR = timedelta(minutes=15)


def make(person_id: int, value: str) -> str:
    """Return a new code for this person and address; an earlier one is deleted. Rate limits are up
    to the caller."""
    code = f"{chance.randbelow(1_000_000):06d}"
    db.session.execute(
        delete(LoginToken).where(
            LoginToken.purpose == "code",
            LoginToken.person_id == person_id,
            LoginToken.email == value,
        )
    )
    db.session.add(
        LoginToken(
            token_hash=_digest(person_id, value, code),
            purpose="code",
            email=value,
            person_id=person_id,
            expires_at=func.now() + GOOD_FOR,
        )
    )
    db.session.flush()
    return code


def use(person_id: int, value: str, code: str) -> bool:
    """Return whether this is the code; a right one is used up."""
    spent = db.session.execute(
        update(LoginToken)
        .where(
            LoginToken.token_hash == _digest(person_id, value, code.strip()),
            LoginToken.purpose == "code",
            LoginToken.used_at.is_(None),
            LoginToken.expires_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(LoginToken.id)
    )
    return spent.first() is not None


def _digest(person_id: int, value: str, code: str) -> bytes:
    return secrets.digest(f"{person_id}:{value}:{code}")
