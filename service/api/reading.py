"""Reading what a program sent: the body and the address's parameters, into models, with a sentence
for each wrong field."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

from flask import Response, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from service.api.errors import Unreadable
from service.core.errors import InvalidInput

MAX_BYTES = 1_000_000
MAX_ERRORS = 50
BODY = "poruchi.body"
View = Callable[..., Response]
Model = TypeVar("Model", bound=BaseModel)


def takes(model: type[BaseModel]) -> Callable[[View], View]:
    """The view gets the request's JSON as `body`, read by this model."""

    def mark(view: View) -> View:
        @wraps(view)
        def read(**kwargs: Any) -> Response:
            return view(**kwargs, body=validated(model))

        read.takes = model  # type: ignore[attr-defined]
        return read

    return mark


def asks(model: type[BaseModel]) -> Callable[[View], View]:
    """The view gets the address's parameters as `query`, read by this model; others are not looked
    at."""

    def mark(view: View) -> View:
        @wraps(view)
        def read(**kwargs: Any) -> Response:
            wanted = {
                name: request.args[name] for name in model.model_fields if name in request.args
            }
            return view(**kwargs, query=_checked(model, wanted))

        read.asks = model  # type: ignore[attr-defined]
        return read

    return mark


def validated(model: type[Model]) -> Model:
    """The body as this model. Raises Unreadable, InvalidInput."""
    return _checked(model, json_body())


def json_body() -> dict[str, Any]:
    """The JSON object that was sent; an empty body is an empty object. Raises Unreadable, 413 for
    more than a megabyte."""
    if BODY not in request.environ:
        request.environ[BODY] = _read()
    return request.environ[BODY]  # type: ignore[no-any-return]


def _read() -> dict[str, Any]:
    request.max_content_length = MAX_BYTES
    raw = request.get_data(cache=False)
    try:
        read = json.loads(raw, parse_constant=_no_number) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The body is not JSON or is nested too deeply.")) from error
    if not isinstance(read, dict):
        raise Unreadable(_("The body must be a JSON object."))
    return read


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _checked(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[:MAX_ERRORS]
        raise InvalidInput(
            {".".join(map(str, one["loc"]))[:200] or "body": _sentence(one) for one in wrong}
        ) from error


def _sentence(error: Any) -> str:
    """What is wrong with a field, in a sentence."""
    bounds, kind = error.get("ctx", {}), error["type"]
    if kind == "value_error":
        return str(bounds["error"])
    said = SENTENCES.get(kind, lambda _bounds: _("Invalid type"))
    return said(bounds)


SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda bounds: _("Required"),
    "extra_forbidden": lambda bounds: _("Unknown field"),
    "string_too_long": lambda bounds: _("Up to %(most)s characters", most=bounds["max_length"]),
    "string_too_short": lambda bounds: _(
        "At least %(least)s characters", least=bounds["min_length"]
    ),
    "too_long": lambda bounds: _("Up to %(most)s items", most=bounds["max_length"]),
    "literal_error": lambda bounds: _("One of %(choices)s", choices=bounds["expected"]),
    "greater_than": lambda bounds: _("More than %(least)s.", least=bounds["gt"]),
    "greater_than_equal": lambda bounds: _("%(least)s or more", least=bounds["ge"]),
    "less_than_equal": lambda bounds: _("%(most)s or less", most=bounds["le"]),
    "string_type": lambda bounds: _("Must be text"),
    "string_pattern_mismatch": lambda bounds: _("Invalid format"),
    "int_type": lambda bounds: _("Must be a whole number"),
    "int_parsing": lambda bounds: _("Must be a whole number"),
    "bool_type": lambda bounds: _("Must be true or false"),
    "decimal_max_places": lambda bounds: _("Up to 2 decimal places"),
}
