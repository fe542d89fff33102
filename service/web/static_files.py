"""Static files: what has its hash in the address is kept for a year, and none carries what guards pages and readers."""

from __future__ import annotations

from flask import Flask, Response, request, session

# Policies are about pages that run something; a file is none. `nosniff` stays.
OF_PAGES = ("Content-Security-Policy", "X-Frame-Options", "Permissions-Policy", "Referrer-Policy", "Content-Disposition", "Expires")
A_YEAR = 365 * 86400


def init(app: Flask) -> None:
    """Before the others that look at responses, so that it has the last word."""
    app.after_request(_light)


def _light(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code >= 400:
        return response
    for name in OF_PAGES:
        response.headers.pop(name, None)
    if "v" in request.args:
        response.cache_control.max_age, response.cache_control.immutable = A_YEAR, True
    session.accessed = False  # nobody's file: it does not vary by who asks
    return response
