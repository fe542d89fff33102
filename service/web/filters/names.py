"""Names and words of people on a page: set apart from our own, in their own language."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from markupsafe import Markup

from service.core import text
from service.web import markup

# A word that no column of ours is wide enough for.
LONG = re.compile(r"\S{25}")


def translated(kept: str | None) -> str:
    """Words of our own that were kept untranslated, in the reader's language; what a person wrote
    stays as it is."""
    return _(kept) if kept else ""


def apart(words: object) -> str:
    """Somebody's words within a line of ours: they turn nothing around that stands beside them, and
    break where they do not fit."""
    if isinstance(words, Markup):
        return words
    plain = str(words or "")
    return (
        Markup("<bdi>{}</bdi>").format(plain)
        if text.reads_backwards(plain) or LONG.search(plain)
        else plain
    )


def said(words: object) -> str:
    """What somebody says in a line of ours: apart, and in another language than the page's marked,
    so that it is read out in its own."""
    told = markup.other_language(str(words or ""))
    return Markup('<span lang="{}">{}</span>').format(told, apart(words)) if told else apart(words)


def initials(name: str | None) -> str:
    """Two letters for a face."""
    parts = (name or "?").split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()


def card(label: str) -> str:
    """A card by its brand and last digits, as it is kept: "visa •••• 4242"."""
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
    """What a browser says of itself, as people call it: "Firefox, Windows"."""
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
