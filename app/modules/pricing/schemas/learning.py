"""What a company's estimates have learnt, as it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.figures import NumberOut
from app.modules.pricing.rules.learning import ENOUGH_JOBS, Coverage, ObservedJob, SizeClass, coverage, learn


class SizeRatioOut(BaseModel):
    """Actual hours to those of the static figures, of one size of moves."""

    model_config = ConfigDict(frozen=True)

    size_class: SizeClass
    jobs: int
    ratio: NumberOut


class CoverageOut(BaseModel):
    """How estimates held, each as it was before its job was done."""

    model_config = ConfigDict(frozen=True)

    jobs: int
    p90_held: Annotated[NumberOut, Field(description="Share of the jobs that took no longer than their p90")]
    error_hours: Annotated[NumberOut, Field(description="Mean absolute error of the p50")]
    static_error_hours: Annotated[NumberOut, Field(description="The same of the static figures, for comparison")]


class EstimatorOut(BaseModel):
    """What your completed jobs say of your own pace."""

    jobs: Annotated[int, Field(description="Completed jobs that are known, the latest 500")]
    jobs_needed: Annotated[int, Field(description="Before so many, the static figures hold")]
    p90_ratio: Annotated[NumberOut | None, Field(description="null: not enough jobs yet")]
    ratios: Annotated[list[SizeRatioOut], Field(description="Empty: not enough jobs yet")]
    coverage: Annotated[CoverageOut | None, Field(description="null: no job yet")]


def _coverage_out(found: Coverage) -> CoverageOut:
    return CoverageOut(
        jobs=found.jobs,
        p90_held=(Decimal(found.held) / found.jobs).quantize(Decimal("0.001")),
        error_hours=found.error_hours,
        static_error_hours=found.static_error_hours,
    )


def estimator_out(observed: Sequence[ObservedJob]) -> EstimatorOut:
    learned, found = learn(observed), coverage(observed)
    ratios = () if learned is None else learned.ratios.items()
    return EstimatorOut(
        jobs=len(observed),
        jobs_needed=ENOUGH_JOBS,
        p90_ratio=None if learned is None else learned.p90_ratio,
        ratios=[SizeRatioOut(size_class=size, jobs=own.jobs, ratio=own.ratio) for size, own in ratios],
        coverage=None if found is None else _coverage_out(found),
    )
