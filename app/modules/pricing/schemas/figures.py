"""The figures of the estimator, as a company reads and sets them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.kernel.figures import NumberOut
from app.modules.pricing.rules.estimator_figures import FIGURES, Figure
from app.modules.pricing.rules.own_figures import BOUNDS, RISES, WHOLE, Told, has_no_mix, shrinking
from app.modules.pricing.rules.rule import Quantity, Refused, refusal


class OwnFigureIn(BaseModel):
    """A figure of the estimator as it is with your company: GET /v1/org/estimator-figures has each one's bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[Figure, Field(examples=["loose_item"])]
    value: Annotated[Quantity, Field(examples=["45"])]

    @model_validator(mode="after")
    def refuse_beyond_bounds(self) -> Self:
        least, most = BOUNDS[self.code]
        if not least <= self.value <= most:
            raise refusal((("value",), "out_of_bounds", f"Is from {least} to {most}, in {FIGURES[self.code].unit}."))
        if self.code in WHOLE and self.value % 1:
            raise refusal((("value",), "not_whole", f"Is a whole number, in {FIGURES[self.code].unit}s."))
        return self


def _agree(figures: tuple[OwnFigureIn, ...]) -> tuple[OwnFigureIn, ...]:
    """Each once; crew bands grow with the crew, what homes hold with their size, and some cartons are of some kind."""
    codes = [figure.code for figure in figures]
    faults: list[Refused] = [
        ((place, "code"), "repeated", "Names a figure twice.")
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    if not faults:
        told = {figure.code: figure.value for figure in figures}
        faults += _rises_broken(told, codes)
        if has_no_mix(told):
            faults.append(((), "mix_is_empty", "Some kind of carton is more than none of them."))
    if faults:
        raise refusal(*faults)
    return figures


def _rises_broken(told: Told, codes: list[Figure]) -> Iterator[Refused]:
    """At the figure itself where it is told, and else at the one before it, which was told as more."""
    for rise in RISES:
        for figure in shrinking(told, rise):
            told_one = figure if figure in told else rise.figures[rise.figures.index(figure) - 1]
            yield (codes.index(told_one), "value"), rise.code, f"{figure} {rise.reason}."


class OwnFiguresIn(BaseModel):
    """All figures that are your own; what is left out is as for everybody, an empty list: all are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figures: Annotated[tuple[OwnFigureIn, ...], Field(max_length=len(BOUNDS)), AfterValidator(_agree)]

    def to_told(self) -> Told:
        return {figure.code: figure.value for figure in self.figures}


class FigureOut(BaseModel):
    """A figure of your estimates: `value` is your own where `is_own`, `common` is everybody's."""

    code: Figure
    name: str
    unit: str
    value: NumberOut
    common: NumberOut
    least: NumberOut
    most: NumberOut
    is_own: bool


class FiguresOut(BaseModel):
    items: list[FigureOut]


def figures_out(told: Told) -> FiguresOut:
    return FiguresOut(items=[_figure_out(code, told.get(code)) for code in BOUNDS])


def _figure_out(code: Figure, own: Decimal | None) -> FigureOut:
    common, bounds = FIGURES[code], BOUNDS[code]
    return FigureOut(
        code=code,
        name=common.description,
        unit=common.unit,
        value=common.value if own is None else own,
        common=common.value,
        least=bounds.least,
        most=bounds.most,
        is_own=own is not None,
    )
