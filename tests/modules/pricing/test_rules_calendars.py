"""Holidays by a calendar: its dates are given when a price list is compiled, and told with the price."""

from __future__ import annotations

from datetime import date

import pytest

from app.modules.pricing.errors import HolidaysUnknown
from app.modules.pricing.rules import compile_config, parse_config, price
from tests.modules.pricing.jobs import config, job, lines

pytestmark = pytest.mark.unit

CALENDAR = {"type": "holiday", "calendar": {"country": "US", "state": "CA"}, "amount": 40}


def test_calendar_needs_its_dates_when_the_config_is_compiled() -> None:
    country, canada = ({**CALENDAR, "calendar": {"country": code}} for code in ("US", "CA"))
    body = parse_config(config({"type": "elevator", "amount": 1}, CALENDAR, country, canada))
    with pytest.raises(HolidaysUnknown) as refused:
        compile_config(body, {("US", "CA"): frozenset()})
    # All at once.
    assert [(fault.pointer, fault.code, fault.message) for fault in refused.value.faults] == [
        (f"/surcharge_rules/{place}/calendar", HolidaysUnknown.code, HolidaysUnknown.title) for place in (2, 3)
    ]


def test_calendar_holidays_are_told_with_the_price() -> None:
    compiled = compile_config(parse_config(config(CALENDAR)), {("US", "CA"): frozenset({date(2027, 6, 9)})})
    on_the_day = price(compiled, job())
    assert (lines(on_the_day)[-1], on_the_day.holidays) == (("holiday", "40.00"), (("US", "CA"),))
    day_after = price(compiled, job(starts_at="2027-06-10T09:00:00-07:00"))
    assert (len(day_after.lines), day_after.holidays) == (1, ())
