"""What only programs are told: a body that cannot be read, a key still under way, a version that
has moved on."""

from __future__ import annotations

from flask import Response, current_app

from service.access import problems
from service.core.errors import DomainError


class Unreadable(DomainError):
    """The request's form is wrong, before any field is looked at."""

    status, code = 400, "unreadable"


class UnderWay(DomainError):
    """The first request with this Idempotency-Key has not been answered yet."""

    status, code = 409, "under-way"


class KeyReused(DomainError):
    """This Idempotency-Key came with another body before."""

    status, code = 409, "key-reused"


class Changed(DomainError):
    """Somebody else changed it since it was read (If-Match)."""

    status, code = 412, "changed-meanwhile"


def refused(error: DomainError) -> Response:
    """A refusal as problem+json; one that passes by itself says after how many seconds."""
    response = current_app.make_response(problems.refused(error))
    if "retry_after" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after"])
    return response
