"""Discounts: the only rules that lower a price."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from app.modules.pricing.rules.rule import (
    HUNDRED,
    ONE,
    Cents,
    Charge,
    Code,
    Percent,
    Rule,
    Strict,
    Sums,
    Whole,
    exactly_one,
)
from app.modules.pricing.rules.timing import IsoDate
from app.modules.pricing.values import ZERO, Job, Unit


class Validity(Strict):
    """Days of the booking, in the pickup's zone, both inclusive."""

    from_: Annotated[IsoDate, Field(alias="from")]
    to: IsoDate

    @field_validator("to")
    @classmethod
    def refuse_reversed(cls, to: date, info: ValidationInfo) -> date:
        if "from_" in info.data and to < info.data["from_"]:
            raise ValueError("is before from")
        return to


class DiscountRule(Rule):
    type: Literal["discount"]
    code: Code
    percent: Percent | None = None
    amount: Cents | None = None
    valid: Validity | None = None
    max_uses: Annotated[Whole, Field(ge=1, le=1_000_000_000)] | None = None

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "percent", "amount")
        return self


def _is_open(rule: DiscountRule, job: Job) -> bool:
    if rule.code not in job.codes:
        return False
    if rule.valid is not None and not rule.valid.from_ <= job.booked_on <= rule.valid.to:
        return False
    return rule.max_uses is None or job.discount_uses.get(rule.code, 0) < rule.max_uses


def discount(rule: DiscountRule, job: Job, sums: Sums) -> Charge | None:
    """Of what the earlier discounts left, and never more than that. The unit price is negative."""
    if not _is_open(rule, job):
        return None
    description = f"Discount {rule.code}"
    if rule.percent is not None:
        return Charge(rule.percent / HUNDRED, Unit.SHARE, -sums.left, description)
    return Charge(ONE, Unit.JOB, -min(rule.amount or ZERO, sums.left), description)
