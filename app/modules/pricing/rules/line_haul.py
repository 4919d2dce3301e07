"""The way and the load: distance, volume and weight by bands, and the fuel surcharge upon them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from app.kernel.money import ExactDecimal
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules.rule import (
    HUNDRED,
    ONE,
    AtLeastOne,
    Cents,
    Charge,
    Percent,
    PositiveQuantity,
    Rate,
    Refused,
    Rule,
    Strict,
    Sums,
    exactly_one,
    plain,
    refusal,
)
from app.modules.pricing.values import ZERO, Job, Unit, Unpriced


class _Part(NamedTuple):
    """What one band adds."""

    quantity: Decimal
    unit: Unit
    unit_price: Decimal


def _rising(up_to: str, rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """Upper ends are inclusive and rise; the last row has none.

    Raises: ValidationError with every row that does not follow.
    """
    faults: list[Refused] = []
    below = ZERO
    for index, row in enumerate(rows):
        end: Decimal | None = getattr(row, up_to)
        if index == len(rows) - 1:
            if end is not None:
                faults.append(((index, up_to), "open_end", "The last one has no upper end: leave it out."))
        elif end is None:
            faults.append(((index, up_to), "required", "Only the last one may have no upper end."))
        elif end <= below:
            faults.append(((index, up_to), "not_rising", "The upper ends must rise."))
        else:
            below = end
    if faults:
        raise refusal(*faults)
    return rows


_Most = Field(max_length=50)


def _sum_of(parts: Sequence[_Part], name: str) -> Charge | None:
    """One part is shown as it is, several as their exact sum: a rule is one line, rounded once."""
    if not parts:
        return None
    if len(parts) == 1:
        return Charge(*parts[0], name)
    total = sum((part.quantity * part.unit_price for part in parts), ZERO)
    shown = " + ".join(f"{part.quantity:f} {part.unit} at {part.unit_price:f}" for part in parts)
    return Charge(ONE, Unit.JOB, total, f"{name}: {shown}")


def _marginal(
    bands: Iterable[tuple[Decimal | None, Decimal | None, Decimal | None]], whole: Decimal, unit: Unit
) -> list[_Part]:
    """What each (upper end, rate, amount) band adds: the rate on the part inside it, the amount once it is entered."""
    parts: list[_Part] = []
    below = ZERO
    for upper, rate, amount in bands:
        if whole <= below:
            break
        if rate is not None:
            inside = whole if upper is None or whole < upper else upper
            parts.append(_Part(inside - below, unit, rate))
        elif amount is not None:
            parts.append(_Part(ONE, Unit.JOB, amount))
        below = whole if upper is None else upper
    return parts


class DistanceBand(Strict):
    """Miles up to `up_to_miles`: `per_mile` for those inside the band, or `amount` once it is entered."""

    up_to_miles: PositiveQuantity | None = None
    per_mile: Rate | None = None
    amount: Cents | None = None

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "per_mile", "amount")
        return self


class DistanceRule(Rule):
    type: Literal["distance"]
    bands: Annotated[tuple[DistanceBand, ...], AtLeastOne(), _Most, AfterValidator(partial(_rising, "up_to_miles"))]


def distance(rule: DistanceRule, job: Job, _sums: Sums) -> Charge | None:
    bands = ((band.up_to_miles, band.per_mile, band.amount) for band in rule.bands)
    return _sum_of(_marginal(bands, job.distance_miles, Unit.MILE), "Distance")


class VolumeBand(Strict):
    """Cubic feet up to `up_to_cuft`: `per_cuft` for those inside the band, or `amount` once it is entered."""

    up_to_cuft: PositiveQuantity | None = None
    per_cuft: Rate | None = None
    amount: Cents | None = None

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "per_cuft", "amount")
        return self


class VolumeRule(Rule):
    type: Literal["volume"]
    bands: Annotated[tuple[VolumeBand, ...], AtLeastOne(), _Most, AfterValidator(partial(_rising, "up_to_cuft"))]


def volume(rule: VolumeRule, job: Job, _sums: Sums) -> Charge | None:
    bands = ((band.up_to_cuft, band.per_cuft, band.amount) for band in rule.bands)
    return _sum_of(_marginal(bands, job.volume_cuft, Unit.CUBIC_FOOT), "Volume")


class WeightBand(Strict):
    up_to_lb: PositiveQuantity | None = None
    per_100lb: Rate


class WeightRule(Rule):
    """By the hundred pounds, and never more than a heavier load would cost: the break-point rule of tariffs."""

    type: Literal["weight"]
    bands: Annotated[tuple[WeightBand, ...], AtLeastOne(), _Most, AfterValidator(partial(_rising, "up_to_lb"))]


def weight(rule: WeightRule, job: Job, _sums: Sums) -> Charge | None:
    pounds = job.weight_lb
    if pounds == 0:
        return None
    least: Decimal | None = None
    chosen = (pounds, ZERO)
    start = ZERO
    for band in rule.bands:
        if band.up_to_lb is None or pounds <= band.up_to_lb:
            billed = max(pounds, start)
            cost = billed * band.per_100lb
            if least is None or cost < least:
                least, chosen = cost, (billed, band.per_100lb)
        start = band.up_to_lb or start
    description = "Weight" if chosen[0] == pounds else f"Weight, billed as {chosen[0]:f} lb"
    return Charge(chosen[0] / HUNDRED, Unit.HUNDRED_POUNDS, chosen[1], description)


Factor = Annotated[ExactDecimal, Field(ge=0, le=1, decimal_places=10), AfterValidator(plain)]


class FuelRow(Strict):
    """Dollars a mile for each dollar of the index above the base price, divided by a hundred."""

    up_to_lb: PositiveQuantity | None = None
    factor: Factor


STANDARD_FUEL_TABLE: Final[tuple[dict[str, str], ...]] = (
    {"up_to_lb": "5000", "factor": "0.000417"},
    {"up_to_lb": "10000", "factor": "0.0006255"},
    {"up_to_lb": "24000", "factor": "0.000834"},
    {"factor": "0.00139"},
)


def _standard_for_true(value: Any) -> Any:
    return STANDARD_FUEL_TABLE if value is True else value


def _growing(rows: tuple[FuelRow, ...]) -> tuple[FuelRow, ...]:
    """A heavier load never burns less: else a pound more would lower the price."""
    faults: list[Refused] = [
        ((index, "factor"), "falling", "A factor must not be below the one before it.")
        for index in range(1, len(rows))
        if rows[index].factor < rows[index - 1].factor
    ]
    if faults:
        raise refusal(*faults)
    return rows


FuelTable = Annotated[
    tuple[FuelRow, ...],
    AtLeastOne(),
    _Most,
    BeforeValidator(_standard_for_true, json_schema_input_type=Literal[True] | list[FuelRow]),
    AfterValidator(partial(_rising, "up_to_lb")),
    AfterValidator(_growing),
]
STANDARD_BASE_PRICE: Final = Decimal("2.50")


class FuelRule(Rule):
    """A percentage of the line-haul, or by weight, miles and the fuel index; `table: true` is the usual table."""

    type: Literal["fuel"]
    percent: Percent | None = None
    table: FuelTable | None = None
    base_price: Rate | None = None

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "percent", "table")
        if self.percent is not None and self.base_price is not None:
            raise refusal((("base_price",), "without_table", "A base price belongs to a table."))
        return self


def fuel(rule: FuelRule, job: Job, sums: Sums) -> Charge | None:
    """Raises: NotPriced, where the table needs an index price that the job does not carry."""
    if rule.percent is not None:
        return Charge(rule.percent / HUNDRED, Unit.SHARE, sums.line_haul, "Fuel")
    if job.fuel_index_price is None:
        raise NotPriced(Unpriced.FUEL_INDEX_MISSING)
    base_price = STANDARD_BASE_PRICE if rule.base_price is None else rule.base_price
    above = job.fuel_index_price - base_price
    if above <= 0:
        return None
    rows = rule.table or ()
    factor = next(row.factor for row in rows if row.up_to_lb is None or job.weight_lb <= row.up_to_lb)
    return Charge(job.distance_miles, Unit.MILE, factor * above * HUNDRED, "Fuel")
