"""Money: an exact decimal amount and its currency. The one rounding function of the program stands here."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

CENT: Final = Decimal("0.01")
# numeric(12,2): ten digits before the point.
LARGEST_AMOUNT: Final = Decimal("9999999999.99")
# Currencies with a subdivision of exactly two decimals that we accept; JPY (0) and KWD (3) are refused for now.
CURRENCIES: Final = frozenset({"USD", "CAD", "EUR", "GBP", "MXN", "AUD", "NZD", "CHF"})


def round_cents(value: Decimal) -> Decimal:
    """Round to the cent, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def parse_decimal(value: Any) -> Decimal:
    """Read a decimal from its text, never through a binary float's value.

    A JSON number reaches us as a float; its shortest repr is the text the client wrote, up to 15 digits.
    Raises: ValueError for booleans, NaN, infinities, and text that is no number.
    """
    if isinstance(value, bool):
        raise ValueError("must be a number or a decimal string")
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int | float):
        if isinstance(value, float) and len(repr(value).lstrip("-").replace(".", "").lstrip("0")) > 15:  # noqa: PLR2004
            raise ValueError("has more digits than a JSON number carries exactly; send it as a string")
        number = Decimal(repr(value))
    elif isinstance(value, str) and len(value) <= 40 and value.isascii() and "_" not in value:  # noqa: PLR2004
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            raise ValueError("must be a number or a decimal string") from None
    else:
        raise ValueError("must be a number or a decimal string")
    if not number.is_finite():
        raise ValueError("must be finite")
    if abs(number.adjusted()) > 30:  # noqa: PLR2004
        raise ValueError("is out of range")
    return number


ExactDecimal = Annotated[
    Decimal,
    BeforeValidator(parse_decimal, json_schema_input_type=float | str),
    PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json"),
]
Amount = Annotated[
    ExactDecimal,
    Field(ge=0, le=LARGEST_AMOUNT, decimal_places=2, examples=["150.00"]),
]


def known_currency(code: str) -> str:
    """The code itself. Raises: ValueError for a currency that we do not count in."""
    if code not in CURRENCIES:
        raise ValueError(f"must be a currency with two decimals that we know: {', '.join(sorted(CURRENCIES))}")
    return code


class Money(NamedTuple):
    """An amount of one currency. Arithmetic between currencies is a programming error and raises."""

    amount: Decimal
    currency: str

    def plus(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)


class MoneyOut(BaseModel):
    """Money on the wire, going out: always two decimals in a string."""

    model_config = ConfigDict(frozen=True)

    amount: Annotated[str, Field(examples=["150.00"])]
    currency: Annotated[str, Field(examples=["USD"])]


class MoneyIn(BaseModel):
    """Money on the wire, coming in: a number or a string, not negative, at most two decimals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Amount
    currency: Annotated[
        str,
        Field(pattern="^[A-Z]{3}$", json_schema_extra={"enum": sorted(CURRENCIES)}),
        AfterValidator(known_currency),
    ] = "USD"

    def to_money(self) -> Money:
        return Money(round_cents(self.amount), self.currency)


def money_out(amount: Decimal, currency: str) -> MoneyOut:
    return MoneyOut(amount=f"{round_cents(amount):.2f}", currency=currency)
