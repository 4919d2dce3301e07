"""What is moved and what is asked for besides: special items, packing, valuation, charges by code."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from app.modules.pricing.rules.rule import (
    ONE,
    AtLeastOne,
    Cents,
    Charge,
    Code,
    Description,
    Flag,
    Rate,
    Rule,
    Sums,
    exactly_one,
)
from app.modules.pricing.values import ZERO, Job, Unit, ValuationKind

_THOUSAND: Final = Decimal(1000)


class ItemRule(Rule):
    """The inventory holds one of the codes, or one of the category: once, or for each piece."""

    type: Literal["item"]
    codes: Annotated[tuple[Code, ...], AtLeastOne(), Field(max_length=200)] | None = None
    category: Code | None = None
    amount: Cents
    per_item: Flag = False

    @field_validator("codes")
    @classmethod
    def refuse_repeated(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if codes is not None and len(set(codes)) < len(codes):
            raise ValueError("names an item twice")
        return codes

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "codes", "category")
        return self


def item(rule: ItemRule, job: Job, _sums: Sums) -> Charge | None:
    if rule.category is not None:
        pieces = job.pieces_by_category.get(rule.category, 0)
    else:
        pieces = sum(job.pieces_by_code.get(code, 0) for code in rule.codes or ())
    if pieces == 0:
        return None
    if rule.per_item:
        return Charge(Decimal(pieces), Unit.PIECE, rule.amount, "Special items")
    return Charge(ONE, Unit.JOB, rule.amount, "Special items")


class PackingRule(Rule):
    type: Literal["packing"]
    amount_per_carton: Cents | None = None
    hourly: Rate | None = None

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "amount_per_carton", "hourly")
        return self


def packing(rule: PackingRule, job: Job, _sums: Sums) -> Charge | None:
    if job.packing is None:
        return None
    if rule.hourly is not None:
        return Charge(job.packing.hours, Unit.HOUR, rule.hourly, "Packing")
    return Charge(Decimal(job.packing.cartons), Unit.CARTON, rule.amount_per_carton or ZERO, "Packing")


class ValuationRule(Rule):
    """Of the declared value, for the customer who chose this kind and this deductible."""

    type: Literal["valuation"]
    kind: ValuationKind
    rate_per_1000: Rate
    deductible: Cents = ZERO


_VALUATIONS: Final = {ValuationKind.RELEASED: "Released value", ValuationKind.FULL: "Full value protection"}


def valuation(rule: ValuationRule, job: Job, _sums: Sums) -> Charge | None:
    chosen = job.valuation
    if chosen is None or chosen.kind is not rule.kind or chosen.deductible != rule.deductible:
        return None
    return Charge(chosen.declared_value / _THOUSAND, Unit.THOUSAND, rule.rate_per_1000, _VALUATIONS[rule.kind])


class CustomRule(Rule):
    type: Literal["custom"]
    code: Code
    description: Description
    amount: Cents


def custom(rule: CustomRule, job: Job, _sums: Sums) -> Charge | None:
    return Charge(ONE, Unit.JOB, rule.amount, rule.description) if rule.code in job.codes else None
