"""Keys that stand in settings wrapped by another key, which the settings do not hold or hold elsewhere."""

from __future__ import annotations

from typing import Protocol


class KeysUnavailable(Exception):
    """A key cannot be wrapped or unwrapped; the message is one sentence without any of it."""


class KeyWrapper(Protocol):
    """Asked once a key, when a process starts: nothing is sealed or opened by it. `use`: what the secret is for, which
    is bound to it: put in the place of another it opens nothing.
    """

    def wrap(self, secret: str, use: str) -> str:
        """A text that only `unwrap` makes the secret of, of visible ASCII. Raises: KeysUnavailable."""
        ...

    def unwrap(self, wrapped: str, use: str) -> str:
        """The secret. Raises: KeysUnavailable for what was changed, is for another use, or was wrapped by a key that is
        gone or refused.
        """
        ...
