"""What a day costs does not depend on the days it is asked for with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kernel.dayset import days_of, first_days
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules import compile_config, parse_config, price
from app.modules.pricing.rules.starts import Starts
from app.modules.pricing.service.jobs import starting_at
from tests.modules.pricing import generators as g
from tests.modules.pricing.jobs import job

Json = dict[str, Any]
pytestmark = pytest.mark.unit
DAYS = 8


@given(
    st.lists(g.configs(st.one_of(g.timed, g.lead_times)), min_size=1, max_size=2),
    g.jobs(),
    st.integers(1, 14),
)
def test_each_start_costs_what_it_costs_alone(configs: list[Json], told: Json, apart: int) -> None:
    first = job(**told)
    zone = told.get("pickup_zone", "America/Los_Angeles")
    jobs = [starting_at(first, first.starts_at + timedelta(days=apart * at), zone) for at in range(DAYS)]
    starts = Starts(jobs)
    for config in configs:
        compiled = compile_config(parse_config(config))
        try:
            alone = [price(compiled, one) for one in jobs]
        except NotPriced:
            assume(False)
        parts = starts.priced_alike(compiled, first_days(DAYS))
        assert sorted(day for part in parts for day in days_of(part)) == list(range(DAYS))
        for part in parts:
            assert len({(alone[day].lines, alone[day].total) for day in days_of(part)}) == 1


def test_days_without_a_rule_about_them_are_one_price() -> None:
    config = {"base_hourly_rate": 100, "base_mileage_rate": 1, "minimum_charge": 0}
    weekend = {"type": "weekend", "days": [0, 6], "multiplier": 2}
    first = job(starts_at="2027-06-04T09:00:00-07:00")
    assert first.booked_at < datetime(2027, 6, 1, tzinfo=UTC)
    starts = Starts(
        [starting_at(first, first.starts_at + timedelta(days=at), "America/Los_Angeles") for at in range(7)]
    )
    assert starts.priced_alike(compile_config(parse_config(config)), 0b1111111) == [0b1111111]
    both = compile_config(parse_config({**config, "surcharge_rules": [weekend]}))
    assert sorted(starts.priced_alike(both, 0b1111111)) == [0b0000110, 0b1111001]
    assert starts.priced_alike(both, 0b0001000) == [0b0001000]
