"""Estimates of any size and length, signed as ours are."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.modules.pricing.service.loads import Load, sign_load
from app.modules.pricing.values import EstimateRequest
from app.runtime.resources import Resources

A_YEAR = timedelta(days=365)


def estimated(
    resources: Resources, *, volume_cuft: int, weight_lb: int = 500, crew_size: int, p50: float, p90: float
) -> dict[str, Any]:
    """A wish's `estimate` of ground floors and no listed things, good for a year."""
    load = Load(
        request=EstimateRequest(),
        volume_cuft=Decimal(volume_cuft),
        weight_lb=Decimal(weight_lb),
        crew_size=crew_size,
        hours_p50=Decimal(str(p50)),
        hours_p90=Decimal(str(p90)),
        exact_hours=Fraction(str(p50)),
        inventory=(),
    )
    return {"token": sign_load(resources.signer, load, resources.clock.now() + A_YEAR)}
