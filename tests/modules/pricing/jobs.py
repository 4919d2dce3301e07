"""Short words for the pricing tests."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from app.modules.pricing.rules import compile_config, parse_config, price
from app.modules.pricing.schemas import JobIn
from app.modules.pricing.values import Job, Price

NOW: Final = datetime(2027, 5, 1, 19, 0, tzinfo=UTC)
WEDNESDAY: Final = "2027-06-09T09:00:00-07:00"


def job(**facts: Any) -> Job:
    """A job as `simulate` takes it: on a Wednesday, in Los Angeles, three hours, unless told otherwise."""
    told = {"starts_at": WEDNESDAY, "pickup_zone": "America/Los_Angeles", "hours": "3", **facts}
    return JobIn.model_validate(told).to_job(NOW)


def config(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A config of $150 an hour and $2.50 a mile, without a minimum, unless told otherwise."""
    prices = {"base_hourly_rate": "150", "base_mileage_rate": "2.50", "minimum_charge": "0"}
    return {**prices, "surcharge_rules": list(rules), **fields}


def priced(body: dict[str, Any], told: Job) -> Price:
    return price(compile_config(parse_config(body)), told)


def amounts(result: Price) -> dict[str, Decimal]:
    """The amounts by code; a code that stands twice is a mistake of the test."""
    codes = [line.code for line in result.lines]
    assert len(set(codes)) == len(codes)
    return {line.code: line.amount.amount for line in result.lines}


def lines(result: Price) -> list[tuple[str, str]]:
    return [(line.code, str(line.amount.amount)) for line in result.lines]
