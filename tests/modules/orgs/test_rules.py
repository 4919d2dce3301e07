"""When and for where a company takes jobs, and which areas can be kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from app.modules.orgs.errors import AreaRefused
from app.modules.orgs.rules import check_rings, find_refusal, latest_call
from app.modules.orgs.values import Refusal, Terms

pytestmark = pytest.mark.unit

ZONE: Final = ZoneInfo("America/Los_Angeles")
NOW: Final = datetime(2027, 3, 1, 17, tzinfo=UTC)
WEEK: Final = {
    "monday": {"opens_at": "08:00", "closes_at": "17:00"},
    "saturday": {"opens_at": "09:30", "closes_at": "12:00"},
}


def refusal(starts_at: datetime, hours: float = 4, **terms: Any) -> Refusal | None:
    local = starts_at.replace(tzinfo=ZONE)
    known = Terms("America/Los_Angeles", **terms)
    return find_refusal(known, local.astimezone(UTC), local.astimezone(UTC) + timedelta(hours=hours), NOW)


class TestFindRefusal:
    def test_without_terms_nothing_is_refused(self):
        assert refusal(datetime(2027, 3, 6, 3)) is None

    @pytest.mark.parametrize(
        ("starts_at", "expected"),
        [
            (datetime(2027, 3, 8, 8), None),
            (datetime(2027, 3, 8, 7, 59), Refusal.OUTSIDE_BUSINESS_HOURS),
            (datetime(2027, 3, 8, 16, 59), None),
            (datetime(2027, 3, 8, 17), Refusal.OUTSIDE_BUSINESS_HOURS),
            (datetime(2027, 3, 9, 10), Refusal.OUTSIDE_BUSINESS_HOURS),
            (datetime(2027, 3, 13, 9, 30), None),
            # The day on which the clock is put forward is a Sunday; the Monday after has its hours by the new clock.
            (datetime(2027, 3, 15, 8), None),
            (datetime(2027, 3, 15, 7, 30), Refusal.OUTSIDE_BUSINESS_HOURS),
        ],
    )
    def test_it_starts_within_business_hours(self, starts_at: datetime, expected: Refusal | None):
        assert refusal(starts_at, business_hours=WEEK) is expected

    @pytest.mark.parametrize(
        ("starts_at", "hours", "expected"),
        [
            (datetime(2027, 3, 9, 20), 4, None),
            (datetime(2027, 3, 9, 20), 4.25, Refusal.DAY_OFF),
            (datetime(2027, 3, 10, 0), 1, Refusal.DAY_OFF),
            (datetime(2027, 3, 10, 23, 45), 1, Refusal.DAY_OFF),
            (datetime(2027, 3, 11, 0), 1, None),
            (datetime(2027, 3, 8, 9), 72, Refusal.DAY_OFF),
        ],
    )
    def test_it_touches_no_day_off(self, starts_at: datetime, hours: float, expected: Refusal | None):
        assert refusal(starts_at, hours, days_off=frozenset({date(2027, 3, 10)})) is expected

    def test_it_is_asked_for_early_enough(self):
        terms = Terms("UTC", lead_time_hours=48)
        until = latest_call(terms, NOW + timedelta(hours=50))
        assert until == NOW + timedelta(hours=2)
        for hours, expected in ((48, Refusal.SHORT_NOTICE), (48.25, None)):
            starts_at = NOW + timedelta(hours=hours)
            assert find_refusal(terms, starts_at, starts_at + timedelta(hours=2), NOW) is expected

    def test_it_ends_where_the_company_goes(self):
        assert refusal(datetime(2027, 3, 8, 9), reaches_destination=False) is Refusal.DESTINATION_OUTSIDE_AREA


SQUARE: Final = [(-120.0, 36.0), (-119.0, 36.0), (-119.0, 37.0), (-120.0, 37.0), (-120.0, 36.0)]


class TestCheckRings:
    def test_a_square_with_a_hole_will_do(self):
        hole = [(-119.6, 36.4), (-119.4, 36.4), (-119.5, 36.6), (-119.6, 36.4)]
        check_rings([SQUARE, hole], "/polygon")

    @pytest.mark.parametrize(
        ("ring", "code"),
        [
            (SQUARE[:-1], "ring_open"),
            (SQUARE[:3], "ring_too_short"),
            ([], "ring_too_short"),
            ([(179.0, 1.0), (-179.0, 1.0), (-179.0, 2.0), (179.0, 1.0)], "crosses_antimeridian"),
            ([(0.0, 84.0), (1.0, 85.1), (2.0, 84.0), (0.0, 84.0)], "near_pole"),
            ([*SQUARE[:-1], *([(-120.0, 36.5)] * 496), SQUARE[0]], "too_many_vertices"),
        ],
    )
    def test_what_is_no_ring_is_refused(self, ring: list[tuple[float, float]], code: str):
        with pytest.raises(AreaRefused) as refused:
            check_rings([ring], "/polygon")
        assert [fault.code for fault in refused.value.faults] == [code]
