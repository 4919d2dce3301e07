from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.localtime import LocalTimeRefused, local_words, rfc3339, to_instant

pytestmark = pytest.mark.unit

ZONES = (
    "America/New_York",
    "America/Phoenix",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Pacific/Honolulu",
)


class TestToInstant:
    def test_an_offset_is_an_instant_as_it_stands(self):
        moment = datetime.fromisoformat("2027-06-05T09:00:00-07:00")
        assert to_instant(moment, "Asia/Kathmandu", pointer="/x") == datetime(2027, 6, 5, 16, tzinfo=UTC)

    def test_a_wall_time_is_read_by_the_clock_of_the_place(self):
        assert to_instant(datetime(2027, 6, 5, 9), "America/Phoenix", pointer="/x") == datetime(
            2027, 6, 5, 16, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        ("zone", "moment"),
        [
            ("America/New_York", datetime(2026, 3, 8, 2, 30)),
            ("America/Los_Angeles", datetime(2027, 3, 14, 2, 0)),
            ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15)),
        ],
    )
    def test_a_time_that_the_clock_jumps_over_is_refused_with_its_neighbours(self, zone: str, moment: datetime):
        with pytest.raises(LocalTimeRefused) as refused:
            to_instant(moment, zone, pointer="/starts_at")
        fault = refused.value.faults[0]
        assert (fault.pointer, fault.code) == ("/starts_at", "local_time_missing")
        assert "does not exist" in fault.message

    @pytest.mark.parametrize(
        ("zone", "moment"),
        [("America/New_York", datetime(2026, 11, 1, 1, 30)), ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45))],
    )
    def test_a_time_that_comes_twice_needs_an_offset(self, zone: str, moment: datetime):
        with pytest.raises(LocalTimeRefused) as refused:
            to_instant(moment, zone, pointer="/starts_at")
        assert refused.value.faults[0].code == "local_time_ambiguous"

    def test_arizona_has_no_such_nights(self):
        to_instant(datetime(2026, 3, 8, 2, 30), "America/Phoenix", pointer="/x")
        to_instant(datetime(2026, 11, 1, 1, 30), "America/Phoenix", pointer="/x")

    @given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))
    def test_what_is_accepted_reads_the_same_on_the_wall(self, moment: datetime, zone: str):

        try:
            instant = to_instant(moment, zone, pointer="/x")
        except LocalTimeRefused:
            return
        assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment
        later = to_instant(instant + timedelta(hours=1), zone, pointer="/x")
        assert later - instant == timedelta(hours=1)


def test_words_say_which_of_the_hours_that_come_twice():
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert local_words(first, "America/New_York") == "2026-11-01 01:30 EDT (America/New_York)"
    assert local_words(second, "America/New_York") == "2026-11-01 01:30 EST (America/New_York)"


def test_programs_read_an_instant_in_utc_whatever_its_zone():
    assert rfc3339(datetime.fromisoformat("2026-11-01T01:30:00-04:00")) == "2026-11-01T05:30:00Z"
    assert rfc3339(datetime(2026, 11, 1, 5, 30, 0, 250_000, tzinfo=UTC)) == "2026-11-01T05:30:00.250000Z"
