"""Static files: cached for a year where the address carries their hash, compressed once as small as
possible, and without the headers that only pages need."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, current_app, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.security import safe_join

# Policies that matter only for pages, which run scripts. `nosniff` stays.
OF_PAGES = (
    "Content-Security-Policy",
    "X-Frame-Options",
    "Permissions-Policy",
    "Referrer-Policy",
    "Content-Disposition",
    "Expires",
    "Accept-Ranges",
)
TEXTS = ("text/css", "text/javascript", "image/svg+xml")
A_YEAR = 365 * 86400
# Strings stay; comments and layout are removed. Within selectors and values white space is
# significant, so one space stays; a colon followed by a space occurs only in declarations and
# conditions.
_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_SPACE = r"(?:\s|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)"
LAYOUT = re.compile(
    rf"({_STRING})|{_SPACE}*(?:;{_SPACE}*)?(}}){_SPACE}*"
    rf"|{_SPACE}*([{{;,]){_SPACE}*|(:){_SPACE}+|{_SPACE}+",
    re.DOTALL,
)
SCRIPT_LAYOUT = re.compile(r"^[ \t]+(?://.*)?|^//.*", re.MULTILINE)


def init(app: Flask) -> None:
    """Register before the other response handlers, so that this one runs last."""
    app.after_request(_light)
    app.session_interface = Sessions()


class Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie is prolonged by pages only. On a static file it would cost half a
    kilobyte, and a file that varies by a cookie is not cached."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Return whether this response carries the cookie."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def _light(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code >= 400:
        return response
    for name in OF_PAGES:
        response.headers.pop(name, None)
    if "v" in request.args:
        response.cache_control.max_age, response.cache_control.immutable = A_YEAR, True
    session.accessed = False  # the same for everybody: no Vary on the cookie
    return _packed(response) if response.mimetype in TEXTS and request.method == "GET" else response


def _packed(response: Response) -> Response:
    """Return the smallest encoding of the file that the browser accepts. The ETag is weak: the
    bytes differ, the file is the same."""
    response.vary.add("Accept-Encoding")
    path = safe_join(current_app.static_folder or "", (request.view_args or {}).get("filename", ""))
    coding = request.accept_encodings.best_match(("br", "gzip"))
    if response.status_code == 200 and path and (coding or _layout_of(path)):
        response.direct_passthrough = False
        response.data = _smallest(path, coding, Path(path).stat().st_mtime_ns)
        if coding:
            response.content_encoding = coding
    if tag := response.get_etag()[0]:
        response.set_etag(tag, weak=True)
    return response


@lru_cache(maxsize=200)
def _smallest(path: str, coding: str | None, _written: int) -> bytes:
    """Return the compressed file, made once for each process and version of the file: brotli's best
    level takes as long as a page."""
    plain = Path(path).read_bytes()
    if without := _layout_of(path):
        plain = without(plain.decode()).encode()
    if coding == "br":
        return bytes(brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11))
    return gzip.compress(plain, 9) if coding else plain


def _layout_of(path: str) -> Callable[[str], str] | None:
    """Return the function that minifies this file; vendored files are sent unchanged."""
    return None if "/vendor/" in path else {".css": lean, ".js": lean_script}.get(Path(path).suffix)


def lean(css: str) -> str:
    """Return a style sheet without comments and layout, one declaration a line."""
    return LAYOUT.sub(_kept, css).strip()


def lean_script(script: str) -> str:
    """Return a script without indentation and comment lines. Its line numbers stay, because errors
    name them; no string of ours spans lines (tests/source_lines.py)."""
    return SCRIPT_LAYOUT.sub("", script)


def _kept(found: re.Match[str]) -> str:
    string, end, between, colon = found.groups()
    return string.replace("\\\n", "") if string else end or between or colon or " "
