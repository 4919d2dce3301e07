"""The one way in which bringing up may fail: a sentence with the remedy."""

from __future__ import annotations


class CannotContinue(Exception):
    """Work ends here with exit code 1; the message is one sentence that says what to do."""


class Stopped(BaseException):
    """A signal asked us to leave; not an error, so no `except Exception` may hold it."""


def last_line(text: str) -> str:
    """The last line that says something, for a sentence about a program that failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
