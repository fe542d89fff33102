"""Error responses: a page for people, problem+json for API clients; never a stack trace."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import psycopg
from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from service.access import auth, forms, uploads
from service.core import constraints
from service.core.errors import DISK_FULL_CODES, DomainError, InvalidInput
from tenants.isolation import db


def init(app: Flask) -> None:
    """Register an error handler for each kind of error."""
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(
        RateLimitExceeded,
        lambda error: show(429, "too-many", _("Too many tries. Wait a minute and try again.")),
    )
    app.register_error_handler(HTTPException, of_http)
    for wrong in (DataError, psycopg.DataError):
        app.register_error_handler(wrong, not_kept)
    for met in (IntegrityError, psycopg.IntegrityError):
        app.register_error_handler(met, conflict)
    for away in (OperationalError, PoolTimeout, psycopg.OperationalError):
        app.register_error_handler(away, database_away)
    app.register_error_handler(OSError, without_room)
    app.register_error_handler(Exception, unexpected)


def refused(error: DomainError) -> ResponseReturnValue:
    """Answer a DomainError: something that the user can correct."""
    more = {"errors": error.errors} if isinstance(error, InvalidInput) else {}
    return show(error.status, error.code, error.detail or _default(error.status), **more)


def expired(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose session has expired. A signed-out user signs in and comes back to the
    form; the browser's draft keeps its text."""
    door = getattr(current_app.view_functions.get(request.endpoint or ""), "door", "public")
    if (
        door != "public"
        and auth.known() is None
        and request.accept_mimetypes.best != "application/json"
    ):
        return auth.to_sign_in()
    return show(
        400, "form-expired", _("This form has expired. Go back, reload the page and send it again.")
    )


def of_http(error: HTTPException) -> ResponseReturnValue:
    """Answer 404, 405, 413 and the like in our own texts; redirects pass unchanged."""
    code = error.code or 500
    if code < 400:
        return error.get_response()
    with_files = code == 413 and request.mimetype == "multipart/form-data"
    detail = _too_large() if with_files else _default(code)
    return show(code, (error.name or "error").lower().replace(" ", "-"), detail)


def _too_large() -> str:
    return _(
        "Too large: up to %(most)s MB at once. Send the files one by one, or make them smaller.",
        most=uploads.most(),
    )


def not_kept(_error: Exception) -> ResponseReturnValue:
    """Answer a value that PostgreSQL could not store because it does not fit the column."""
    return show(
        400, "bad-input", _("The request contains data we cannot store. Check what you sent.")
    )


def conflict(error: IntegrityError | psycopg.IntegrityError) -> ResponseReturnValue:
    """Answer an integrity error with its message and what was typed. Nothing was stored."""
    current_app.logger.error("constraint %s at %s", constraints.name_of(error), request.endpoint)
    return show(409, "conflict", constraints.sentence_of(error))


def without_room(error: OSError) -> ResponseReturnValue:
    """Answer a full disk as an unavailable database; any other error is unexpected."""
    return database_away(error) if error.errno in DISK_FULL_CODES else unexpected(error)


def database_away(error: Exception) -> ResponseReturnValue:
    """Answer that the database is unavailable or busy, or the disk is full: nothing was stored, try
    again soon."""
    current_app.logger.error("cannot be kept now: %s", type(error).__name__)
    response = current_app.make_response(
        show(
            503,
            "try-again",
            _("The service is temporarily unavailable. Nothing was lost; try again."),
        )
    )
    response.headers["Retry-After"] = "5"
    return response


def unexpected(error: Exception) -> ResponseReturnValue:
    """Log an unexpected error with an id that the user can quote."""
    number = secrets.token_hex(4)
    current_app.logger.exception("fault %s at %s", number, request.endpoint)
    return show(
        500,
        "fault",
        _(
            "Something went wrong on our side. Mention number %(number)s when you write to us.",
            number=number,
        ),
    )


def show(status: int, code: str, detail: str, **more: object) -> ResponseReturnValue:
    """Render an error as the route that raised it answers: page or problem+json."""
    db.session.rollback()
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return problem(status, code, detail, **more)
    if request.path.startswith("/hooks/"):
        return Response(detail + "\n", status, mimetype="text/plain")
    return render_template("error.html", status=status, detail=detail, left=_written()), status


def _written() -> list[str]:
    """Return the texts of one of our forms, so that they are not lost; empty where the form is too
    large to be read."""
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        return []  # texts from another site are not shown here
    try:
        return forms.written()
    except (HTTPException, OSError):  # a form with files is read through the disk
        return []


def problem(status: int, code: str, detail: str, **more: object) -> Response:
    """Build an RFC 9457 response; `type` is stable."""
    response = jsonify(
        type=f"urn:poruchi:{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        **more,
    )
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _default(status: int) -> str:
    return {
        400: _("The request could not be read."),
        401: _("Sign in first."),
        403: _("You have no access to this."),
        404: _("Not found, or you have no access to it."),
        405: _("This is not possible here."),
        409: _("This is not possible now."),
        413: _("Too large."),
        415: _("This content type is not supported."),
        429: _("Too many tries. Wait a minute and try again."),
    }.get(status, _("The request failed."))
