"""The OpenAPI document: stable names, who may call, and every refusal that a part of a route brings with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI

from app import registry
from app.runtime.web.json_schema import BY_NAME, VALUES
from tests import access
from tests.documented import operations, undocumented

pytestmark = pytest.mark.integration  # building the app takes its resources

WHO: Final = re.compile(r"(^|[.!?)]\s+)For [^.]+\.$")
CODE: Final = re.compile(r"`([a-z_0-9]+)`: ")

WORDS: Final = {
    *("$defs", "$ref", "additionalProperties", "anyOf", "const", "default", "deprecated", "description"),
    *("discriminator", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems"),
    *("maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "multipleOf"),
    *("oneOf", "pattern", "patternProperties", "prefixItems", "properties", "propertyNames", "required", "title"),
    *("type", "uniqueItems", "writeOnly"),
}


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def routes(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def codes(operation: dict[str, Any], status: int) -> set[str]:
    return set(CODE.findall(operation["responses"].get(str(status), {}).get("description", "")))


def test_an_operation_is_named_once_and_for_its_module(document: dict[str, Any]):
    names = [operation["operationId"] for _, _, operation in routes(document)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in names)


def test_no_schema_has_to_be_told_apart_by_its_module(document: dict[str, Any]):
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def keywords(schema: Any) -> Iterator[str]:
    """Of a schema and all its parts, the words that JSON Schema would have to know."""
    if isinstance(schema, list):
        for one in schema:
            yield from keywords(one)
    if isinstance(schema, dict):
        yield from ((f"{name} of an array" if schema.get("type") == "array" else name) for name in schema)
        for name, part in schema.items():
            if name not in VALUES:
                yield from keywords(list(part.values()) if name in BY_NAME else part)


def test_schemas_speak_json_schema_alone(document: dict[str, Any]):
    in_routes = [parameter["schema"] for _, _, one in routes(document) for parameter in one.get("parameters", [])]
    said = set(keywords([*document["components"]["schemas"].values(), *in_routes]))
    ours = {name for name in said if not name.removesuffix(" of an array").startswith("x-")}
    assert ours <= WORDS | {f"{name} of an array" for name in WORDS - {"minLength", "maxLength"}}
    # The sieve catches what is no word.
    assert {"x-decimal-places", "maxItems of an array", "exclusiveMinimum"} <= said
    assert not {"gt", "maxLength of an array"} & WORDS


def test_every_route_says_who_may_call(document: dict[str, Any]):
    silent = [
        (method, path)
        for method, path, operation in routes(document)
        if path.startswith("/v1/") and not WHO.search(operation.get("description", ""))
    ]
    assert silent == []


def test_every_code_of_the_document_is_in_the_catalogue(document: dict[str, Any]):
    known = {(error.code, error.status) for error in registry.errors()}
    for method, path, operation in routes(document):
        for status in operation["responses"]:
            named = {(code, int(status)) for code in codes(operation, int(status))}
            assert named <= known, (method, path, named - known)


def test_what_a_session_brings_with_it_is_told(document: dict[str, Any]):
    for method, path, operation in routes(document):
        if not operation.get("security"):
            continue
        assert {"unauthenticated", "session_ended"} <= codes(operation, 401), (method, path)
        assert {"wrong_kind_of_caller", "role_not_allowed"} <= codes(operation, 403), (method, path)
        assert ("csrf_refused" in codes(operation, 403)) == (method != "get"), (method, path)


FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def test_what_parameters_and_bodies_bring_with_them_is_told(document: dict[str, Any]):
    for method, path, operation in routes(document):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        if "Idempotency-Key" in names:
            assert "idempotency_key_reused" in codes(operation, 422), path
            assert "idempotency_in_progress" in codes(operation, 409), path
        if "cursor" in names:
            assert "cursor_refused" in codes(operation, 422), path
        if "If-Match" in names:
            assert "stale_version" in codes(operation, 412), path
        if "requestBody" in operation:
            is_form = any(kind.startswith(FORMS) for kind in operation["requestBody"]["content"])
            assert ("form_unreadable" if is_form else "not_json") in codes(operation, 400), path
            assert "body_too_large" in codes(operation, 413), path
            assert "body_too_slow" in codes(operation, 408), path
        if path.startswith("/v1/"):
            assert {"database_unavailable", "try_again"} <= codes(operation, 503), (method, path)


def test_a_path_with_an_id_may_find_nothing(document: dict[str, Any]):
    for method, path, operation in routes(document):
        if "{" in path:
            assert "404" in operation["responses"], (method, path)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [(404, "booking_not_found", None), (418, "teapot", "answers 418"), (404, "teapot", "answers 404 teapot")],
)
def test_an_answer_that_the_document_does_not_name_is_seen(app: FastAPI, status: int, code: str, told: str | None):
    headers = {"content-type": "application/problem+json"}
    answer = httpx.Response(status, headers=headers, content=json.dumps({"code": code}))
    found = undocumented(operations(app), "GET", "/v1/bookings/01890000-0000-7000-8000-000000000000", answer)
    assert (found is None) if told is None else (told in (found or ""))


def test_every_route_has_a_row_in_the_access_matrix(document: dict[str, Any]):
    """Whether the rows are true takes every kind of caller: tests/test_access.py."""
    known = {route.name for route in access.routes(document)}
    assert known == access.rows_of(access.FILE.read_text()).keys(), "run `make access`, and look at what has changed"
