"""The kinds of error that a person can mend; each door shows them in its own manner."""

from __future__ import annotations

import errno
from typing import Any

# The system's codes for a full disk or quota: tried again later, and nobody's fault.
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)


class DomainError(Exception):
    """Something was asked that is not to be done. `code` is stable for programs; `detail` is for
    people, translated."""

    status = 400
    code = "refused"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    def at(self, field: str = "") -> dict[str, str]:
        """What to say at which field of a form; without one of its own it stands at this field, or
        above the form."""
        return {field: self.detail}


class NotAllowed(DomainError):
    """This actor never may."""

    status, code = 403, "not-allowed"


class SpendingLimitExceeded(DomainError):
    """It would pass a spending limit, and only an owner may say that it shall; the detail says
    which."""

    status, code = 403, "past-limit"


class Conflict(DomainError):
    """Not in this state, or somebody was faster; the detail says in which it stands."""

    status, code = 409, "not-now"


class NotReady(DomainError):
    """Something is missing first; the detail says what."""

    status, code = 422, "not-ready"


class InvalidInput(DomainError):
    """Wrong input; `errors` maps the fields to sentences."""

    status, code = 422, "bad-input"

    def __init__(self, errors: dict[str, str], detail: str = "") -> None:
        super().__init__(detail or "; ".join(errors.values()), errors=errors)
        self.errors = errors

    def at(self, field: str = "") -> dict[str, str]:
        """Each sentence at its own field."""
        return self.errors


class NotFound(DomainError):
    """There is no such thing, or it is not to be seen."""

    status, code = 404, "not-found"


class RateLimited(DomainError):
    """A limit is reached; try again later."""

    status, code = 429, "too-many"
