"""What a client developer reads of a field that cannot be taken."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from app.kernel.faults import MESSAGES, message_of

pytestmark = pytest.mark.unit


class Size(StrEnum):
    STUDIO = "studio"
    LOFT = "loft"


Short = Annotated[str, StringConstraints(min_length=2, max_length=3, pattern="^[a-z]+$")]
Cents = Annotated[Decimal, Field(gt=0, lt=10, decimal_places=2)]


@pytest.mark.parametrize(
    ("kind", "sent", "message"),
    [
        (str, 7, "must be text"),
        (Short, "a", "must have 2 or more characters"),
        (Short, "abcd", "must have 3 or fewer characters"),
        (Short, "ABC", "must match the pattern ^[a-z]+$"),
        (int, "seven", "must be a whole number"),
        (int, 7.5, "must be a whole number"),
        (Decimal, "seven", "must be a number"),
        (Cents, "1.234", "must have at most 2 decimal places"),
        (Cents, "0", "must be more than 0"),
        (Cents, "10", "must be less than 10"),
        (Annotated[int, Field(ge=1)], 0, "must be 1 or more"),
        (Annotated[int, Field(le=9)], 10, "must be 9 or less"),
        (bool, "maybe", "must be true or false"),
        (list[int], "1", "must be a list"),
        (Annotated[list[int], Field(min_length=1)], [], "must have 1 or more entries"),
        (dict[str, int], [], "must be an object"),
        (Size, "castle", "must be one of: 'studio' or 'loft'"),
        (Literal["a", "b"], "c", "must be one of: 'a' or 'b'"),
        (UUID, "7", "must be an id: a UUID"),
        (date, "tomorrow", "must be a date, such as 2027-06-01"),
        (datetime, "tomorrow", "must be a date and time, such as 2027-06-01T08:00:00"),
        (AwareDatetime, "2027-06-01T08:00:00", "must say its offset from UTC, as 2027-06-01T08:00:00-07:00 does"),
    ],
)
def test_it_says_what_the_field_must_be(kind: Any, sent: object, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(sent)
    assert message_of(refused.value.errors()[0]) == message


def test_a_check_of_ours_speaks_for_itself() -> None:
    own = {"type": "too_short", "msg": "Give at least one.", "ctx": {}}
    assert message_of(own) == "Give at least one."
    assert message_of({"type": "value_error", "msg": "Value error, names a day twice"}) == "names a day twice"


def test_every_code_is_one_of_the_library() -> None:
    """A code that it has renamed would fall back to its own words."""
    assert MESSAGES.keys() - set(get_args(ErrorType)) == set()
