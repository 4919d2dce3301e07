"""What pydantic finds wrong with a field, in a client developer's words: where it is, its code, what it must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

CODES: Final = {"missing": "required", "extra_forbidden": "unknown_field", "json_invalid": "not_json"}
WHOLE_NUMBER: Final = "must be a whole number"
NUMBER: Final = "must be a number"
DATE: Final = "must be a date, such as 2027-06-01"
DATE_AND_TIME: Final = "must be a date and time, such as 2027-06-01T08:00:00"
CLOCK: Final = "must be a time of day, such as 08:00"
UUID: Final = "must be an id: a UUID"
OBJECT: Final = "must be an object"
LIST: Final = "must be a list"
YES_OR_NO: Final = "must be true or false"
ONE_OF: Final = "must be one of: {expected}"

MESSAGES: Final[Mapping[str, str]] = {
    "extra_forbidden": "There is no such field.",
    "missing": "This is required.",
    "string_type": "must be text",
    "string_unicode": "must be text of whole characters: half of one stands alone",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have {max_length} or fewer characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "int_type": WHOLE_NUMBER,
    "int_parsing": WHOLE_NUMBER,
    "int_from_float": WHOLE_NUMBER,
    "int_parsing_size": "must have fewer digits",
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "finite_number": "must be a finite number",
    "decimal_max_places": "must have at most {decimal_places} decimal places",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "bool_type": YES_OR_NO,
    "bool_parsing": YES_OR_NO,
    "list_type": LIST,
    "tuple_type": LIST,
    "set_type": LIST,
    "frozen_set_type": LIST,
    "too_short": "must have {min_length} or more entries",
    "too_long": "must have {max_length} or fewer entries",
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "enum": ONE_OF,
    "literal_error": ONE_OF,
    "union_tag_not_found": "must name its {discriminator}",
    "union_tag_invalid": "must name as its {discriminator} one of: {expected_tags}",
    "uuid_type": UUID,
    "uuid_parsing": UUID,
    "date_type": DATE,
    "date_parsing": DATE,
    "date_from_datetime_parsing": DATE,
    "date_from_datetime_inexact": DATE,
    "datetime_type": DATE_AND_TIME,
    "datetime_parsing": DATE_AND_TIME,
    "datetime_from_date_parsing": DATE_AND_TIME,
    "datetime_object_invalid": DATE_AND_TIME,
    "timezone_aware": "must say its offset from UTC, as 2027-06-01T08:00:00-07:00 does",
    "time_type": CLOCK,
    "time_parsing": CLOCK,
    "none_required": "must be null",
}


def json_pointer(steps: Iterable[int | str]) -> str:
    """RFC 6901."""
    return "".join(f"/{step}" for step in (str(step).replace("~", "~0").replace("/", "~1") for step in steps))


def _plain(value: object) -> str:
    """Where a check of ours stands before the library's, it tells a bound as Python writes it."""
    return str(value).removeprefix("Decimal('").removesuffix("')")


def code_of(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    return CODES.get(kind, kind)


def message_of(error: Mapping[str, Any]) -> str:
    """Of a pydantic error: ours, or what a check of ours has raised. None of them quotes what was sent."""
    told = str(error["msg"]).removeprefix("Value error, ")
    try:
        return MESSAGES[str(error["type"])].format_map(
            {name: _plain(value) for name, value in error.get("ctx", {}).items()}
        )
    except KeyError:
        # A code that only our own checks have, or one of the library's that a check took, with its own sentence.
        return told
