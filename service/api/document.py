"""The interface's own description: an OpenAPI 3.1 document made from the table of calls, and a page
that shows it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import TypeAdapter

from service.access import auth
from service.api import page
from service.api.calls import Call
from service.api.reading import MAX_BYTES
from service.core.config import settings

ABOUT = """Hand tasks over, follow them, and do the work on them, from your own programs.

A key of a company acts as its person there, a key of staff as staff. Lists are
`{"data": […], "next": CURSOR or null}`. Times are RFC 3339 in UTC, money is whole minor units with
its currency. A POST with an `Idempotency-Key` is carried out once: the same key and body get the
first answer again (`Idempotent-Replayed: true`), for a day at least.
"""
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `errors` lists invalid input by field.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
FAULTS = {
    "400": "The request could not be read",
    "401": "No valid API key",
    "403": "Not allowed for this key; or over a spending limit, so an owner has to approve it",
    "404": "Not found, or no access",
    "409": (
        "Not possible in this state; or the Idempotency-Key is still being processed "
        "(Retry-After) or was used for another body"
    ),
    "412": "Changed since you read it",
    "413": f"More than {MAX_BYTES} bytes, or a file that is too large",
    "422": "A field is invalid, or something required is missing",
    "429": "Too many requests",
    "503": "Temporarily unavailable; see Retry-After",
}
FILE_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "part": {"type": "string", "enum": ["brief", "message", "delivery"]},
    },
}
TEXT = {"type": "string"}


def publish(api: Blueprint, calls: Sequence[Call]) -> None:
    """Add the two addresses of the document itself."""

    @lru_cache
    def made() -> dict[str, Any]:
        return document_of(calls)

    @auth.public
    def openapi() -> ResponseReturnValue:
        """The OpenAPI document of this interface."""
        response = Response(json.dumps(made(), ensure_ascii=False), mimetype="application/json")
        response.add_etag()
        return response.make_conditional(request)

    @auth.public
    def docs() -> ResponseReturnValue:
        """The same document as a page."""
        return render_template(
            "api/docs.html", document=made(), rows_of=rows_of, type_of=type_of, page=page
        )

    api.add_url_rule("/openapi.json", "openapi", openapi)
    api.add_url_rule("/docs", "docs", docs)


def document_of(calls: Sequence[Call]) -> dict[str, Any]:
    """The whole document."""
    refs, schemas = _schemas(calls)
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault("/api/v1" + call.address, {})[call.method.lower()] = _operation(call, refs)
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {**schemas, "Problem": PROBLEM},
        },
    }


def _info() -> dict[str, Any]:
    """Title, version and licence; where the source can be had, if SOURCE_URL says so."""
    source = settings().source_url
    about = f"{ABOUT}\nSource code: {source}\n" if source else ABOUT
    return {
        "title": "Poruchi",
        "version": "1",
        "description": about,
        "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        **({"x-source": source} if source else {}),
    }


def _schemas(calls: Sequence[Call]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of every type that a call takes or answers, and the definitions that they refer
    to."""
    taken = {call.view.takes for call in calls if hasattr(call.view, "takes")}
    answered = [call.answer for call in calls if call.answer is not None]
    inputs = [
        (model, "validation", TypeAdapter(model))
        for model in sorted(taken, key=lambda model: model.__name__)
    ]
    inputs += [
        (str(kind), "serialization", TypeAdapter(kind))
        for kind in {str(kind): kind for kind in answered}.values()
    ]
    template = "#/components/schemas/{model}"
    refs, rest = TypeAdapter.json_schemas(inputs, ref_template=template)  # type: ignore[arg-type]
    return {key: schema for (key, _mode), schema in refs.items()}, rest.get("$defs", {})


def _operation(call: Call, refs: dict[Any, Any]) -> dict[str, Any]:
    about = " ".join((inspect.getdoc(call.view) or "").split())
    operation: dict[str, Any] = {
        "operationId": call.view.__name__,
        "tags": [call.address.split("/")[1].partition("{")[0]],
        "summary": about,
        "description": f"Keys: {_who(call)}.",
        "parameters": _parameters(call),
        "responses": _responses(call, refs),
    }
    if body := _body(call, refs):
        operation["requestBody"] = body
    return operation


def _who(call: Call) -> str:
    door: str = call.view.door  # type: ignore[attr-defined]
    said = (
        door.removeprefix("api:")
        .replace("any", "all")
        .replace("client", "a company's")
        .replace("+", " and ")
    )
    return said.replace("staff:", "staff's (").replace(",", ", ") + (
        ")" if "staff:" in door else ""
    )


def _parameters(call: Call) -> list[dict[str, Any]]:
    there: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": TEXT if name == "number" else {"type": "integer", "minimum": 1},
        }
        for name in call.names
    ]
    if hasattr(call.view, "asks"):
        fields = TypeAdapter(call.view.asks).json_schema()["properties"]
        there += [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in fields.items()
        ]
    if call.method == "POST":
        there.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {**TEXT, "minLength": 1, "maxLength": 255},
            }
        )
    if call.method == "PUT":
        there.append({"name": "If-Match", "in": "header", "required": False, "schema": TEXT})
    return there


def _body(call: Call, refs: dict[Any, Any]) -> dict[str, Any] | None:
    if call.form:
        return {"required": True, "content": {"multipart/form-data": {"schema": FILE_FORM}}}
    model = getattr(call.view, "takes", None)
    if model is None:
        return None
    needed = any(field.is_required() for field in model.model_fields.values())
    return {"required": needed, "content": {"application/json": {"schema": refs[model]}}}


def _responses(call: Call, refs: dict[Any, Any]) -> dict[str, Any]:
    schema = {"schema": refs[str(call.answer)]} if call.answer is not None else {}
    good: dict[str, Any] = {
        "description": "Done" if call.method != "GET" else "OK",
        "content": {call.media: schema},
    }
    if headers := _headers(call):
        good["headers"] = headers
    answers = {str(call.status): good}
    if call.address == "/tasks/{task}":
        answers["304"] = {"description": "Not modified since the version in If-None-Match"}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return answers | {
        code: {"description": FAULTS[code], "content": problem} for code in _faults(call)
    }


def _headers(call: Call) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if call.at == "POST /tasks":
        headers["Location"] = {"schema": TEXT}
    if getattr(call.answer, "__name__", "") == "Task":
        headers["ETag"] = {"schema": TEXT}
    return headers


def _faults(call: Call) -> list[str]:
    codes = {"401", "403", "429", "503"}
    if call.names:
        codes.add("404")
    if hasattr(call.view, "asks"):
        codes.add("422")
    if call.method != "GET":
        codes |= {"400", "409", "413", "422"}
    if call.method == "PUT":
        codes.add("412")
    return sorted(codes)


def rows_of(schema: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """A schema's fields for the page: name, type, whether it is needed, what it is."""
    needed = schema.get("required", [])
    return [
        (name, type_of(field), name in needed, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def type_of(schema: dict[str, Any]) -> str:
    """A type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{type_of(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("const") or schema.get("type", "object"))
