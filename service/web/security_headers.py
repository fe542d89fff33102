"""Security headers: browsers refuse foreign scripts, frames, guessed types and plain HTTP."""

from __future__ import annotations

from flask import Flask, Response, g, request

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self' blob:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=()",
}
# One year of HTTPS only.
STRICT_TRANSPORT = "max-age=31556926; includeSubDomains"


def init(app: Flask, *, https: bool) -> None:
    """Add the headers to every response; with `https` also Strict-Transport-Security."""

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = _policy()
        if https:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if g.get("identity") is not None or request.path.startswith("/t/"):
            # Neither shared caches nor the next user of this computer may see a person's page.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _policy() -> str:
    """Return the policy of this page. The page with the vendor's card field says in `g.more_policy`
    what else it may load."""
    policy = dict(POLICY)
    if more := g.get("more_policy"):
        policy |= {"script-src": "'self'", "connect-src": "'self'", "frame-src": "'self'"}
        policy = {name: f"{value} {more.get(name, '')}".strip() for name, value in policy.items()}
    return "; ".join(f"{name} {value}" for name, value in policy.items())
