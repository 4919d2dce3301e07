"""What a company's completed jobs say of its own pace: its ratio to the static figures, shrunk into them.

Ratios are averaged by their logarithms, so that half and double weigh alike; logarithms are decimals, and no float.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from app.modules.pricing.rules.estimator_figures import FIGURES, Figure
from app.modules.pricing.values import Factor

# Own jobs before any is believed; the static figures then still weigh as much as so many jobs, the company's own
# ratio as many within a size class.
ENOUGH_JOBS: Final = 30
PRIOR_JOBS: Final = 10
# A job that took a quarter or four times the figures is a slip of the pen, or no usual move.
MOST_RATIO: Final = Decimal(4)
NINE_TENTHS: Final = (9, 10)
_RATIO_PLACES: Final = Decimal("0.001")
_P90_PLACES: Final = Decimal("0.01")


class SizeClass(StrEnum):
    """To 600 cubic feet (a one bedroom home), to 1,200 (two bedrooms), beyond."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


_BOUNDS: Final = ((SizeClass.SMALL, 600), (SizeClass.MEDIUM, 1200))


def size_class(volume_cuft: Decimal) -> SizeClass:
    return next((size for size, bound in _BOUNDS if volume_cuft <= bound), SizeClass.LARGE)


class ObservedJob(NamedTuple):
    """A completed job: `prior_hours` by the static figures for the crew it had, `actual_hours` as worked.

    `p50_hours` and `p90_hours` are what was known before it: by the jobs completed earlier.
    """

    volume_cuft: Decimal
    prior_hours: Decimal
    p50_hours: Decimal
    p90_hours: Decimal
    actual_hours: Decimal


class SizeRatio(NamedTuple):
    """Actual to static hours of one size of moves; `jobs` of the company's own are in it."""

    jobs: int
    ratio: Decimal


class Learned(NamedTuple):
    """The company's own figures, and the number of jobs they come from."""

    jobs: int
    ratios: Mapping[SizeClass, SizeRatio]
    p90_ratio: Decimal


class Coverage(NamedTuple):
    """How estimates made before each job held: `held` of `jobs` took no longer than their p90.

    The errors are mean absolute hours, of the p50 and of the static figures.
    """

    jobs: int
    held: int
    error_hours: Decimal
    static_error_hours: Decimal


def _log_ratio(actual: Decimal, expected: Decimal) -> Decimal:
    return min(max(actual / expected, 1 / MOST_RATIO), MOST_RATIO).ln()


def _shrunk(logs: Sequence[Decimal], prior: Decimal) -> Decimal:
    """The mean of the logs, where the prior weighs as much as PRIOR_JOBS of them."""
    return (sum(logs, Decimal(0)) + PRIOR_JOBS * prior) / (len(logs) + PRIOR_JOBS)


def _p90(ratios: Sequence[Decimal]) -> Decimal:
    """The ratio that nine in ten hold, of jobs to come: the (n + 1) · 0.9-th smallest, shrunk into the static one."""
    share, of = NINE_TENTHS
    place = min(len(ratios), math.ceil((len(ratios) + 1) * share / of)) - 1
    own, static = sorted(ratios)[place], FIGURES[Figure.P90_RATIO].value
    return max(Decimal(1), (own * len(ratios) + static * PRIOR_JOBS) / (len(ratios) + PRIOR_JOBS))


def learn(observed: Sequence[ObservedJob]) -> Learned | None:
    """The company's own figures; None while there are too few jobs."""
    if len(observed) < ENOUGH_JOBS:
        return None
    logs: dict[SizeClass, list[Decimal]] = {size: [] for size in SizeClass}
    for job in observed:
        logs[size_class(job.volume_cuft)].append(_log_ratio(job.actual_hours, job.prior_hours))
    own = _shrunk([log for of_size in logs.values() for log in of_size], Decimal(0))
    ratios = {
        size: SizeRatio(len(of_size), _shrunk(of_size, own).exp().quantize(_RATIO_PLACES))
        for size, of_size in logs.items()
    }
    spread = [job.actual_hours / (job.prior_hours * ratios[size_class(job.volume_cuft)].ratio) for job in observed]
    return Learned(len(observed), ratios, _p90(spread).quantize(_P90_PLACES))


def expect(
    prior_hours: Decimal, volume_cuft: Decimal, learned: Learned | None, figures: Mapping[str, Factor] = FIGURES
) -> tuple[Decimal, Decimal]:
    """P50 and P90 of a job by what is known, to the ten-thousandth of an hour."""
    ratio, p90 = Decimal(1), figures[Figure.P90_RATIO].value
    if learned is not None:
        ratio, p90 = learned.ratios[size_class(volume_cuft)].ratio, learned.p90_ratio
    p50 = (prior_hours * ratio).quantize(Decimal("0.0001"))
    return p50, (p50 * p90).quantize(Decimal("0.0001"))


def coverage(observed: Sequence[ObservedJob]) -> Coverage | None:
    """None: no job was observed yet."""
    if not observed:
        return None
    jobs = len(observed)
    error = sum((abs(job.actual_hours - job.p50_hours) for job in observed), Decimal(0)) / jobs
    static = sum((abs(job.actual_hours - job.prior_hours) for job in observed), Decimal(0)) / jobs
    held = sum(job.actual_hours <= job.p90_hours for job in observed)
    return Coverage(jobs, held, error.quantize(_P90_PLACES), static.quantize(_P90_PLACES))
