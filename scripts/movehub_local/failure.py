"""The one way in which bringing up may fail: a sentence with the remedy."""

from __future__ import annotations

import os
import pwd
from pathlib import Path


class CannotContinue(Exception):
    """Work ends here with exit code 1; the message is one sentence that says what to do."""


class Stopped(BaseException):
    """A signal asked us to leave; not an error, so no `except Exception` may hold it."""


def last_line(text: str) -> str:
    """The last line that says something, for a sentence about a program that failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def about_machine(error: OSError) -> str:
    """What the machine refused, as a sentence with the remedy: a file of somebody else's, a full disk."""
    place = Path(os.fsdecode(error.filename)).absolute() if isinstance(error.filename, str | bytes | Path) else None
    if not isinstance(error, PermissionError):
        return f"{place or 'This machine'}: {error.strerror or error}. Make that possible, then come back."
    if place is None:
        return "A process that runs here is another user's: do this as the one who started it."
    return (
        f"{place} may not be written by {_name_of(os.geteuid())}: it belongs to {_owner(place)}. "
        "Do this as that user, or in a copy of the folder that is yours."
    )


def _owner(place: Path) -> str:
    """Whose it is, or, of what is not there yet, whose the folder is in which it was to be made."""
    for one in (place, *place.parents):
        try:
            return _name_of(one.stat().st_uid)
        except OSError:
            continue
    return "another user"


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
