"""What every rule shares: its model's base, its kinds of number, and what it hands to the engine."""

from __future__ import annotations

from collections.abc import Sized
from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from app.kernel.money import Amount, ExactDecimal, parse_decimal, round_cents
from app.kernel.text import Text120
from app.modules.pricing.values import ZERO, Unit

T = TypeVar("T", bound=Sized)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)


def plain(number: Decimal, places: int = 0) -> Decimal:
    """The same number in its one written form: no exponent, no zeros beyond `places` decimals, no minus zero."""
    shortest = abs(number).normalize()
    exponent = shortest.as_tuple().exponent
    if isinstance(exponent, int) and exponent > -places:
        return shortest.quantize(Decimal(1).scaleb(-places))
    return shortest


def parse_whole(value: Any) -> int:
    number = parse_decimal(value)
    if number != number.to_integral_value():
        raise ValueError("must be a whole number")
    return int(number)


# 150, 150.0 and "150.00" are read as one number and stored in one form, so that versions compare as text.
Cents = Annotated[Amount, AfterValidator(lambda number: abs(round_cents(number)))]
Rate = Annotated[
    ExactDecimal, Field(ge=0, le=1_000_000, decimal_places=6), AfterValidator(lambda number: plain(number, 2))
]
Quantity = Annotated[ExactDecimal, Field(ge=0, le=10_000_000, decimal_places=3), AfterValidator(plain)]
PositiveQuantity = Annotated[ExactDecimal, Field(gt=0, le=10_000_000, decimal_places=3), AfterValidator(plain)]
Percent = Annotated[ExactDecimal, Field(ge=0, le=100, decimal_places=4), AfterValidator(plain)]
Multiplier = Annotated[ExactDecimal, Field(ge=1, le=100, decimal_places=6), AfterValidator(lambda m: plain(m, 2))]
Whole = Annotated[int, BeforeValidator(parse_whole, json_schema_input_type=int)]
Flag = Annotated[bool, Field(strict=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=60)]
Description = Text120


class AtLeastOne:
    """A list that must not be empty. Unlike `min_length` it does not count elements that were refused as absent."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.refuse_empty, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "minItems": 1}

    @staticmethod
    def refuse_empty(values: T) -> T:
        if not values:
            raise PydanticCustomError("too_short", "Give at least one.")
        return values


class Charge(NamedTuple):
    """What a rule asks for; the engine multiplies and rounds."""

    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    description: str


class Sums:
    """The sums of rounded lines that later rules build on."""

    __slots__ = ("base", "left", "line_haul", "markups")

    def __init__(self, base: Decimal, line_haul: Decimal) -> None:
        self.base = base  # labour and mileage
        self.line_haul = line_haul  # mileage, distance, volume, weight
        self.markups = ZERO  # the multiplier lines so far
        self.left = ZERO  # what the earlier discounts left


class Strict(BaseModel):
    """Unknown fields are refused: a typo in a price must not be lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Rule(Strict):
    """A surcharge rule; each subclass adds `type`, its fields, and has one function beside it."""


Refused = tuple[tuple[str | int, ...], str, str] | tuple[tuple[str | int, ...], str, str, Any]


def refusal(*faults: Refused) -> ValidationError:
    """Each fault (where, code, sentence, maybe an example) at its own place; raised in a validator, it is merged where
    it stands.
    """
    return ValidationError.from_exception_data("rule", [_detail(*fault) for fault in faults])


def _detail(where: tuple[str | int, ...], code: str, sentence: str, example: Any = None) -> InitErrorDetails:
    """Of the context no sentence says anything: it goes along with the fault."""
    context = None if example is None else {"example": example}
    return InitErrorDetails(type=PydanticCustomError(code, sentence, context), loc=where, input=None)


def exactly_one(model: BaseModel, *names: str) -> None:
    """For a model validator. Raises: ValidationError, at the model itself."""
    if sum(getattr(model, name) is not None for name in names) != 1:
        raise refusal(((), "exactly_one", f"Give exactly one of {' and '.join(names)}."))


class Markup(Rule):
    """A rule about when the move starts: `multiplier` of the base, or a fixed `amount`."""

    multiplier: Multiplier | None = None
    amount: Cents | None = None
    compounds: Flag = False

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "multiplier", "amount")
        if self.compounds and self.multiplier is None:
            raise refusal((("compounds",), "without_multiplier", "Only a multiplier can compound."))
        return self


def mark_up(rule: Markup, sums: Sums, description: str) -> Charge:
    """The charge of a time rule that applies; a share says of what, in words for who pays it."""
    if rule.multiplier is None:
        return Charge(ONE, Unit.JOB, rule.amount or ZERO, description)
    share = rule.multiplier - ONE
    base = sums.base + sums.markups if rule.compounds else sums.base
    of = "labour, mileage and the surcharges above" if rule.compounds else "labour and mileage"
    return Charge(share, Unit.SHARE, base, f"{description}, {(share * HUNDRED).normalize():f} % of {of}")
