"""Every field of every body in the document: what is no text, no number, or not of its type, is refused at its place."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import httpx
import pytest

from app.runtime.db.session import Database
from tests.conftest import ROOT, Logins
from tests.factories.bookings import new_key
from tests.factories.standing import World, world_of

pytestmark = pytest.mark.integration

ABSENT: Final = "01890000-0000-7000-8000-000000000000"
METHODS: Final = ("post", "put", "patch")
# Arrays that are sent with one element; deeper than this no schema of ours goes.
DEEPEST: Final = 8
SIMPLE: Final = frozenset({"string", "number", "integer", "boolean"})
# Signed or hashed, and never stored or shown: a NUL in them makes them wrong, not faulty. Half of a character, which
# has no bytes to hash, is as faulty in them as elsewhere.
OPAQUE: Final = {
    "password",
    "new_password",
    "current_password",
    "token",
    "refresh_token",
    "cursor",
    "offer_id",
    "code",
    "challenge",
}

Steps = tuple[str | int, ...]
Fixed = tuple[tuple[Steps, str], ...]


class Leaf(NamedTuple):
    """A field of a body: its steps from the top, and what JSON type it takes."""

    steps: Steps
    types: frozenset[str]
    fixed: Fixed = ()

    @property
    def pointer(self) -> str:
        return "".join(f"/{step}" for step in self.steps)

    def body(self, token: str) -> bytes:
        """A body of this one field, holding the JSON text as it is; and of what says which kind of thing it is."""
        made: Any = {} if self.steps else "@@"
        for steps, value in (*self.fixed, (self.steps, "@@")):
            _put(made, steps, value)
        return json.dumps(made).replace('"@@"', token).encode()


def _put(place: Any, steps: Steps, value: str) -> None:
    *way, last = steps
    for step, following in zip(way, steps[1:], strict=True):
        inner: Any = [] if isinstance(following, int) else {}
        if isinstance(place, list):
            if not place:
                place.append(inner)
            place = place[0]
        else:
            place = place.setdefault(step, inner)
    if isinstance(place, list):
        place.append(value)
    else:
        place[last] = value


class Operation(NamedTuple):
    method: str
    path: str
    who: str
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Schemas:
    """The document's schemas, walked down to their fields."""

    named: dict[str, Any]

    def leaves(self, schema: dict[str, Any], steps: Steps = (), fixed: Fixed = ()) -> Iterator[Leaf]:
        if len(steps) > DEEPEST:
            return
        one = self.named[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if "discriminator" in one:
            yield from self._of_kinds(one["discriminator"], steps, fixed)
        elif "properties" in one:
            said = {way[-1] for way, _ in fixed}
            for name in one["properties"].keys() - said:
                yield from self.leaves(one["properties"][name], (*steps, name), fixed)
        elif one.get("type") == "array":
            # Of a pair, such as a GeoJSON position, the first.
            yield from self.leaves(one.get("items") or one["prefixItems"][0], (*steps, 0), fixed)
        else:
            yield from self._of_choices(one, steps, fixed)

    def _of_kinds(self, discriminator: dict[str, Any], steps: Steps, fixed: Fixed) -> Iterator[Leaf]:
        for kind, reference in discriminator["mapping"].items():
            said = ((*steps, discriminator["propertyName"]), kind)
            yield from self.leaves({"$ref": reference}, steps, (*fixed, said))

    def _of_choices(self, one: dict[str, Any], steps: Steps, fixed: Fixed) -> Iterator[Leaf]:
        choices = [part for part in one.get("anyOf", [one]) if part.get("type") != "null"]
        types = {part.get("type") for part in choices}
        if len(choices) == 1 and choices != [one]:
            yield from self.leaves(choices[0], steps, fixed)
        elif types <= SIMPLE and "const" not in one:
            yield Leaf(steps, frozenset(types), fixed)


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    schemas = Schemas(document["components"]["schemas"])
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method, {})
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            # A link is read before a body: what is sent with a good one is tried in test_reschedule_link.py.
            by_link = any(one["name"] == "token" for one in operation.get("parameters", ()))
            if content is not None and not by_link:
                schemes = {name for one in operation.get("security", []) for name in one}
                who = next((who for who, name in CALLERS if name in schemes), "anyone")
                yield Operation(method.upper(), path, who, tuple(schemas.leaves(content["schema"])))


CALLERS: Final = (("owner", "mover"), ("customer", "customer"), ("staff", "staff"))
OPERATIONS: Final = list(operations_of(json.loads((ROOT / "docs/openapi.json").read_text())))
WORDS: Final = frozenset({"string"})
NUMBERS: Final = frozenset({"number", "integer"})


@pytest.fixture(scope="module")
async def world(
    logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world_of(logins, app_database, tmp_path_factory.mktemp("world")) as made:
        yield made


async def send(world: World, operation: Operation, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json", "If-Match": '"v1"'} | world.headers_of(operation.who) | new_key()
    path = re.sub(r"\{\w+\}", ABSENT, operation.path)
    return await world.client.request(operation.method, path, content=body, headers=headers)


def spoiled(leaf: Leaf) -> Iterator[str]:
    """JSON that the field cannot hold."""
    yield '{"no":1}'
    if leaf.types == WORDS:
        yield '"a\\ud800b"'
        if leaf.steps[-1] not in OPAQUE:
            yield '"a\\u0000b"'
    if leaf.types & NUMBERS:
        yield from ("NaN", "-Infinity", "1e400", '"1e400"')


def names(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
async def test_no_field_takes_what_it_cannot_hold(world: World, operation: Operation) -> None:
    before = await world.row_counts()
    for leaf in operation.leaves:
        for token in spoiled(leaf):
            answer = await send(world, operation, leaf.body(token))
            assert answer.status_code == 422, (leaf.pointer, token, answer.text)
            faults = answer.json()["errors"]
            pointers = {fault["pointer"] for fault in faults}
            assert any(one.startswith(leaf.pointer) for one in pointers), (leaf.pointer, token, pointers)
            # As the library speaks, and not we.
            assert [fault for fault in faults if " should " in fault["message"]] == []
    assert await world.row_counts() == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
async def test_no_body_is_other_than_json_of_its_fields(world: World, operation: Operation) -> None:
    before = await world.row_counts()
    for body, status, code in (
        (b"{", 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b'"' + b"x" * 300 * 1024 + b'"', 413, "body_too_large"),
        (b"[]", 422, "validation_failed"),
        (b'{"surely_no_field": 1}', 422, "validation_failed"),
    ):
        answer = await send(world, operation, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (body[:30], answer.text)
    assert "/surely_no_field" in {fault["pointer"] for fault in answer.json()["errors"]}
    assert await world.row_counts() == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
async def test_no_body_says_a_thing_twice(world: World, operation: Operation) -> None:
    answer = await send(world, operation, b'{"surely": 1, "other": [{"a/b": 1, "a/b": 1}], "surely": 1, "surely": 3}')
    assert answer.status_code == 422, answer.text
    faults = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert faults == {("/surely", "repeated_field"), ("/other/0/a~1b", "repeated_field")}


def test_the_document_was_read() -> None:
    """Else the tests above would have nothing to send."""
    found = {leaf.pointer for operation in OPERATIONS for leaf in operation.leaves}
    assert {"/contact/full_name", "/origin/postal_code", "/organization/name", "/price/amount"} <= found
    assert len(found) > 100
