"""The lawful maximum at the door as it is asked for and answered."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.kernel.money import MoneyOut, known_currency, money_out
from app.modules.pricing.rules.delivery import (
    DAYS_UNTIL_BILLED,
    Arrived,
    Charges,
    DeliveryMaximum,
)
from app.modules.pricing.rules.rule import Cents, PositiveQuantity, Quantity, refusal
from app.modules.pricing.values import ZERO, EstimateKind


class ArrivedIn(BaseModel):
    """A delivery of a part, or of nothing: charges are owed for what was delivered, by its weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    loaded_lb: Annotated[PositiveQuantity, Field(examples=["7000"])]
    delivered_lb: Annotated[Quantity, Field(examples=["5250"])]
    valuation: Annotated[
        Cents, Field(description="The charge for its protection: owed whole, even of a total loss")
    ] = ZERO

    @model_validator(mode="after")
    def refuse_more_than_loaded(self) -> Self:
        if self.delivered_lb > self.loaded_lb:
            raise refusal((("delivered_lb",), "more_than_loaded", "No more is delivered than was loaded."))
        return self


class DeliveryIn(BaseModel):
    """What was estimated for a move and what it came to; all amounts in one currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EstimateKind
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$"), AfterValidator(known_currency)] = "USD"
    estimated: Annotated[Cents, Field(examples=["4000.00"])]
    final: Annotated[Cents | None, Field(description="As worked and weighed; null: the most that is allowed")] = None
    requested: Annotated[Cents, Field(description="Services asked for after the order was signed")] = ZERO
    impracticable: Annotated[Cents, Field(description="Impracticable operations, of interstate moves")] = ZERO

    arrived: Annotated[ArrivedIn | None, Field(description="null: all that was loaded")] = None

    @model_validator(mode="after")
    def refuse_impracticable_within_a_state(self) -> Self:
        if self.kind is EstimateKind.NOT_TO_EXCEED and self.impracticable:
            reason = "The ceiling is lifted by a signed change order only: give such services as requested."
            raise refusal((("impracticable",), "within_the_ceiling", reason))
        return self

    def to_charges(self) -> Charges:
        part = self.arrived
        arrived = None if part is None else Arrived(part.loaded_lb, part.delivered_lb, part.valuation)
        return Charges(self.kind, self.estimated, self.final, self.requested, self.impracticable, arrived)


class PartOut(BaseModel):
    """A part of the charges, and what limits it."""

    code: Annotated[str, Field(examples=["impracticable_operations"])]
    at_delivery: MoneyOut
    later: MoneyOut
    authority: str


class DeliveryOut(BaseModel):
    """The most that may be asked for at the door. Not legal advice: each part names its authority."""

    at_delivery: MoneyOut
    later: Annotated[MoneyOut, Field(description="Billed, but not at the door")]
    later_after_days: int
    never: Annotated[MoneyOut, Field(description="Beyond a binding total or a ceiling, or for what was lost: not owed")]
    parts: list[PartOut]


def delivery_out(maximum: DeliveryMaximum, currency: str) -> DeliveryOut:
    return DeliveryOut(
        at_delivery=money_out(maximum.at_delivery, currency),
        later=money_out(maximum.later, currency),
        later_after_days=DAYS_UNTIL_BILLED,
        never=money_out(maximum.never, currency),
        parts=[
            PartOut(
                code=part.code,
                at_delivery=money_out(part.at_delivery, currency),
                later=money_out(part.later, currency),
                authority=part.authority,
            )
            for part in maximum.parts
        ],
    )
