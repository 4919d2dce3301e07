"""Optimistic concurrency: the version a client read against the version that stands."""

from __future__ import annotations

from app.kernel.errors import PreconditionFailed


def check_version(current: int, expected: int | None) -> None:
    """Raises: PreconditionFailed (412) when somebody changed the row since the client read it."""
    if expected is not None and expected != current:
        raise PreconditionFailed
