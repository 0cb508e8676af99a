"""The OpenAPI document, made from the table of operations."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from easterly.address.service.call import TITLES, Empty
from easterly.address.service.models import Problem
from easterly.address.service.table import BASE, ENTRIES, Entry
from easterly.address.service.tables import LARGEST_B

REFUSALS = (400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429)
VERSIONED = ("/pools/{pool}", "/allocations/{id}", "/devices/{device}", "/interfaces/{id}")
"""Paths of what has an ETag."""
_PART = re.compile(r"\{(\w+)\}")


def document(version: str) -> dict[str, Any]:
    """OpenAPI 3.1 of the service.

    Parameters
    ----------
    version : str
        Of Easterly.
    """
    used: list[type[BaseModel]] = [Problem]
    used += [model for entry in ENTRIES for model in (entry.body, entry.answer) if model is not Empty]
    _, schemas = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(used)], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for entry in ENTRIES:
        paths.setdefault(BASE + entry.path, {})[entry.method.lower()] = _operation(entry)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Easterly address manager", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(entry: Entry) -> dict[str, Any]:
    told = (entry.run.__doc__ or "").strip().splitlines()[0]
    made: dict[str, Any] = {
        "operationId": f"{entry.method.lower()}{re.sub(r'[^a-z]+', '-', entry.path)}".strip("-"),
        "summary": told, "parameters": [*_in_path(entry), *_in_query(entry), *_in_headers(entry)],
        "responses": _responses(entry), "security": [{"token": []}] if entry.role else [],
    }  # fmt: skip
    if entry.role:
        made["description"] = f"Needs the role {entry.role}."
    if entry.body is not Empty:
        made["requestBody"] = {"required": True, "content": _json(entry.body)}
    if entry.takes:
        made["description"] += f" At most {LARGEST_B >> 20} MiB, put in one transaction."
        made["requestBody"] = {"required": True, "content": {media: _table(media) for media in entry.takes}}
    return made


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def _table(media: str) -> dict[str, Any]:
    """A table in one form: rows of names and values, or text of commas."""
    rows = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
    return {"schema": {"type": "string"} if media == "text/csv" else rows}


def _in_path(entry: Entry) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True,
         "schema": {"type": "integer", "minimum": 0} if name == "id" else {"type": "string", "minLength": 1}}
        for name in _PART.findall(entry.path)
    ]  # fmt: skip


def _in_query(entry: Entry) -> list[dict[str, Any]]:
    properties = entry.query.model_json_schema().get("properties", {})
    needed = entry.query.model_json_schema().get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _plain(schema)}
        for name, schema in properties.items()
    ]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out: of a choice between something and null, the something."""
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return some[0] if len(some) == 1 else schema


def _in_headers(entry: Entry) -> list[dict[str, Any]]:
    """Of what has a version: `If-None-Match` to read, `If-Match` to change."""
    if entry.path not in VERSIONED:
        return []
    name = "If-None-Match" if entry.method == "GET" else "If-Match"
    return [{"name": name, "in": "header", "required": False, "schema": {"type": "string"}}]


def _responses(entry: Entry) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    if entry.status != 204:
        good["content"] = {media: _table(media) for media in entry.gives} or _json(entry.answer)
    made = {str(entry.status): good}
    for status in entry.others:
        waits = status == 202
        made[str(status)] = (
            {"description": "It waits for approval.", "content": {"application/json": {"schema": {"type": "object"}}}}
            if waits else {"description": "It was done before, for the same key.", "content": _json(entry.answer)}
        )  # fmt: skip
    if entry.method == "GET" and _in_headers(entry):
        made["304"] = {"description": "It is what you have."}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return made | {str(status): {"description": TITLES[status], "content": problem} for status in REFUSALS}
