"""Template filters for names and texts that people wrote: isolated from our own text, and marked
with their language."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from markupsafe import Markup

from service.core import text
from service.web import markup

# A word that is too long for any column.
LONG = re.compile(r"\S{25}")


def translated(kept: str | None) -> str:
    """Return one of our own stored texts in the reader's language; what a person wrote stays
    unchanged."""
    return _(kept) if kept else ""


def apart(words: object) -> str:
    """Isolate somebody's text within a line of ours: it cannot change the direction of the text
    beside it, and long words break."""
    if isinstance(words, Markup):
        return words
    plain = str(words or "")
    return (
        Markup("<bdi>{}</bdi>").format(plain)
        if text.reads_backwards(plain) or LONG.search(plain)
        else plain
    )


def said(words: object) -> str:
    """Isolate somebody's text and, where its language is not the page's, mark it, so that a screen
    reader reads it correctly."""
    told = markup.other_language(str(words or ""))
    return Markup('<span lang="{}">{}</span>').format(told, apart(words)) if told else apart(words)


def initials(name: str | None) -> str:
    """Return two initials for an avatar."""
    parts = (name or "?").split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()


def card(label: str) -> str:
    """Return a card's brand and last digits, as it is stored: "visa •••• 4242"."""
    brand, between, digits = label.partition(" •••• ")
    return (
        _("%(brand)s ending in %(digits)s", brand=brand.capitalize(), digits=digits)
        if between
        else label
    )


BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser(agent: str | None) -> str:
    """Return a short name for a browser's user agent: "Firefox, Windows"."""
    said = [
        next((name for sign, name in signs if sign in (agent or "")), "")
        for signs in (BROWSERS, DEVICES)
    ]
    return ", ".join(filter(None, said)) or _("a browser")


FILTERS = {
    "initials": initials,
    "browser": browser,
    "translated": translated,
    "card": card,
    "apart": apart,
    "said": said,
}
