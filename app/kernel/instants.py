"""Times and days on the wire: text as RFC 3339 writes it. A number is not taken for seconds since 1970.

`Moment` may lack its offset: `app.kernel.localtime.to_instant` then reads it by the clock of a place; `Instant` may
not. All lie within two centuries, so that arithmetic with them cannot leave the calendar.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)


def _as_day(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("must be a day such as 2027-06-01")


def _as_moment(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise ValueError("must be a time such as 2027-06-01T08:00:00-07:00")


def _within_two_centuries(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


Day = Annotated[
    date,
    BeforeValidator(_as_day, json_schema_input_type=date),
    AfterValidator(_within_two_centuries),
    Field(examples=["2027-06-01"]),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_as_moment, json_schema_input_type=datetime),
    AfterValidator(_within_two_centuries),
    Field(examples=["2027-06-01T08:00:00-07:00"]),
]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_as_moment, json_schema_input_type=datetime),
    AfterValidator(_within_two_centuries),
]
