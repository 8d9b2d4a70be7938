"""The OpenAPI 3.1 document, written from the operations; checked in as docs/openapi.json."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from motma import __version__
from motma.web import links
from motma.web.operations import Operation

_PROBLEM: Final = {
    "description": "Declined: RFC 9457 with a permanent `code`",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
    },
}
_SECURITY: Final[dict[str, list[dict[str, list[str]]]]] = {
    "none": [],
    "proof": [{"dpop_proof": []}],
    "reader": [{"dpop": []}],
    "person": [{"dpop": []}],
    "client": [{"bearer": []}],
}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole document."""
    types = [t for o in operations for t in (o.body, o.answer) if t is not None]
    schemas, components = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    schema_of = {id(t): s for t, s in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        entry = _entry(operation, schema_of)
        paths.setdefault(operation.path, {})[operation.method.lower()] = entry
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "motma",
            "version": __version__,
            "description": "One personal QR per person, shared by every epidemic-prevention app.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {
                "dpop": {"type": "http", "scheme": "DPoP", "description": "RFC 9449"},
                "bearer": {"type": "http", "scheme": "Bearer", "description": "RFC 7523, 6750"},
                "dpop_proof": {"type": "apiKey", "in": "header", "name": "DPoP"},
            },
        },
    }


def _entry(operation: Operation, schema_of: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """One operation: what it takes, gives and declines."""
    success: dict[str, Any] = {"description": operation.summary}
    if operation.answer is not None:
        schema = schema_of[id(operation.answer)]
        success["content"] = {operation.media_type: {"schema": schema}}
    if leads_to := links.of(operation.name):
        success["links"] = leads_to
    entry: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": (operation.handler.__doc__ or "").strip(),
        "tags": [operation.tag],
        "security": _SECURITY[operation.auth],
        "parameters": _parameters(operation),
        "responses": {str(operation.status): success, "default": _PROBLEM},
    }
    if operation.body is not None:
        content = {"application/json": {"schema": schema_of[id(operation.body)]}}
        entry["requestBody"] = {"required": True, "content": content}
    return entry


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    places = [(name, "path") for name in re.findall(r"\{(\w+)\}", operation.path)]
    places += [(name, "query") for name in operation.query]
    return [
        {"name": name, "in": place, "required": place == "path", "schema": _text(name, place)}
        for name, place in places
    ]


def _text(name: str, place: str) -> dict[str, str]:
    """Ids in a path are UUIDs; everything else there, and in a query, is a text."""
    form = {"format": "uuid"} if place == "path" and name.endswith("_id") else {}
    return {"type": "string"} | form
