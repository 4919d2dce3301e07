"""Telephone numbers: read as people write them, kept in E.164."""

from typing import Annotated, Final

import phonenumbers
from phonenumbers import PhoneNumberType
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.kernel.text import clean_line

DEFAULT_REGION: Final = "US"
# Whoever owns such a number earns with every text that we send there.
COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
NORTH_AMERICA: Final = "+1"
AREA_CODE_ENDS: Final = 5


def to_e164(number: str) -> str:
    """The number in E.164; one without a country code is taken as a U.S. number.

    Raises: ValueError when it is no number that could exist, or has an extension (nobody can send it a text), or is
    of a range that costs extra.
    """
    try:
        parsed = phonenumbers.parse(number, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        raise ValueError("is not a telephone number") from None
    if parsed.extension:
        raise ValueError("must be a number without an extension")
    # "Possible", not "valid": the plan of numbers in use changes faster than its table is released.
    # Compared, not asked yes or no: a number that can be dialled only inside its own town counts as a yes.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("is not a telephone number: too short, too long, or no such country")
    if phonenumbers.number_type(parsed) in COSTLY:
        raise ValueError("must not be a premium-rate or shared-cost number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def dial_prefix(e164: str) -> str:
    """`+44` of a British number, `+1415` of a San Franciscan: what a fraud over paid-for ranges has in common."""
    if e164.startswith(NORTH_AMERICA):
        return e164[:AREA_CODE_ENDS]
    return f"+{phonenumbers.parse(e164).country_code}"


Phone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40),
    BeforeValidator(clean_line),
    AfterValidator(to_e164),
    Field(examples=["+14155550134"]),
]
