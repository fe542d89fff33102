"""Pieces of pages as they were last drawn: an open board asks for itself at each change, and all
but a row of it is as it was."""

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
    """What the caller draws, once a minute for each reader's language and zone. `shown` is all that
    it is drawn from; whoever asks has read it through the wall already."""
    place = (current_language(), zone(), minute(now()), *map(_stands_for, shown))
    if place not in _drawn:
        if len(_drawn) >= MAX_FRAGMENTS:
            _drawn.clear()
        _drawn[place] = caller()
    return _drawn[place]


def _stands_for(shown: object) -> object:
    """What tells a thing from what it was. A task counts its changes itself; the names beside it do
    not."""
    if isinstance(shown, Row):
        return shown.task.id, shown.task.version, shown.company, shown.client, shown.holder
    if isinstance(shown, Person):
        return shown.id, shown.name, shown.zone
    if isinstance(shown, dict):
        return tuple((key, _stands_for(value)) for key, value in shown.items())
    return tuple(map(_stands_for, shown)) if isinstance(shown, (list, tuple)) else shown
