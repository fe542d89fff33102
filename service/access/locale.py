"""Language and zone of whoever reads: the person's own, else what the browser asks for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request, session

from service.core.language import LANGUAGES


def init(app: Flask) -> None:
    """Let `?lang=ru` choose the language on pages for those who are not signed in."""

    @app.before_request
    def choose() -> None:
        wanted = request.args.get("lang")
        if wanted in LANGUAGES:
            session["language"] = wanted


def locale() -> str:
    """The language of this reader."""
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
    """The time zone of this reader."""
    who = g.get("identity") if has_request_context() else None
    return who.zone if who else "Europe/Riga"


def here() -> ZoneInfo:
    """The reader's time zone as an object, made once for each request."""
    if "zone_info" not in g:
        g.zone_info = ZoneInfo(zone())
    return g.zone_info  # type: ignore[no-any-return]
