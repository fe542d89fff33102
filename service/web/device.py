"""The site as an app on a phone: its manifest, its service worker, the offline page, a token for
forms."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from service.access import auth
from service.access.locale import locale
from service.core.language import LANGUAGES, current_language
from service.web.render import asset
from service.web.static_files import lean_script

pages = Blueprint("device", __name__)
ROOT = Path(__file__).resolve().parent.parent.parent
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
# The background colour in static/css/tokens.css; templates/base.html names the dark one as well.
PAPER = "#f6f2ea"
# Style sheets of the offline page. The rest of static/ is cached once it has been used.
STYLES = ("tokens", "base", "term", "components", "client", "public", "desk")
FONTS = tuple(
    f"{name}-{script}-{weight}-normal"
    for name, weight in (("golos-text", 400), ("golos-text", 600), ("spectral", 500))
    for script in ("latin", "cyrillic")
)
OTHERS = (
    "js/app.js",
    "vendor/htmx.min.js",
    "vendor/hx-sse.min.js",
    "img/icons.svg",
    "img/favicon.svg",
)
MODULES = (
    "theme",
    "keys",
    "palette",
    "drafts",
    "small",
    "waiting",
    "offline",
    "push",
    "worker",
    "cover",
    "live",
    "files",
    "pairs",
    "voice",
    "score",
    "news",
    "split",
)


@pages.get("/manifest.webmanifest")
@auth.public
def manifest() -> ResponseReturnValue:
    """Return the manifest, which a phone needs to install the site as an app."""
    icons = [
        {
            "src": asset("img/favicon.svg"),
            "sizes": "any",
            "type": "image/svg+xml",
            "purpose": "any",
        },
        {
            "src": asset("img/icon-192.png"),
            "sizes": "192x192",
            "type": "image/png",
            "purpose": "any",
        },
        {
            "src": asset("img/icon-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "any",
        },
        {
            "src": asset("img/icon-maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    response = jsonify(
        name=_("Poruchi"),
        short_name="Poruchi",
        description=_("Hand a task over and get on with your day."),
        id="/app",
        start_url="/app",
        scope="/",
        display="standalone",
        lang=current_language(),
        theme_color=PAPER,
        background_color=PAPER,
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@pages.get("/sw.js")
@auth.public
def worker() -> ResponseReturnValue:
    """Return the service worker, preceded by the list of files it caches: a changed file changes
    the worker."""
    response = Response(_worker(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@pages.get("/offline")
@auth.public
def offline() -> ResponseReturnValue:
    """Show the page without a connection, in either language, without anything of any reader."""
    reads = request.args.get("reads", "")
    with force_locale(reads if reads in LANGUAGES else locale()):
        return render_template("device/offline.html")


@pages.get("/form-token")
@auth.public
def form_token() -> ResponseReturnValue:
    """Return a fresh token for a stored form, and who is signed in: nobody else's form is sent with
    it."""
    who = auth.known()
    response = jsonify(
        person=who.person_id if who else None, token=generate_csrf() if who else None
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@lru_cache
def _worker() -> str:
    """Return static/js/sw.js with the files it caches. Modules and fonts are used without a version
    in their address, so they are cached that way."""
    modules = [f"/static/js/{name}.js" for name in MODULES]
    fonts = [f"/static/vendor/fonts/{name}.woff2" for name in FONTS]
    kept = [
        *(asset(f"css/{name}.css") for name in STYLES),
        *(asset(name) for name in OTHERS),
        *modules,
    ]
    prints = [
        *kept,
        *(asset(f"js/{name}.js") for name in MODULES),
        (TEMPLATES / "device" / "offline.html").read_text(encoding="utf-8"),
    ]
    version = hashlib.sha256("\n".join(prints).encode()).hexdigest()[:12]
    code = lean_script((STATIC / "js" / "sw.js").read_text(encoding="utf-8"))
    told = {"VERSION": version, "KEPT": kept, "FONTS": fonts, "SHARED": asset("js/waiting.js")}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items()) + code
