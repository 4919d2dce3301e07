"""A company's prices as it writes them: the whole config, how it is read and how it is stored."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, ValidationError, model_validator

from app.kernel.errors import Fault
from app.kernel.faults import code_of, json_pointer, message_of
from app.kernel.money import ExactDecimal, known_currency
from app.modules.pricing.errors import ConfigInvalid
from app.modules.pricing.rules.examples import CONFIG, example_at
from app.modules.pricing.rules.kinds import KINDS, Stage, SurchargeRule
from app.modules.pricing.rules.promise import EstimateTerms
from app.modules.pricing.rules.rule import (
    Cents,
    Percent,
    Quantity,
    Rate,
    Strict,
    Whole,
    exactly_one,
    plain,
    refusal,
)
from app.modules.pricing.values import ZERO, Travel


class Deposit(Strict):
    """Of the total, and at most the total."""

    percent: Percent | None = None
    amount: Cents | None = None

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "percent", "amount")
        return self


class PricingConfig(Strict):
    """What a company charges. Rates are by hour and by mile, fractions are of one, percents of a hundred."""

    base_hourly_rate: Annotated[Rate, Field(examples=["150.00"])]
    base_mileage_rate: Annotated[Rate, Field(examples=["2.50"])]
    minimum_charge: Annotated[Cents, Field(examples=["200.00"])]
    surcharge_rules: Annotated[tuple[SurchargeRule, ...], Field(max_length=200)] = ()
    currency: Annotated[str, AfterValidator(known_currency)] = "USD"
    flat_rate: Cents | None = None
    included_crew: Annotated[Whole, Field(ge=1, le=50)] = 2
    extra_mover_hourly_rate: Rate | None = None
    minimum_hours: Annotated[Quantity, Field(le=1000)] = ZERO
    billing_increment_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 15
    travel: Travel = Travel.NONE
    double_drive_free_miles: Quantity = ZERO
    tax_rate: Annotated[ExactDecimal, Field(ge=0, lt=1, decimal_places=8), AfterValidator(plain)] = ZERO
    deposit: Deposit | None = None
    estimate: EstimateTerms | None = None
    # The platform's, as it is in force when a version is written: whatever is sent there.
    platform_fee_percent: Percent = ZERO

    @model_validator(mode="wrap")
    @classmethod
    def give_examples(cls, written: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """Each fault is refused together with what would be right in its place."""
        try:
            return validate(written)
        except ValidationError as refused:
            faults = refused.errors(include_url=False, include_input=False)
            raise refusal(
                *((one["loc"], one["type"], message_of(one), example_at(one["loc"], written)) for one in faults)
            ) from None

    @model_validator(mode="after")
    def refuse_free_labour(self) -> Self:
        """Hours may only be free where something else prices the move."""
        priced_by_load = any(KINDS[rule.type].stage is Stage.LINE_HAUL for rule in self.surcharge_rules)
        if self.base_hourly_rate == 0 and not self.flat_rate and not priced_by_load:
            raise refusal(
                (
                    ("base_hourly_rate",),
                    "free_labour",
                    "May be 0 only beside a flat_rate, or a distance, volume or weight rule.",
                    CONFIG["base_hourly_rate"],
                )
            )
        return self


def config_errors(refused: ValidationError) -> tuple[Fault, ...]:
    """Every fault with its JSON pointer, `/surcharge_rules/1/days`, as the web shows those of a request."""
    faults = refused.errors(include_url=False, include_input=False)
    return tuple(
        Fault(
            json_pointer(fault["loc"]),
            code_of(fault),
            message_of(fault),
            fault.get("ctx", {}).get("example"),
        )
        for fault in faults
    )


def parse_config(body: Any) -> PricingConfig:
    """Read a config from JSON values. Raises: ConfigInvalid (422) with every fault."""
    try:
        return PricingConfig.model_validate(body)
    except ValidationError as refused:
        faults = config_errors(refused)
        raise ConfigInvalid(
            f"{'One place' if len(faults) == 1 else f'{len(faults)} places'} of the price list cannot be taken.",
            faults=faults,
        ) from None


def config_to_json(config: PricingConfig) -> dict[str, Any]:
    """The stored form: decimals as strings, defaults written out, what is not set left out."""
    return config.model_dump(mode="json", exclude_none=True)
