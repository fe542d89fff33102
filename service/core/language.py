"""The language of the page or mail that is being rendered."""

from __future__ import annotations

from flask_babel import get_locale

LANGUAGES = ("en", "ru")


def current_language() -> str:
    """Return the language code, "en" outside of a request or a message."""
    locale = get_locale()
    return locale.language if locale else "en"
