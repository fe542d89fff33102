"""Pieces of pages as they were last drawn: an open board asks for itself at each change, and all but a row of it is as it was."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from service.now import now
from service.web.language import reads_in, zone

MOST = 1000
_drawn: dict[tuple[object, ...], Markup] = {}


def drawn(*shown: object, caller: Callable[[], Markup]) -> Markup:
    """What the caller draws, once a minute for each reader's language and zone. `shown` is all that it is drawn from; whoever asks has
    read it through the wall already. A task stands for itself by its id and its version."""
    place = (reads_in(), zone(), now().replace(second=0, microsecond=0), *shown)
    if place not in _drawn:
        if len(_drawn) >= MOST:
            _drawn.clear()
        _drawn[place] = caller()
    return _drawn[place]
