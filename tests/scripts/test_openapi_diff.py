from __future__ import annotations

import copy
from typing import Any

import pytest
from openapi_diff import compare

pytestmark = pytest.mark.unit

PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}


def document() -> dict[str, Any]:
    """A booking is sent and received; `in` and `out` are its schemas."""
    operation = {
        "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}},
        "responses": {
            "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Out"}}}},
            "409": {"content": PROBLEM},
        },
    }
    note = {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]}
    return {
        "paths": {"/v1/bookings": {"post": operation}},
        "components": {
            "schemas": {
                "In": {
                    "type": "object",
                    "required": ["quote_id"],
                    "properties": {"quote_id": {"type": "string", "format": "uuid"}, "note": note},
                },
                "Out": {
                    "type": "object",
                    "required": ["id", "status"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "status": {"type": "string", "enum": ["held", "confirmed"]},
                        "parent": {"$ref": "#/components/schemas/Out"},
                    },
                },
            }
        },
    }


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The document with the value at `path` replaced; `...` takes it away."""
    new = copy.deepcopy(document())
    place: Any = new
    for step in path[:-1]:
        place = place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return new


def told(new: dict[str, Any]) -> list[tuple[str, bool]]:
    return sorted((f"{change.place} {change.sentence}", change.is_breaking) for change in compare(document(), new))


OPERATION = ("paths", "/v1/bookings", "post")
SENT = ("components", "schemas", "In")
RECEIVED = ("components", "schemas", "Out")
POST = "POST /v1/bookings"


def test_the_same_document_has_no_changes() -> None:
    assert compare(document(), document()) == []


def test_texts_are_no_changes() -> None:
    assert compare(document(), changed(*OPERATION, "description", to="Other words.")) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (changed("paths", "/v1/bookings", to={}), f"{POST} is gone"),
        (changed(*OPERATION, "parameters", to=[]), f"{POST} takes no query limit any more"),
        (changed(*OPERATION, "parameters", 0, "required", to=True), f"{POST} now needs query limit"),
        (changed(*OPERATION, "parameters", 0, "schema", "maximum", to=50), "query limit maximum was 100 and is 50"),
        (changed(*OPERATION, "requestBody", "required", to=True), f"{POST} now needs a body"),
        (changed(*OPERATION, "requestBody", to=...), f"{POST} takes no body any more"),
        (changed(*OPERATION, "responses", "201", to=...), f"{POST} answers no 201 any more"),
        (changed(*SENT, "required", to=["quote_id", "note"]), "body.note is always there"),
        (changed(*SENT, "properties", "note", to=...), "body.note is gone"),
        (changed(*SENT, "properties", "note", "anyOf", 1, to={"type": "integer"}), "body.note is no null any more"),
        (changed(*SENT, "properties", "note", "anyOf", 0, "maxLength", to=9), "maxLength was 500 and is 9"),
        (changed(*SENT, "properties", "quote_id", "pattern", to="^q"), "pattern was None and is ^q"),
        (changed(*RECEIVED, "required", to=["id"]), "201.status may be left out"),
        (changed(*RECEIVED, "properties", "parent", to=...), "201.parent is gone"),
        (changed(*RECEIVED, "properties", "id", to={"type": "integer"}), "201.id may be integer"),
        (changed(*RECEIVED, "properties", "status", to={"type": "string"}), "201.status is no closed list any more"),
    ],
)
def test_what_breaks_a_client_is_told_as_breaking(new: dict[str, Any], expected: str) -> None:
    assert any(expected in sentence and is_breaking for sentence, is_breaking in told(new)), told(new)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (changed("paths", "/v1/moves", to={"get": {"responses": {}}}), "GET /v1/moves is new"),
        (
            changed(*OPERATION, "parameters", 0, "schema", "maximum", to=200),
            f"{POST} query limit maximum was 100 and is 200",
        ),
        (changed(*OPERATION, "responses", "429", to={"content": PROBLEM}), f"{POST} may answer 429"),
        (changed(*OPERATION, "responses", "409", to=...), f"{POST} answers no 409 any more"),
        (changed(*SENT, "required", to=[]), f"{POST} body.quote_id may be left out"),
        (changed(*SENT, "properties", "stairs", to={"type": "integer"}), f"{POST} body.stairs is new"),
        (changed(*RECEIVED, "properties", "total", to={"type": "string"}), f"{POST} 201.total is new"),
        (
            changed(*RECEIVED, "properties", "status", "enum", to=["held", "confirmed", "done"]),
            f"{POST} 201.status knows done",
        ),
    ],
)
def test_what_breaks_nobody_is_told_as_that_and_nothing_else(new: dict[str, Any], expected: str) -> None:
    assert told(new) == [(expected, False)]


def test_a_schema_renamed_and_otherwise_the_same_is_no_change() -> None:
    new = document()
    new["components"]["schemas"]["BookingIn"] = new["components"]["schemas"].pop("In")
    new["paths"]["/v1/bookings"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/BookingIn"
    }
    assert compare(document(), new) == []
