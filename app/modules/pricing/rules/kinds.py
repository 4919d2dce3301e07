"""The rule types: each a model and one pure function, in a table keyed by `type`.

A new type is one model and one function in a file of this package, one member of the union and one row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, WrapValidator

from app.kernel.faults import message_of
from app.modules.pricing.rules.access import (
    ElevatorRule,
    LongCarryRule,
    ShuttleRule,
    StairsRule,
    elevator,
    long_carry,
    shuttle,
    stairs,
)
from app.modules.pricing.rules.discounts import DiscountRule, discount
from app.modules.pricing.rules.line_haul import (
    DistanceRule,
    FuelRule,
    VolumeRule,
    WeightRule,
    distance,
    fuel,
    volume,
    weight,
)
from app.modules.pricing.rules.rule import Charge, Sums, refusal
from app.modules.pricing.rules.services import (
    CustomRule,
    ItemRule,
    PackingRule,
    ValuationRule,
    custom,
    item,
    packing,
    valuation,
)
from app.modules.pricing.rules.timing import (
    AfterHoursRule,
    HolidayRule,
    LeadTimeRule,
    SeasonRule,
    WeekendRule,
    after_hours,
    holiday,
    lead_time,
    season,
    weekend,
)
from app.modules.pricing.values import Job


class Stage(Enum):
    """When a rule is worked out: line-haul before the fuel that builds on it, discounts last."""

    LINE_HAUL = auto()
    SURCHARGE = auto()
    DISCOUNT = auto()


class Kind(NamedTuple):
    """One rule type. `charge(rule, job, sums)` is pure; None or zero: no line."""

    charge: Callable[[Any, Job, Sums], Charge | None]
    stage: Stage = Stage.SURCHARGE


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "stairs": Kind(stairs),
        "long_carry": Kind(long_carry),
        "elevator": Kind(elevator),
        "item": Kind(item),
        "weekend": Kind(weekend),
        "after_hours": Kind(after_hours),
        "holiday": Kind(holiday),
        "season": Kind(season),
        "lead_time": Kind(lead_time),
        "distance": Kind(distance, Stage.LINE_HAUL),
        "volume": Kind(volume, Stage.LINE_HAUL),
        "weight": Kind(weight, Stage.LINE_HAUL),
        "fuel": Kind(fuel),
        "packing": Kind(packing),
        "shuttle": Kind(shuttle),
        "valuation": Kind(valuation),
        "custom": Kind(custom),
        "discount": Kind(discount, Stage.DISCOUNT),
    }
)

AnyRule = (
    StairsRule
    | LongCarryRule
    | ElevatorRule
    | ItemRule
    | WeekendRule
    | AfterHoursRule
    | HolidayRule
    | SeasonRule
    | LeadTimeRule
    | DistanceRule
    | VolumeRule
    | WeightRule
    | FuelRule
    | PackingRule
    | ShuttleRule
    | ValuationRule
    | CustomRule
    | DiscountRule
)


def _without_tag(value: Any, validate: ModelWrapValidatorHandler[AnyRule]) -> AnyRule:
    """Name faults as the client wrote them: pydantic puts the union's tag into the place, as /1/weekend/days."""
    try:
        return validate(value)
    except ValidationError as refused:
        faults = refused.errors(include_url=False, include_input=False)
        kind = faults[0]["type"]
        if kind == "union_tag_not_found":
            raise refusal((("type",), "missing", "Say which type of rule this is.")) from None
        if kind == "union_tag_invalid":
            known = f"There is no such type of rule; there are {', '.join(KINDS)}."
            raise refusal((("type",), "unknown_rule_type", known)) from None
        raise refusal(*((fault["loc"][1:], fault["type"], message_of(fault)) for fault in faults)) from None


SurchargeRule = Annotated[AnyRule, Field(discriminator="type"), WrapValidator(_without_tag)]
