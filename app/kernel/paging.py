"""Keyset pages: stable while rows are inserted, never a page number, never a total."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 100

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None


class PageRequest(BaseModel):
    """What a repository needs of a page: how many rows, and after which key."""

    limit: int = DEFAULT_LIMIT
    after: list[Any] | None = None
