"""Twilio's OpenAPI contract, compiled once: what a request may contain and what a response must
contain."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from devdesk.standins import extract, formats

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
INTEGER = re.compile(r"-?[0-9]{1,18}")
NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
BOOLEANS = {"true": True, "false": False}

Schema = dict[str, Any]
Lists = Mapping[str, Sequence[str]]


class InvalidRequest(Exception):
    """A request that the contract does not allow: `field` is the parameter's name, `rule` what it
    violates."""

    def __init__(self, place: str, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.place, self.field, self.rule = place, field, rule


class AnswerMismatch(Exception):
    """A response of ours that Twilio would not give; names places and rules only, never personal
    data."""


@dataclass(frozen=True)
class Place:
    """A part of a request (path, query or form) and the compiled rule for its fields."""

    name: str
    schema: Schema
    validator: Draft202012Validator

    def read(self, given: Lists) -> dict[str, Any]:
        """Return the known fields with their types; empty ones count as not given. Raises
        InvalidRequest."""
        known = {
            name: self.schema["properties"][name]
            for name in self.schema["properties"]
            if any(given.get(name, ()))
        }
        values = {name: _typed(given[name], schema) for name, schema in known.items()}
        for error in self.validator.iter_errors(values):
            raise InvalidRequest(self.name, _field(error), _rule(error))
        return values


@dataclass(frozen=True)
class Operation:
    """An operation of the contract: the three parts of its request, and its responses by status."""

    places: Mapping[str, Place]
    answers: Mapping[int, Draft202012Validator]

    def read(self, path: Mapping[str, str], query: Lists, form: Lists) -> dict[str, Any]:
        """Return all fields of a request in one dict. Raises InvalidRequest for the first that is
        not allowed."""
        given: dict[str, Lists] = {
            "path": {name: [text] for name, text in path.items()},
            "query": query,
            "form": form,
        }
        return {
            field: value
            for name, place in self.places.items()
            for field, value in place.read(given[name]).items()
        }

    def check_answer(self, status: int, answer: object) -> None:
        """Raise AnswerMismatch where this response does not match the contract."""
        if status not in self.answers:
            raise AnswerMismatch(f"the contract has no answer {status}")
        broken = [
            f"{error.json_path}: {_rule(error)}"
            for error in self.answers[status].iter_errors(answer)
        ]
        if broken:
            raise AnswerMismatch("; ".join(broken))


def load(path: str | PathLike[str]) -> dict[str, Operation]:
    """Return the used operations by operationId, from the full contract or the extract.

    Raises OSError or ValueError where it cannot be read, KeyError where it lacks an operation or
    schema.
    """
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    found = {operation["operationId"]: operation for operation in _operations(document)}
    return {
        name: _compile(found[name], document["components"]["schemas"])
        for name in extract.OPERATIONS
    }


def validator(schema: Schema) -> Draft202012Validator:
    """Return a compiled validator of a plain schema, which also checks the formats."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=formats.checker())


def _operations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in document["paths"].values():
        for method in extract.METHODS & item.keys():
            yield item[method]


def _compile(operation: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Operation:
    parts = {
        "path": _parameters(operation, "path"),
        "query": _parameters(operation, "query"),
        "form": _form(operation),
    }
    plain = {name: _plain(schema, schemas, _keep) for name, schema in parts.items()}
    places = {name: Place(name, schema, validator(schema)) for name, schema in plain.items()}
    answers = {
        int(status): validator(_plain(answer["content"][JSON]["schema"], schemas, _complete))
        for status, answer in operation["responses"].items()
    }
    return Operation(places, answers)


def _parameters(operation: Mapping[str, Any], place: str) -> Schema:
    here = [parameter for parameter in operation["parameters"] if parameter["in"] == place]
    return {
        "type": "object",
        "properties": {parameter["name"]: parameter["schema"] for parameter in here},
        "required": [parameter["name"] for parameter in here if parameter.get("required")],
    }


def _form(operation: Mapping[str, Any]) -> Schema:
    if "requestBody" not in operation:
        return {"type": "object", "properties": {}}
    schema: Schema = operation["requestBody"]["content"][FORM]["schema"]
    return schema


def _plain(
    schema: Schema, schemas: Mapping[str, Schema], finish: Callable[[Schema], Schema]
) -> Schema:
    """Return the same rule in Draft 2020-12: references resolved, OpenAPI's `nullable` turned into
    a type."""
    if "$ref" in schema:
        return _plain(schemas[schema["$ref"].removeprefix(extract.REF)], schemas, finish)
    made = {
        key: value
        for key, value in schema.items()
        if key not in ("nullable", "example", "x-twilio")
    }
    if schema.get("x-twilio", {}).get("ignoreFormat"):
        made.pop("format", None)
    if made.get("format", "int64") not in formats.RULES:
        raise ValueError(f"the contract names a format that nobody checks: {made['format']}")
    if "properties" in made:
        made["properties"] = {
            name: _plain(child, schemas, finish) for name, child in made["properties"].items()
        }
        made = finish(made)
    if "items" in made:
        made["items"] = _plain(made["items"], schemas, finish)
    return _nullable(made) if schema.get("nullable") else made


def _nullable(schema: Schema) -> Schema:
    made = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        made["enum"] = [*schema["enum"], None]
    return made


def _keep(schema: Schema) -> Schema:
    return schema


def _complete(schema: Schema) -> Schema:
    """Require every named property and no other, as in Twilio's responses, though the contract does
    not require it."""
    return {**schema, "required": list(schema["properties"]), "additionalProperties": False}


def _typed(values: Sequence[str], schema: Schema) -> object:
    """Return a form's text as the type that the contract wants, or the text itself for the
    validator to reject."""
    kind, text = schema.get("type"), values[0]
    if kind == "array":
        return list(values)
    if kind == "integer" and INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean":
        return BOOLEANS.get(text.lower(), text)
    return text


def _field(error: ValidationError) -> str:
    if missing := _missing(error):
        return missing[0]
    return str(error.absolute_path[0]) if error.absolute_path else "request"


def _rule(error: ValidationError) -> str:
    """Return the violated rule without the value, which may be personal data."""
    if missing := _missing(error):
        return "is required: " + ", ".join(missing)
    if error.validator == "additionalProperties":
        return "has properties that the contract does not name"
    return (
        f"does not satisfy {error.validator}"
        f" {json.dumps(error.validator_value, ensure_ascii=False)}"
    )


def _missing(error: ValidationError) -> list[str]:
    """Return the names that a violated `required` misses; none for other rules."""
    given: Any = error.instance
    wanted: Any = error.validator_value if error.validator == "required" else ()
    return [name for name in wanted if name not in given]
