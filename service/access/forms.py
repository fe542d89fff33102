"""Form parsing: texts cleaned and bounded, times in the reader's zone, money in minor units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access.locale import here
from service.core.errors import Conflict, DomainError, InvalidInput
from service.core.ids import id_of
from service.core.language import current_language
from service.core.money import NUMBER, Money
from service.core.text import clean

WHOLE = re.compile(r"-?\d{1,11}$", re.ASCII)
# The largest text that a form may carry: up to here a refused text is shown again in full.
MAX_TEXT = 500_000
# Fields in which people write more than a word.
WRITTEN = (
    "text",
    "note",
    "comment",
    "praise",
    "reply",
    "question",
    "plan",
    "proposal",
    "delivery",
    "help",
    "reason",
    "outcome",
    "criteria",
    "first",
    "second",
)


def words(name: str, most: int = MAX_TEXT) -> str:
    """Return a text field, cleaned. A text that is too long is refused by the domain; a one-line
    field is cut at `most`."""
    return clean(request.form.get(name, ""))[:most]


def whole(name: str) -> int | None:
    """Return a whole number, None where the field is empty. Raises InvalidInput."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not WHOLE.match(text):
        raise InvalidInput({name: _("Enter a whole number")})
    return int(text)


def decimal(name: str) -> Decimal | None:
    """Return a number with a point or a comma, None where the field is empty. Raises
    InvalidInput."""
    return _number(name, _written(name))


def _written(name: str) -> str:
    return "".join(request.form.get(name, "")[:40].split())


def _number(name: str, text: str) -> Decimal | None:
    plain = text.replace(",", ".")
    if plain and not NUMBER.match(plain):
        raise InvalidInput({name: _("Enter a number")})
    return Decimal(plain) if plain else None


def money(name: str, currency: str) -> int | None:
    """Return an amount as people write it ("2,000.00", "2 000,00", "2000") in minor units of its
    currency; None where the field is empty. Raises InvalidInput."""
    text = _written(name)
    try:
        return Money.read(text, currency, current_language()).amount if text else None
    except ValueError as error:
        raise InvalidInput({name: _("Enter a number")}) from error


def moment(name: str) -> datetime | None:
    """Return the time of a datetime-local field, read in the reader's zone; None where it is empty.
    Raises InvalidInput."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=here()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput({name: _("Enter a date and time")}) from error


def before() -> int | None:
    """Return the message before which a conversation is read, None for its newest page."""
    return id_of(request.args.get("before"))


def by_script() -> bool:
    """Return whether one of our scripts (static/js/waiting.js) sent this form and reads the answer,
    instead of a browser that shows it."""
    return request.accept_mimetypes.best == "application/json"


def done(page: str, **facts: object) -> ResponseReturnValue:
    """Redirect to this page; a script gets its address instead."""
    return (jsonify(page=page, **facts), 201) if by_script() else redirect(page, 303)


def lines(name: str) -> list[str]:
    """Return the lines of a text field, one entry a line."""
    return [line.strip() for line in words(name).splitlines() if line.strip()]


def pairs(one: str, other: str, most: int = 30) -> list[tuple[str, str]]:
    """Return two repeated fields of a form as pairs, cut one above the domain's maximum so that the
    domain refuses the excess."""
    return [
        (clean(a)[:1000], clean(b)[:1000])
        for a, b in zip(
            request.form.getlist(one)[:most], request.form.getlist(other)[:most], strict=False
        )
    ]


@contextmanager
def errors_at(fields: Mapping[str, str]) -> Iterator[None]:
    """Show the errors at these fields of the page, where the domain names them differently."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(
            {fields.get(name, name): words for name, words in error.errors.items()}
        ) from error


def written() -> list[str]:
    """Return all text that was typed into this form."""
    return [said for name in WRITTEN if (said := words(name).strip()) and not said.isdecimal()]


def unsent(refusal: DomainError | None) -> list[str]:
    """Return the text of a refused form that may no longer be on the page, because the task has
    changed meanwhile: it is shown so that nothing is lost."""
    return written() if isinstance(refusal, Conflict) else []


def typed(refusal: DomainError | None) -> Mapping[str, str]:
    """Return what goes back into the fields of the form."""
    return {} if isinstance(refusal, Conflict) else request.form


def toast(words: str, *, undo: str) -> None:
    """Show a message about what was done; `undo` is the address that reverts it."""
    flash({"words": words, "undo": undo}, "undo")  # type: ignore[arg-type]
