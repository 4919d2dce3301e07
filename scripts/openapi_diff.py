"""What changed between two OpenAPI documents, and whether a client that worked yesterday could stop working.

For what a client sends, asking for more breaks it; for what it is sent, giving less does. Texts break nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Schema = dict[str, Any]
METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
# Bounds on what a client may send: a lower ceiling and a higher floor are tighter.
CEILINGS: Final = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
FLOORS: Final = ("minLength", "minimum", "exclusiveMinimum", "minItems")


class Way(StrEnum):
    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True)
class Change:
    """`place` is an operation, then the way into its schemas."""

    place: str
    sentence: str
    is_breaking: bool

    def __str__(self) -> str:
        return f"{'BREAKING' if self.is_breaking else 'added   '} {self.place}: {self.sentence}"


def compare(old: Schema, new: Schema) -> list[Change]:
    """The changes that a client can see, place by place."""
    changes = set(_Comparison(old, new).operations())
    return sorted(changes, key=lambda change: (change.place, change.sentence))


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._compared: set[tuple[str, str, Way]] = set()

    def operations(self) -> Iterator[Change]:
        old, new = _operations(self._old), _operations(self._new)
        for name in old.keys() - new.keys():
            yield Change(name, "is gone", is_breaking=True)
        for name in new.keys() - old.keys():
            yield Change(name, "is new", is_breaking=False)
        for name, operation in old.items():
            if name in new:
                yield from self._parameters(name, operation, new[name])
                yield from self._body(name, operation.get("requestBody"), new[name].get("requestBody"))
                yield from self._responses(name, operation["responses"], new[name]["responses"])

    def _parameters(self, place: str, old: Schema, new: Schema) -> Iterator[Change]:
        before, after = _parameters(old), _parameters(new)
        for key in before.keys() - after.keys():
            yield Change(place, f"takes no {key} any more", is_breaking=True)
        for key, parameter in after.items():
            is_required = parameter.get("required", False)
            if key not in before:
                yield Change(place, f"takes {'and needs ' if is_required else ''}{key}", is_breaking=is_required)
                continue
            if is_required and not before[key].get("required", False):
                yield Change(place, f"now needs {key}", is_breaking=True)
            yield from self._schema(f"{place} {key}", before[key]["schema"], parameter["schema"], Way.SENT)

    def _body(self, place: str, old: Schema | None, new: Schema | None) -> Iterator[Change]:
        if new is None or old is None:
            if old is not None or new is not None:
                is_breaking = new is None or new.get("required", False)
                yield Change(place, "takes a body" if new else "takes no body any more", is_breaking=is_breaking)
            return
        if new.get("required", False) and not old.get("required", False):
            yield Change(place, "now needs a body", is_breaking=True)
        yield from self._content(f"{place} body", old["content"], new["content"], Way.SENT)

    def _responses(self, place: str, old: Schema, new: Schema) -> Iterator[Change]:
        for status in old.keys() | new.keys():
            if status not in new:
                yield Change(place, f"answers no {status} any more", is_breaking=status.startswith("2"))
            elif status not in old:
                yield Change(place, f"may answer {status}", is_breaking=False)
            else:
                before, after = old[status].get("content", {}), new[status].get("content", {})
                yield from self._content(f"{place} {status}", before, after, Way.RECEIVED)

    def _content(self, place: str, old: Schema, new: Schema, way: Way) -> Iterator[Change]:
        for kind in old.keys() - new.keys():
            yield Change(place, f"is no {kind} any more", is_breaking=True)
        for kind in new.keys() - old.keys():
            yield Change(place, f"may be {kind}", is_breaking=False)
        for kind in old.keys() & new.keys():
            yield from self._schema(place, old[kind].get("schema", {}), new[kind].get("schema", {}), way)

    def _schema(self, place: str, old: Schema, new: Schema, way: Way) -> Iterator[Change]:
        before, after = _alternatives(old, self._old), _alternatives(new, self._new)
        for key in before.keys() - after.keys():
            yield Change(place, f"is no {key} any more", is_breaking=way is Way.SENT or not after)
        for key in after.keys() - before.keys():
            yield Change(place, f"may be {key}", is_breaking=way is Way.RECEIVED)
        for key in before.keys() & after.keys():
            yield from self._alternative(f"{place}", before[key], after[key], way)

    def _alternative(self, place: str, old: Schema, new: Schema, way: Way) -> Iterator[Change]:
        pair = (json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True), way)
        if pair in self._compared:  # a schema may hold itself
            return
        self._compared.add(pair)
        yield from _values(place, old, new, way)
        if way is Way.SENT:
            yield from _bounds(place, old, new)
        yield from self._properties(place, old, new, way)
        if "items" in old and "items" in new:
            yield from self._schema(f"{place}[]", old["items"], new["items"], way)
        if isinstance(old.get("additionalProperties"), dict) and isinstance(new.get("additionalProperties"), dict):
            yield from self._schema(f"{place}{{}}", old["additionalProperties"], new["additionalProperties"], way)

    def _properties(self, place: str, old: Schema, new: Schema, way: Way) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        had, has = set(old.get("required", [])), set(new.get("required", []))
        for name in before.keys() - after.keys():
            yield Change(f"{place}.{name}", "is gone", is_breaking=True)
        for name in after.keys() - before.keys():
            is_asked = name in has and way is Way.SENT
            yield Change(f"{place}.{name}", "is new and needed" if is_asked else "is new", is_breaking=is_asked)
        for name in before.keys() & after.keys():
            if name in has - had:
                yield Change(f"{place}.{name}", "is always there", is_breaking=way is Way.SENT)
            if name in had - has:
                yield Change(f"{place}.{name}", "may be left out", is_breaking=way is Way.RECEIVED)
            yield from self._schema(f"{place}.{name}", before[name], after[name], way)


def _operations(document: Schema) -> dict[str, Schema]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def _parameters(operation: Schema) -> dict[str, Schema]:
    return {f"{one['in']} {one['name']}": one for one in operation.get("parameters", [])}


def _alternatives(schema: Schema, document: Schema) -> dict[str, Schema]:
    """The kinds of value that a schema allows, each resolved, by a name that survives a renaming of schemas."""
    if "$ref" in schema:
        return _alternatives(_resolved(schema["$ref"], document), document)
    found: dict[str, Schema] = {}
    variants = schema.get("anyOf") or schema.get("oneOf")
    if variants is None:
        key = " ".join(str(schema[name]) for name in ("type", "format") if name in schema) or "anything"
        return {key: schema}
    for variant in variants:
        for key, one in _alternatives(variant, document).items():
            # Two objects are told apart by the one field that says which they are.
            found[f"{key} {_tag(one)}".strip() if key in found or _tag(one) else key] = one
    return found


def _tag(schema: Schema) -> str:
    constants = [f"{name}={one['const']}" for name, one in schema.get("properties", {}).items() if "const" in one]
    return ", ".join(constants)


def _resolved(reference: str, document: Schema) -> Schema:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    resolved: Schema = found
    return resolved


def _values(place: str, old: Schema, new: Schema, way: Way) -> Iterator[Change]:
    before, after = _closed_set(old), _closed_set(new)
    if before == after:
        return
    if before is None or after is None:
        is_narrower = before is None
        sentence = "is one of a closed list now" if is_narrower else "is no closed list any more"
        yield Change(place, sentence, is_breaking=is_narrower == (way is Way.SENT))
        return
    for value in sorted(before - after):
        yield Change(place, f"no longer knows {value}", is_breaking=way is Way.SENT)
    for value in sorted(after - before):
        # Clients are told to expect new words in answers.
        yield Change(place, f"knows {value}", is_breaking=False)


def _closed_set(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return {str(value) for value in schema["enum"]} if "enum" in schema else None


def _bounds(place: str, old: Schema, new: Schema) -> Iterator[Change]:
    for name in (*CEILINGS, *FLOORS, "pattern"):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        is_tighter = after is not None and (
            before is None or name == "pattern" or (after < before if name in CEILINGS else after > before)
        )
        yield Change(place, f"{name} was {before} and is {after}", is_breaking=is_tighter)
