"""Language and time zone of the reader: the person's own, else what the browser asks for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request, session

from service.core.language import LANGUAGES


def init(app: Flask) -> None:
    """Let `?lang=ru` choose the language for readers who are not signed in."""

    @app.before_request
    def choose() -> None:
        wanted = request.args.get("lang")
        if wanted in LANGUAGES:
            session["language"] = wanted


def locale() -> str:
    """Return the language of this reader."""
    if not has_request_context():
        return "en"
    who = g.get("identity")
    return (
        (who.language if who else None)
        or session.get("language")
        or request.accept_languages.best_match(LANGUAGES)
        or "en"
    )


def zone() -> str:
    """Return the name of this reader's time zone."""
    who = g.get("identity") if has_request_context() else None
    return who.zone if who else "Europe/Riga"


def here() -> ZoneInfo:
    """Return the reader's time zone as an object, made once per request."""
    if "zone_info" not in g:
        g.zone_info = ZoneInfo(zone())
    return g.zone_info  # type: ignore[no-any-return]
