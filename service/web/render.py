"""Filters and globals of the templates, each by the name that templates use."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for

from service.access.locale import here
from service.catalogue.categories import all_categories
from service.core import channels, text
from service.core.config import settings
from service.core.language import current_language
from service.core.time import now
from service.core.whitespace import Whitespace
from service.tasks import bounds
from service.tasks.pauses import retell_by
from service.web import markup, menu_counts, ruler, strings, term, words
from service.web.contact import reach
from service.web.filters import dates, names, sums, work
from service.web.fragment_cache import drawn


def init(app: Flask) -> None:
    """Register them with the template environment."""
    strings.init(app)
    for module in (dates, names, sums, work):
        app.jinja_env.filters.update(module.FILTERS)
    app.jinja_env.filters.update(
        paragraphs=markup.paragraphs,
        compared=markup.compared,
        span=words.span,
        late_by=words.late_by,
        counted=menu_counts.counted,
        cut=text.cut,
        alone=text.apart,
        as_pair=lambda value: (value, value.replace("_", " ")),
        as_itself=lambda value: (value, value),
    )
    app.jinja_env.globals.update(
        asset=asset,
        bounds=bounds,
        term_line=term.line,
        badge=words.badge,
        marked=markup.marked,
        event_words=words.event_words,
        STEP_NAMES=words.STEP_NAMES,
        STEP_OF=words.STEP_OF,
        CHANNELS=channels.LABELS,
        CHANNEL_ICONS=channels.ICONS,
        can_answer=channels.can_answer,
        MESSAGE_STATES=words.MESSAGE_STATES,
        INBOUND_STATES=words.INBOUND_STATES,
        CHARGE_STATES=words.CHARGE_STATES,
        ROLES=words.ROLES,
        STATE_COUNTS=words.STATE_COUNTS,
        now=now,
        retell_by=retell_by,
        language=current_language,
        zone_name=dates.zone_name,
        categories=all_categories,
        here=here,
        reach=reach,
        sign=sums.sign,
        beside=menu_counts.beside,
        drawn=drawn,
    )
    app.jinja_env.globals.update(
        desk_address=lambda: f"tasks@{settings().mail_domain}",
        source_url=lambda: settings().source_url,
        ground_of=lambda stretch: ruler.ground(stretch, here(), now()),
    )
    app.jinja_env.add_extension(Whitespace)


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """Return a static file's address with a hash of its content, so that browsers may cache it for
    long."""
    file = Path(__file__).resolve().parent.parent.parent / "static" / path
    return url_for(
        "static",
        filename=path,
        v=hashlib.sha256(file.read_bytes()).hexdigest()[:10],
        _external=False,
    )
