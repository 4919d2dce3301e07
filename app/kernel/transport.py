"""How a client keeps what it signed in with."""

from __future__ import annotations

from enum import StrEnum


class Transport(StrEnum):
    """How a client keeps its tokens: in its own hands, or in HTTP-only cookies."""

    BEARER = "bearer"
    COOKIE = "cookie"
