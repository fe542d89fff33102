"""Details clarified by a retelling: words of the client, each with what the assistant takes them to
mean."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from service.core.errors import InvalidInput
from service.tasks import bounds

MAX_PAIRS = 10
MAX_WORDS = bounds.CLARIFIED.most


def checked(pairs: Iterable[tuple[str, str]], text: str) -> list[dict[str, str]]:
    """Return pairs of a client's words and their exact version, as they are stored; empty pairs are
    left out. `text` is what the client wrote, and must contain their words. Raises InvalidInput."""
    kept = [
        (_one_line(words), _one_line(exact))
        for words, exact in pairs
        if words.strip() or exact.strip()
    ]
    if len(kept) > MAX_PAIRS:
        raise InvalidInput({"differences": _("Up to %(most)s points", most=MAX_PAIRS)})
    for words, exact in kept:
        _check(words, exact, _one_line(text).casefold())
    return [{"words": words, "exact": exact} for words, exact in kept]


def _check(words: str, exact: str, text: str) -> None:
    if not words or not exact:
        raise InvalidInput(
            {"differences": _("Fill in both: the client’s words and your exact version")}
        )
    if max(len(words), len(exact)) > MAX_WORDS:
        raise InvalidInput(
            {"differences": _("Up to %(most)s characters on each side of a point", most=MAX_WORDS)}
        )
    if words.casefold() not in text:
        raise InvalidInput(
            {
                "differences": _(
                    "“%(words)s” is not in the client’s text. Copy their exact words.",
                    words=words,
                )
            }
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())
