"""Errors that a person can correct; pages, the API and the other channels each present them in
their own form."""

from __future__ import annotations

import errno
from typing import Any

# The system's error codes for a full disk or quota: such work is retried later and is not a fault
# of the code.
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)


class DomainError(Exception):
    """A request that the service does not carry out. `code` is stable, for programs; `detail` is
    translated, for people."""

    status = 400
    code = "refused"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    def at(self, field: str = "") -> dict[str, str]:
        """Return the message for each form field; a message without a field of its own is shown at
        `field`, or above the form."""
        return {field: self.detail}


class NotAllowed(DomainError):
    """An action that this actor is never allowed."""

    status, code = 403, "not-allowed"


class SpendingLimitExceeded(DomainError):
    """A price above a spending limit, which only an owner may approve; the detail says which
    limit."""

    status, code = 403, "past-limit"


class Conflict(DomainError):
    """A conflict with the current state, or someone else was faster; the detail names the current
    state."""

    status, code = 409, "not-now"


class NotReady(DomainError):
    """A step that needs something else first; the detail says what."""

    status, code = 422, "not-ready"


class InvalidInput(DomainError):
    """Invalid input; `errors` maps fields to sentences."""

    status, code = 422, "bad-input"

    def __init__(self, errors: dict[str, str], detail: str = "") -> None:
        super().__init__(detail or "; ".join(errors.values()), errors=errors)
        self.errors = errors

    def at(self, field: str = "") -> dict[str, str]:
        """Return each sentence at its own field."""
        return self.errors


class NotFound(DomainError):
    """A thing that does not exist, or that the actor may not see."""

    status, code = 404, "not-found"


class RateLimited(DomainError):
    """A rate limit that has been reached; try again later."""

    status, code = 429, "too-many"
