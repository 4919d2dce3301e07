import pytest
from pydantic import TypeAdapter, ValidationError

from app.runtime.phones import Phone

pytestmark = pytest.mark.unit

PHONE: TypeAdapter[str] = TypeAdapter(Phone)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("(415) 555-0134", "+14155550134"),
        ("415.555.0134", "+14155550134"),
        ("+1 415 555 0134", "+14155550134"),
        ("+44 20 7946 0958", "+442079460958"),
        (" 1-415-555-0134 ", "+14155550134"),
    ],
)
def test_numbers_are_kept_in_e164(written: str, kept: str) -> None:
    assert PHONE.validate_python(written) == kept


@pytest.mark.parametrize(
    "written", ["", "12", "555-0134", "call me", "+999 123456", "415-555-0134 x7", "1" * 30, "4155550134\x00"]
)
def test_what_nobody_can_dial_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        PHONE.validate_python(written)
