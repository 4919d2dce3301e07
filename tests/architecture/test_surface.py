"""What the program shows to the world: bounded bodies, and no door that nobody has thought of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.unit

MOST_ITEMS: Final = 1_000
LONGEST_TEXT: Final = 16_384  # of a signed offer, with the job that it is for
DEEPEST: Final = 32
# Of these a form bounds the length: a day, an instant, an id.
FORMS: Final = frozenset({"date", "date-time", "uuid", "time", "email", "binary"})
# An answer that is sent back whole: what it had besides is left, and its signature says what counts.
SENT_BACK: Final = ("/estimate", "/estimate/duration_hours")
# 500 vertices in all rings together (orgs/rules.py); a table's rows are counted behind the word `true` for the usual.
COUNTED_IN_CODE: Final = ("/polygon/coordinates/*", "/table")
# A currency of those that there are, an hour and minute of the day.
READ_IN_CODE: Final = ("/currency", "/starts", "/ends")
Schema = dict[str, Any]


@cache
def document() -> Schema:
    read: Schema = json.loads((ROOT / "docs/openapi.json").read_text())
    return read


def bodies() -> Iterator[tuple[str, Schema]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            if "application/json" in content:
                yield f"{method.upper()} {path}", content["application/json"]["schema"]


def within(schema: Schema, place: str, depth: int = 1) -> Iterator[tuple[str, int, Schema]]:
    """Every schema that a body is made of, with its place and how deep it stands."""
    if "$ref" in schema:
        yield from within(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], place, depth)
        return
    yield place, depth, schema
    for name, part in schema.get("properties", {}).items():
        yield from within(part, f"{place}/{name}", depth + 1)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from within(part, place, depth)
    for inner in (schema.get("items"), schema.get("additionalProperties"), *schema.get("prefixItems", ())):
        if isinstance(inner, dict):
            yield from within(inner, f"{place}/*", depth + 1)


PARTS: Final = [part for name, schema in bodies() for part in within(schema, name)]


def test_the_bodies_were_found() -> None:
    assert len(PARTS) > 500


def test_an_object_takes_its_own_fields_and_no_others() -> None:
    """Mass assignment: `role`, `status`, `verified`, `hold_expires_at` … are sent in vain, at whatever depth."""
    open_ones = {
        place
        for place, _, one in PARTS
        if one.get("type") == "object" and "properties" in one and one.get("additionalProperties") is not False
    }
    assert {place for place in open_ones if not place.endswith(SENT_BACK)} == set()


def test_a_list_is_bounded() -> None:
    """By its length, or as a set of things of which there are few."""
    lists = {
        place for place, _, one in PARTS if one.get("type") == "array" and not (_most(one) or one.get("uniqueItems"))
    }
    assert {place for place in lists if not place.endswith(COUNTED_IN_CODE)} == set()


def test_a_text_is_bounded() -> None:
    numbers = {place for place, _, one in PARTS if one.get("type") in {"number", "integer"}}
    texts = {place for place, _, one in PARTS if one.get("type") == "string" and not _is_bounded(one)}
    # A number may come as text; it is read by app/kernel/money.py, forty characters of it at the most.
    assert {place for place in texts - numbers if not place.endswith(READ_IN_CODE)} == set()


def _most(one: Schema) -> bool:
    return 0 < int(one.get("maxItems") or 0) <= MOST_ITEMS


def _is_bounded(one: Schema) -> bool:
    is_of_a_form = bool({"enum", "const", "pattern"} & one.keys()) or one.get("format") in FORMS
    return is_of_a_form or 0 < int(one.get("maxLength") or 0) <= LONGEST_TEXT


def test_nothing_is_nested_deeper_than_people_can_mean() -> None:
    assert max(depth for _, depth, _ in PARTS) <= DEEPEST


class TestWhatIsNotBuilt:
    """Whoever opens one of these doors writes its row in docs/security.md, and the tests that hold it."""

    def test_nobody_pays_and_nobody_calls_back(self) -> None:
        words = ("payment", "refund", "webhook", "payout")
        assert [path for path in document()["paths"] if any(word in path for word in words)] == []

    def test_no_field_is_an_address_that_the_program_would_ask(self) -> None:
        urls = {place for place, _, one in PARTS if one.get("format") in {"uri", "url"} or place.endswith("url")}
        assert urls == set()
