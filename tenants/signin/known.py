"""The person behind an email address: who signs in with it, or has verified it as another of
theirs."""

from __future__ import annotations

from sqlalchemy import select

from tenants import addresses
from tenants.addresses import Address
from tenants.isolation import db
from tenants.signin.tables import Login


def whose(email: str) -> int | None:
    """Return the person with this address (in its normalised spelling), None where it belongs to
    nobody yet.

    The address is locked until the transaction ends: two requests that would create a person for it
    come one after the other.
    """
    addresses.hold("email", email)
    signs_in = db.session.scalar(select(Login.person_id).where(Login.email == email))
    return (
        signs_in
        if signs_in is not None
        else db.session.scalar(
            select(Address.person_id).where(
                Address.kind == "email", Address.value == email, Address.verified_at.is_not(None)
            )
        )
    )


def login_of(person_id: int) -> str | None:
    """Return the address that a person signs in with, None where they do not."""
    return db.session.scalar(select(Login.email).where(Login.person_id == person_id))
