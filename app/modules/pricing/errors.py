"""What pricing refuses."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from app.kernel.errors import Conflict, NotFound, Unprocessable
from app.modules.pricing.values import Unpriced

_REASONS: Final = {
    Unpriced.CREW_TOO_LARGE: "The crew is larger than the included one, and no rate for extra movers is set.",
    Unpriced.FUEL_INDEX_MISSING: "The fuel table needs the fuel index price of the day, which is for prices in USD.",
    Unpriced.TOTAL_TOO_LARGE: "The total is larger than an invoice can hold.",
}


class NotPriced(Conflict):
    """The config has no price for this job; a search leaves the company out."""

    code = "not_priced"
    title = "These prices do not cover this job."

    def __init__(self, reason: Unpriced) -> None:
        super().__init__(_REASONS[reason], reason=reason.value)
        self.reason = reason


class ConfigInvalid(Unprocessable):
    """`faults` says where and why."""

    code = "pricing_config_invalid"
    title = "These prices cannot be taken as they are."
    fault_codes = MappingProxyType(
        {
            "unknown_rule_type": "There is no such type of rule.",
            "exactly_one": "One of these fields is given, and no other of them.",
            "free_labour": "Hours are free only beside a flat rate, or a rule by distance, volume or weight.",
            "ceiling_by_kind": "A ceiling and its authority belong to an estimate that is not to be exceeded.",
            "open_end": "The last row of a table has no upper end.",
            "not_rising": "The upper ends of a table's rows rise.",
            "falling": "A factor is not below the one before it.",
            "without_table": "A base price belongs to a table.",
            "without_multiplier": "Only a multiplier compounds.",
        }
    )


class FieldsRefused(Unprocessable):
    """What else pricing says of single fields. Never raised: the web refuses such a body with the common code."""

    fault_codes = MappingProxyType(
        {
            "out_of_bounds": "A figure is within its bounds.",
            "not_whole": "This figure is a whole number.",
            "repeated": "This is named once.",
            "mix_is_empty": "Some kind of carton is more than none of them.",
            "bands_shrink": "The band of a larger crew does not end before that of a smaller one.",
            "homes_shrink": "A larger home holds no less than a smaller one.",
            "nothing_own": "A thing of one's own differs in its volume, its weight or its minutes.",
            "custom_item_dimensions": "A custom item is told by its dimensions, and no other item is.",
            "more_than_loaded": "No more is delivered than was loaded.",
            "within_the_ceiling": "The ceiling is lifted by a signed change order only.",
        }
    )


class HolidaysUnknown(Unprocessable):
    code = "holiday_calendar_unknown"
    title = "We have no dates for this holiday calendar: list the dates themselves."


class UnknownItem(Unprocessable):
    code = "unknown_item"
    title = "The catalogue has no such item."


class ConfigNotFound(NotFound):
    code = "pricing_config_not_found"
    title = "There is no such version of your prices."


class CurrenciesDiffer(Conflict):
    code = "pricing_currencies_differ"
    title = "These two versions of your prices are in different currencies."


class ConfigRace(Conflict):
    """Two versions at once; the other one was first."""

    code = "pricing_config_race"
    title = "Somebody else was changing the prices at this moment. Try again."
    constraints = ("uq_pricing_configs_org_id_number", "uq_pricing_configs_org_id_active")


class EstimateRefused(Unprocessable):
    code = "estimate_refused"
    title = "The token of this estimate is not one of ours: send the answer of POST /v1/estimates back as it came."


class EstimateChanged(Unprocessable):
    """`faults` names each figure that is another than the one estimated."""

    code = "estimate_changed"
    title = "This estimate is not the one that was made: send it back as it came, or estimate anew."


class EstimateExpired(Conflict):
    code = "estimate_expired"
    title = "This estimate has expired: estimate the move again."


class DiscountUsedUp(Conflict):
    """`discount` says which."""

    code = "discount_used_up"
    title = "This discount has been used up meanwhile: search again."


class ConfigInForce(Conflict):
    code = "pricing_config_in_force"
    title = "This version is in force already: plan the one that is to follow it."
    constraints = ("ck_pricing_configs_in_force_from",)


class StartPassed(Unprocessable):
    code = "start_passed"
    title = "A version comes into force in the future: activate it to have it in force now."
