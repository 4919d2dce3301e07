"""The figures of the estimator, as a company reads and sets them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.kernel.figures import NumberOut
from app.modules.pricing.rules.estimator_figures import FIGURES, Figure
from app.modules.pricing.rules.own_figures import BOUNDS, CREW_BANDS, Told, shrinking_bands
from app.modules.pricing.rules.rule import Quantity, Refused, refusal


def _settable(code: Figure) -> Figure:
    if code not in BOUNDS:
        raise ValueError("is learned from your completed jobs, and not set")
    return code


class OwnFigureIn(BaseModel):
    """A figure of the estimator as it is with your company: GET /v1/org/estimator-figures has each one's bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[Figure, AfterValidator(_settable), Field(examples=["loose_item"])]
    value: Annotated[Quantity, Field(examples=["45"])]

    @model_validator(mode="after")
    def refuse_beyond_bounds(self) -> Self:
        least, most = BOUNDS[self.code]
        if not least <= self.value <= most:
            raise refusal((("value",), "out_of_bounds", f"Is from {least} to {most}, in {FIGURES[self.code].unit}."))
        return self


def _whole(figures: tuple[OwnFigureIn, ...]) -> tuple[OwnFigureIn, ...]:
    """Each once, and crew bands that grow with the crew."""
    codes = [figure.code for figure in figures]
    faults: list[Refused] = [
        ((place, "code"), "repeated", "Names a figure twice.")
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    if not faults:
        told = {figure.code: figure.value for figure in figures}
        for band in shrinking_bands(told):
            place = next(codes.index(one) for one in (band, *reversed(CREW_BANDS)) if one in codes)
            faults.append(((place, "value"), "bands_shrink", f"{band} must not end before the band of a smaller crew."))
    if faults:
        raise refusal(*faults)
    return figures


class OwnFiguresIn(BaseModel):
    """All figures that are your own; what is left out is as for everybody, an empty list: all are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figures: Annotated[tuple[OwnFigureIn, ...], Field(max_length=len(BOUNDS)), AfterValidator(_whole)]

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
