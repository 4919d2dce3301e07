"""Keyset pages: stable while rows are inserted, never a page number, never a total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 100

Item = TypeVar("Item")
Row = TypeVar("Row")


class ListQuery(BaseModel):
    """Base of every list's query parameters; a module adds its filters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT)] = DEFAULT_LIMIT
    cursor: Annotated[str | None, Field(max_length=2_000)] = None


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None


class PageRequest(BaseModel):
    """What a repository needs of a page: how many rows, and after which key."""

    limit: int = DEFAULT_LIMIT
    after: list[Any] | None = None


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[Any]]) -> tuple[list[Row], Sequence[Any] | None]:
    """A repository reads `limit + 1` rows; this gives the page and the key to go on after, None on the last page."""
    page = list(rows[:limit])
    return page, key(page[-1]) if len(rows) > limit else None
