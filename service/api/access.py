"""Doors for programs: who may call, and the one transaction, in the scope of the key's person, that
a call runs in.

Every view has exactly one of these marks, and `view.door` says which. A POST is carried out once
for each Idempotency-Key (`service/api/idempotency.py`), unless its mark says that it sees to that
by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import redis
from flask import Response, g, request
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from service.access.problems import problem
from service.access.rate_limits import limiter
from service.api import idempotency, keys
from service.api.keys import Caller
from service.core.actor import Actor
from service.core.errors import NotAllowed
from tenants import isolation
from tenants.membership import STAFF_ROLES, StaffRole

View = Callable[..., Response]
STAFF = STAFF_ROLES
DESK = (StaffRole.SUPERVISOR, StaffRole.OPERATOR, StaffRole.ADMIN)
# Wrong keys from one address; counted in Valkey, in this process's memory while that is away.
WRONG_KEYS = parse("60 per minute")
_in_memory = FixedWindowRateLimiter(MemoryStorage())


def requires_client(view: View) -> View:
    """For keys of companies."""
    return _requires(view, "api:client", clients=True)


def requires_staff(*roles: str) -> Callable[[View], View]:
    """For keys of staff in one of these roles."""
    return lambda view: _requires(view, "api:staff:" + ",".join(roles), roles=roles)


def requires_client_or_staff(
    *roles: str, once: bool = True, opens: bool = True
) -> Callable[[View], View]:
    """For keys of companies, and of staff in one of these roles. `once`: repeats are answered from
    what is kept; without `opens` the view opens the scope itself."""
    return lambda view: _requires(
        view,
        "api:client+staff:" + ",".join(roles),
        clients=True,
        roles=roles,
        once=once,
        opens=opens,
    )


def requires_key(view: View) -> View:
    """For every key; the database decides what it may see."""
    return _requires(view, "api:any", clients=True, roles=STAFF)


def me() -> Actor:
    """Who acts in this call."""
    return caller().actor


def caller() -> Caller:
    """Whose key this call came with."""
    return g.caller  # type: ignore[no-any-return]


def _requires(
    view: View,
    mark: str,
    *,
    clients: bool = False,
    roles: tuple[str, ...] = (),
    once: bool = True,
    opens: bool = True,
) -> View:
    @wraps(view)
    def enter(**kwargs: Any) -> Response:
        key = keys.given()
        who = keys.caller_of(key) if key else None
        if who is None:
            return _no_key(given=key is not None)
        g.caller, g.actor, g.identity = who, who.actor, who.who
        if not (clients if who.seat else who.who.staff_role in roles):
            raise NotAllowed(_("This key cannot make this call."))
        if not opens:
            return view(**kwargs)
        with isolation.transaction(who.scope):
            if once and request.method == "POST":
                return idempotency.once(who, lambda: view(**kwargs))
            return view(**kwargs)

    enter.door = mark  # type: ignore[attr-defined]
    return enter


def _no_key(*, given: bool) -> Response:
    """401, and after sixty wrong keys in a minute from one address 429."""
    if given and _too_many_wrong_keys():
        response = problem(429, "too-many", _("Too many wrong keys. Wait a minute and try again."))
        response.headers["Retry-After"] = "60"
        return response
    response = problem(
        401, "no-key", _("Send a valid API key in the header: Authorization: Bearer KEY.")
    )
    response.headers["WWW-Authenticate"] = 'Bearer realm="poruchi"'
    return response


def _too_many_wrong_keys() -> bool:
    if not limiter.enabled:
        return False
    try:
        return not limiter.limiter.hit(WRONG_KEYS, "wrong-key", get_remote_address())
    except redis.RedisError:
        return not _in_memory.hit(WRONG_KEYS, "wrong-key", get_remote_address())
