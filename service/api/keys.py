"""Whose API key is it: from the Authorization header to the person, the part they act in and the
scope they see with.

A key that was found is remembered in this process for at most 5 seconds, so that a program that
sends hundreds of requests a second does not look it up hundreds of times: a key that is ended, or a
place that is lost, works for at most 5 seconds more. Keys that were not found are not remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from flask import request

from service.core import actor
from service.core.actor import Actor
from tenants.isolation import AccessScope
from tenants.signin import identity, secrets
from tenants.signin.identity import Identity, Seat

REMEMBERED_S = 5.0
MAX_REMEMBERED = 10_000
MAX_KEY = 200
_remembered: dict[bytes, tuple[float, Caller]] = {}


@dataclass(frozen=True)
class Caller:
    """Who calls: a company's key acts as its person there (`seat`), a staff key as staff (no
    seat)."""

    who: Identity
    key_id: int
    seat: Seat | None
    actor: Actor
    scope: AccessScope


def given() -> str | None:
    """The key in the header, None where there is none; addresses are never looked at."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    return key if kind.lower() == "bearer" and 0 < len(key) <= MAX_KEY else None


def caller_of(key: str) -> Caller | None:
    """Whose key this is; None where it is nobody's, was ended, or its person has no place any
    more."""
    digest = secrets.digest(key)
    until, caller = _remembered.get(digest, (0.0, None))
    if until > monotonic():
        return caller
    caller = _in_their_place(identity.by_key(key))
    _remember(digest, caller)
    return caller


def _remember(digest: bytes, caller: Caller | None) -> None:
    if len(_remembered) >= MAX_REMEMBERED:
        _remembered.clear()
    if caller is None:
        _remembered.pop(digest, None)
    else:
        _remembered[digest] = (monotonic() + REMEMBERED_S, caller)


def _in_their_place(who: Identity | None) -> Caller | None:
    if who is None or who.key_id is None:
        return None
    if who.company_id is None:
        return _as_staff(who, who.key_id)
    seat = next((seat for seat in who.seats if seat.company_id == who.company_id), None)
    if seat is None:
        return None
    return Caller(
        who, who.key_id, seat, actor.client(who.person_id, "rest", who.name), who.client_scope(seat)
    )


def _as_staff(who: Identity, key_id: int) -> Caller | None:
    if who.staff_role is None:
        return None
    return Caller(
        who,
        key_id,
        None,
        actor.staff(who.person_id, who.staff_role, "rest", who.name),
        who.staff_scope(),
    )
