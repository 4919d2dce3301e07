"""What pricing refuses."""

from __future__ import annotations

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
