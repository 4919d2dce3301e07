"""Bodies of JSON: what a name stands for twice is refused, not taken by chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from starlette.requests import Request

from app.kernel.errors import Fault, Unprocessable
from app.kernel.named_once import NamedTwice, named_once
from app.runtime.web.problems import BodyRefused, pointer_of

MOST_FAULTS: Final = 20


class JsonRequest(Request):
    """One name in one object once: a filter in front that reads the first of two must not see another body than we."""

    async def json(self) -> Any:
        """Raises: JSONDecodeError, RecursionError; BodyRefused (422), with the place of every name that came again."""
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                self._json = json.loads(body, object_pairs_hook=named_once)
            except NamedTwice:
                raise BodyRefused(_refusal(body)) from None
        return self._json


class _Pairs(list[tuple[str, Any]]):
    """An object as it stands in the text."""


def _refusal(body: bytes) -> Unprocessable:
    """The reader does not know where in the body it is, so a body that is refused is read once more."""
    places = islice(_repeated(json.loads(body, object_pairs_hook=_Pairs), ("body",)), MOST_FAULTS)
    faults = [Fault(pointer_of(place), "repeated_field", "This field stands here twice.") for place in places]
    return Unprocessable("A name stands twice in one object.", faults=tuple(faults))


def _repeated(read: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(read, _Pairs):
        seen: set[str] = set()
        told: set[str] = set()
        for name, value in read:
            if name in seen and name not in told:
                told.add(name)
                yield (*place, name)
            seen.add(name)
            yield from _repeated(value, (*place, name))
    elif isinstance(read, list):
        for index, value in enumerate(read):
            yield from _repeated(value, (*place, index))
