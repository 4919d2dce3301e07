from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kernel.text import Note500, Text20

pytestmark = pytest.mark.unit

LINE: TypeAdapter[str] = TypeAdapter(Text20)
NOTE: TypeAdapter[str] = TypeAdapter(Note500)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Dana \t", "Dana"),
        ("Zoe\u0308", "Zoë"),
        ("O'Brien #]; DROP", "O'Brien #]; DROP"),
        ("👩‍🚒 🇺🇸", "👩‍🚒 🇺🇸"),
        ("日本語 שלום", "日本語 שלום"),
    ],
)
def test_text_is_kept_trimmed_and_composed(written: str, kept: str) -> None:
    assert LINE.validate_python(written) == kept


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("a\x00b", r"NUL character \(U\+0000 at character 2\)"),
        ("\x00", "NUL character"),
        ("a\nb", "control characters or line breaks"),
        ("a\x7fb", "control characters"),
        ("a\u2028b", "line breaks"),
        ("a\ud83d", "lone surrogate"),
        ("a\u202ebc", "writing direction"),
        ("a\uffff", "non-character"),
        ("\u200b\u200d", "visible"),
        ("   ", "at least 1 character"),
        ("x" * 21, "at most 20 characters"),
        (7, "valid string"),
        (None, "valid string"),
    ],
)
def test_what_breaks_readers_is_refused_with_its_reason(written: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        LINE.validate_python(written)


def test_a_note_keeps_its_lines() -> None:
    assert NOTE.validate_python("one\r\ntwo\rthree\n\tfour\n") == "one\ntwo\nthree\n\tfour"
    with pytest.raises(ValidationError, match="control characters"):
        NOTE.validate_python("a\x1b[2J")


def test_the_schema_tells_the_lengths() -> None:
    assert LINE.json_schema() == {"type": "string", "minLength": 1, "maxLength": 20}


@given(st.text(max_size=60))
def test_what_is_accepted_can_be_stored_and_is_accepted_again_unchanged(written: str) -> None:
    try:
        kept = LINE.validate_python(written)
    except ValidationError:
        return
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert LINE.validate_python(kept) == kept
