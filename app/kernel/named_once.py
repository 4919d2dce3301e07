"""JSON in which no object names a thing twice: two readers of one text must not find two things in it."""

from __future__ import annotations

from typing import Any


class NamedTwice(ValueError):
    """An object of the text has one name twice."""


def named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An `object_pairs_hook` for `json.loads`. Raises: NamedTwice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NamedTwice("a name stands twice")
    return made
