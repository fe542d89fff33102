"""Static files: what has its hash in the address is kept for a year, all are packed as small as can
be, once, and none carries what guards pages and readers."""

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

# Policies are about pages that run something; a file is none. `nosniff` stays.
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
# Strings stay, comments and layout go. Within a selector and a value a space has a meaning, so
# there one is left; a colon with a space behind it stands in declarations and conditions alone.
_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_SPACE = r"(?:\s|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)"
LAYOUT = re.compile(
    rf"({_STRING})|{_SPACE}*(?:;{_SPACE}*)?(}}){_SPACE}*|{_SPACE}*([{{;,]){_SPACE}*|(:){_SPACE}+|{_SPACE}+",
    re.DOTALL,
)
SCRIPT_LAYOUT = re.compile(r"^[ \t]+(?://.*)?|^//.*", re.MULTILINE)


def init(app: Flask) -> None:
    """Before the others that look at responses, so that it has the last word."""
    app.after_request(_light)
    app.session_interface = Sessions()


class Sessions(SecureCookieSessionInterface):
    """The cookie is prolonged by pages. On a file it would be half a kilobyte, and a file that
    varies by a cookie is asked for anew."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer carries the cookie."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def _light(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code >= 400:
        return response
    for name in OF_PAGES:
        response.headers.pop(name, None)
    if "v" in request.args:
        response.cache_control.max_age, response.cache_control.immutable = A_YEAR, True
    session.accessed = False  # nobody's file: it does not vary by who asks
    return _packed(response) if response.mimetype in TEXTS and request.method == "GET" else response


def _packed(response: Response) -> Response:
    """The file at its smallest that the browser takes. The tag is a weak one: the bytes differ, the
    file is the same."""
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
    """Packed once for each process and state of the file: brotli's best takes as long as a page."""
    plain = Path(path).read_bytes()
    if without := _layout_of(path):
        plain = without(plain.decode()).encode()
    if coding == "br":
        return bytes(brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11))
    return gzip.compress(plain, 9) if coding else plain


def _layout_of(path: str) -> Callable[[str], str] | None:
    """What takes the layout out of this file; others' files go out as they came."""
    return None if "/vendor/" in path else {".css": lean, ".js": lean_script}.get(Path(path).suffix)


def lean(css: str) -> str:
    """A style sheet without its comments and its layout, a declaration a line, which are for
    who reads the source."""
    return LAYOUT.sub(_kept, css).strip()


def lean_script(script: str) -> str:
    """A script without its indentation and the lines that are comments. Its lines keep their
    numbers, which errors name; no string of ours runs over a line's end
    (tests/source_lines.py)."""
    return SCRIPT_LAYOUT.sub("", script)


def _kept(found: re.Match[str]) -> str:
    string, end, between, colon = found.groups()
    return string.replace("\\\n", "") if string else end or between or colon or " "
