"""Generator of twilio_messages.json from Twilio's full OpenAPI file, so that nothing outside the
checkout is needed.

Run `python -m devdesk.standins.extract [--source FILE]` when the full file has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
EXTRACT = HERE / "twilio_messages.json"
FULL = HERE.parents[2] / "shared" / "contracts" / "twilio_api_v2010.json"
OPERATIONS = ("CreateMessage", "ListMessage", "FetchMessage")
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
REF = "#/components/schemas/"
RECORD = "x-extract"


def make(full: Mapping[str, Any], source_sha256: str) -> dict[str, Any]:
    """Return the extract of `full`: used operations and schemas verbatim, and a record of their
    source."""
    paths = dict(_used_paths(full["paths"]))
    schemas = _used_schemas(paths, full["components"]["schemas"])
    contract = {
        "openapi": full["openapi"],
        "info": full["info"],
        "servers": full["servers"],
        "security": full["security"],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": full["components"]["securitySchemes"],
        },
    }
    record = {"source": FULL.name, "source_sha256": source_sha256, "sha256": digest(contract)}
    return {RECORD: record, **contract}


def digest(contract: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the extract without its record, over sorted compact JSON: it
    reveals manual edits."""
    content = {key: value for key, value in contract.items() if key != RECORD}
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def from_file(source: Path) -> dict[str, Any]:
    """Return the extract of the full contract in `source`. Raises OSError or ValueError where it
    cannot be read."""
    raw = source.read_bytes()
    return make(json.loads(raw), hashlib.sha256(raw).hexdigest())


def _used_paths(paths: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        unused = {
            method
            for method in METHODS & item.keys()
            if item[method]["operationId"] not in OPERATIONS
        }
        kept = {key: value for key, value in item.items() if key not in unused}
        if METHODS & kept.keys():
            yield path, kept


def _used_schemas(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = list(_refs(paths))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting.extend(_refs(schemas[name]))
    return dict(sorted(found.items()))


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(REF)
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _refs(child)


def main() -> None:
    """Write the extract beside this file."""
    parser = argparse.ArgumentParser(
        description="Extract the operations on messages from Twilio's OpenAPI file."
    )
    parser.add_argument("--source", type=Path, default=FULL, help="the full OpenAPI file")
    extract = from_file(parser.parse_args().source)
    EXTRACT.write_text(json.dumps(extract, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
