"""Text that people write: trimmed, in Unicode's composed form (NFC), without what breaks its readers.

Refused, each with its own sentence: NUL and other control characters, lone surrogates (no UTF-8 form),
non-characters, and the controls that turn the writing direction around (they make a name read as another).
Emoji and every script are welcome.
"""

import unicodedata
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, StringConstraints

DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_SEPARATORS: Final = frozenset("\u2028\u2029")
NOTE_CONTROLS: Final = frozenset("\n\t")


def clean_line(value: Any) -> Any:
    """One line of text, ready to store; what is no text is handed on for the type's own error.

    Raises: ValueError, naming the character by its code point and place.
    """
    if not isinstance(value, str):
        return value
    line = value.strip()
    _refuse_broken_characters(line, allowed=frozenset())
    return _composed(line)


def upper_line(value: Any) -> Any:
    """As `clean_line`, in capitals: codes and plates."""
    cleaned = clean_line(value)
    return cleaned.upper() if isinstance(cleaned, str) else cleaned


def clean_note(value: Any) -> Any:
    r"""Text of several lines: tabs stay, and every line ends with \n. Otherwise as `clean_line`."""
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_broken_characters(lines, allowed=NOTE_CONTROLS)
    return _composed(lines)


def _composed(value: str) -> str:
    text = unicodedata.normalize("NFC", value.strip())
    if text and not any(_is_visible(character) for character in text):
        raise ValueError("must have at least one visible character")
    return text


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZM"


def _refuse_broken_characters(value: str, *, allowed: frozenset[str]) -> None:
    if value.isascii() and value.isprintable():
        return
    for place, character in enumerate(value):
        complaint = None if character in allowed else _complaint_about(character)
        if complaint:
            raise ValueError(f"must not contain {complaint} (U+{ord(character):04X} at character {place + 1})")


def _complaint_about(character: str) -> str | None:
    category = unicodedata.category(character)
    if character == "\x00":
        return "the NUL character"
    if category == "Cc" or character in LINE_SEPARATORS:
        return "control characters or line breaks"
    if category == "Cs":
        return "a lone surrogate, which is half of a character"
    if character in DIRECTION_CONTROLS:
        return "controls of the writing direction"
    if ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF:  # noqa: PLR2004 - Unicode 23.7
        return "a non-character"
    return None


# The constraints stand before the cleaning in the list, so that they are checked after it, on the text itself.
Text20 = Annotated[str, StringConstraints(min_length=1, max_length=20), BeforeValidator(clean_line)]
Text60 = Annotated[str, StringConstraints(min_length=1, max_length=60), BeforeValidator(clean_line)]
Text120 = Annotated[str, StringConstraints(min_length=1, max_length=120), BeforeValidator(clean_line)]
Text200 = Annotated[str, StringConstraints(min_length=1, max_length=200), BeforeValidator(clean_line)]
Note500 = Annotated[str, StringConstraints(min_length=1, max_length=500), BeforeValidator(clean_note)]
Note2000 = Annotated[str, StringConstraints(min_length=1, max_length=2000), BeforeValidator(clean_note)]
