"""Bounds in the words of JSON Schema: where a check of ours stands before the library's, it writes its own names."""

from __future__ import annotations

from typing import Any, Final

OF_NUMBERS: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    # `multipleOf: 0.01` would say it, and fail in clients that count with floats.
    "decimal_places": "x-decimal-places",
}
OF_LISTS: Final = {"minLength": "minItems", "maxLength": "maxItems"}
BY_NAME: Final = frozenset({"properties", "patternProperties", "$defs", "schemas"})
# What stands there is no schema.
VALUES: Final = frozenset({"default", "example", "examples", "enum", "const", "discriminator"})


def put_in_words(schema: Any) -> None:
    """Rename the bounds in a schema, and in all that it is made of, where they stand."""
    if isinstance(schema, list):
        for one in schema:
            put_in_words(one)
    if not isinstance(schema, dict):
        return
    words = OF_NUMBERS | (OF_LISTS if schema.get("type") == "array" else {})
    for name in words.keys() & schema.keys():
        schema[words[name]] = schema.pop(name)
    for name, part in schema.items():
        if name in BY_NAME:
            put_in_words(list(part.values()))
        elif name not in VALUES:
            put_in_words(part)
