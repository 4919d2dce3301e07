"""A price as it is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.money import MoneyOut, money_out
from app.modules.pricing.rules.wire import number_text
from app.modules.pricing.values import EstimateKind, Line, Price, Promise, Unit


class RuleOut(BaseModel):
    """The rule that made a line: its place in the config's `surcharge_rules`, and the config's version."""

    model_config = ConfigDict(frozen=True)

    index: int
    config_version: Annotated[int | None, Field(description="null: the config is not stored")]


class LineOut(BaseModel):
    """One line of a price: `quantity` times `unit_price`, rounded to the cent, is `amount`."""

    model_config = ConfigDict(frozen=True)

    code: Annotated[str, Field(examples=["labour"])]
    description: Annotated[str, Field(examples=["Labour, crew of 2"])]
    quantity: Annotated[str, Field(examples=["3"])]
    unit: Unit
    unit_price: Annotated[str, Field(examples=["150.00"])]
    amount: MoneyOut
    rule: Annotated[RuleOut | None, Field(description="null: a line of the config itself, as labour or tax")]


class PromiseOut(BaseModel):
    """What the total is worth: a binding one is owed as it is, a ceiling is never passed but by extras agreed on."""

    model_config = ConfigDict(frozen=True)

    kind: EstimateKind
    ceiling: Annotated[MoneyOut | None, Field(description="null: what was worked is owed")]
    authority: Annotated[str, Field(examples=["49 CFR 375.403: 100 % of a binding estimate"])]


class PriceOut(BaseModel):
    """A price: lines, and their sum."""

    model_config = ConfigDict(frozen=True)

    lines: list[LineOut]
    total: MoneyOut
    estimate: Annotated[PromiseOut | None, Field(description="null: by the company's prices, as worked")]


def line_out(line: Line, config_version: int | None) -> LineOut:
    return LineOut(
        code=line.code,
        description=line.description,
        quantity=number_text(line.quantity),
        unit=line.unit,
        unit_price=number_text(line.unit_price, 2),
        amount=money_out(*line.amount),
        rule=None if line.rule is None else RuleOut(index=line.rule, config_version=config_version),
    )


def _promise_out(promise: Promise | None) -> PromiseOut | None:
    if promise is None:
        return None
    ceiling = None if promise.ceiling is None else money_out(*promise.ceiling)
    return PromiseOut(kind=promise.kind, ceiling=ceiling, authority=promise.authority)


def price_out(price: Price, config_version: int | None = None) -> PriceOut:
    return PriceOut(
        lines=[line_out(line, config_version) for line in price.lines],
        total=money_out(*price.total),
        estimate=_promise_out(price.promise),
    )


class SimulatedOut(PriceOut):
    """What a price list makes of a job, with what only the company sees: deposit and the platform's share."""

    subtotal: Annotated[MoneyOut, Field(description="Before tax.")]
    deposit: MoneyOut
    platform_fee: Annotated[MoneyOut, Field(description="Inside the total.")]


def simulated_out(price: Price, config_version: int | None = None) -> SimulatedOut:
    return SimulatedOut(
        lines=[line_out(line, config_version) for line in price.lines],
        total=money_out(*price.total),
        estimate=_promise_out(price.promise),
        subtotal=money_out(*price.subtotal),
        deposit=money_out(*price.deposit),
        platform_fee=money_out(*price.platform_fee),
    )
