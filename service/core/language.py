"""The language of what is being written now: a page's, a mail's."""

from __future__ import annotations

from flask_babel import get_locale

LANGUAGES = ("en", "ru")


def current_language() -> str:
    """Return the code of the language, "en" outside of a request or a message."""
    locale = get_locale()
    return locale.language if locale else "en"
