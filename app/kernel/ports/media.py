"""Looks at bytes that a stranger sent, and gives back what may be shown to others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Flaw(StrEnum):
    """Why bytes may not be shown to anybody."""

    UNREADABLE = "unreadable"  # broken, locked with a password, or too much work to open
    TOO_MANY_PIXELS = "too_many_pixels"
    ACTIVE_CONTENT = "active_content"  # a document that runs something when it is opened


class Flawed(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


class InspectorUnavailable(Exception):
    """The bytes could not be looked at right now; the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """Photos are drawn anew, upright and without what the camera wrote beside them; documents stay to the byte."""

    content_type: str
    body: bytes
    width: int | None
    height: int | None
    thumbnail: bytes | None


class MediaInspector(Protocol):
    async def inspect(self, body: bytes, content_type: str) -> Inspected:
        """`content_type` is what the first bytes say. Raises: Flawed, InspectorUnavailable."""
        ...
