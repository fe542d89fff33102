"""Translated strings of the templates. A page uses hundreds, so each is looked up once and cached
as markup."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask
from flask_babel import get_domain
from markupsafe import Markup

from service.core.language import current_language


def init(app: Flask) -> None:
    """Replace the templates' `_`: that of Flask-Babel looks up the catalogue and escapes anew each
    time (21 µs against 7)."""
    app.jinja_env.globals.update(_=string, gettext=string)


def string(words: str, /, **gaps: object) -> Markup:
    """Return one of our strings in the reader's language; values that are not markup are
    escaped."""
    return (
        _catalogued(words, current_language()) % gaps if gaps else _whole(words, current_language())
    )


@lru_cache(maxsize=8192)
def _catalogued(words: str, language: str) -> Markup:
    """Return the string in the current language, which is a parameter only for the cache."""
    translated = get_domain().get_translations().gettext(words).replace(" %%", "\u00a0%%")
    return Markup(translated)  # noqa: S704 (strings of the templates and of our translators)


@lru_cache(maxsize=8192)
def _whole(words: str, language: str) -> Markup:
    return _catalogued(words, language) % {}
