"""Cache of rendered page fragments: an open board reloads at each change, and all but one of its
rows are unchanged."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from service.access.locale import zone
from service.core.language import current_language
from service.core.time import minute, now
from service.tasks.lists import Row
from tenants.people import Person

MAX_FRAGMENTS = 1000
_drawn: dict[tuple[object, ...], Markup] = {}


def drawn(*shown: object, caller: Callable[[], Markup]) -> Markup:
    """Render the caller at most once a minute for each reader's language and zone. `shown` is
    everything that it is rendered from, read already under row-level security."""
    place = (current_language(), zone(), minute(now()), *map(_stands_for, shown))
    if place not in _drawn:
        if len(_drawn) >= MAX_FRAGMENTS:
            _drawn.clear()
        _drawn[place] = caller()
    return _drawn[place]


def _stands_for(shown: object) -> object:
    """Return the cache key of a value. A task counts its own changes; the names beside it do
    not."""
    if isinstance(shown, Row):
        return shown.task.id, shown.task.version, shown.company, shown.client, shown.holder
    if isinstance(shown, Person):
        return shown.id, shown.name, shown.zone
    if isinstance(shown, dict):
        return tuple((key, _stands_for(value)) for key, value in shown.items())
    return tuple(map(_stands_for, shown)) if isinstance(shown, (list, tuple)) else shown
