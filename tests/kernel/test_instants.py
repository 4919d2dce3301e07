from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.kernel.instants import Day, Instant, Moment

pytestmark = pytest.mark.unit

DAY: TypeAdapter[date] = TypeAdapter(Day)
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


class TestDay:
    def test_day_is_read(self) -> None:
        assert DAY.validate_python("2028-02-29") == date(2028, 2, 29)

    @pytest.mark.parametrize(
        "written",
        [
            0,
            1_800_000_000,
            1.5,
            True,
            None,
            "",
            "today",
            "2027-6-1",
            "2027-02-29",
            "2027-06-01T00:00:00",
            "20270601",
            "٢٠٢٧-06-01",
            "1999-12-31",
            "2200-01-01",
            "9999-12-31",
            "2027-06-01\n",
        ],
    )
    def test_anything_else_is_refused(self, written: Any) -> None:
        with pytest.raises(ValidationError):
            DAY.validate_python(written)


class TestMoment:
    @pytest.mark.parametrize(
        "written",
        ["2027-06-01T15:00:00Z", "2027-06-01T08:00:00-07:00", "2027-06-01t15:00z", "2027-06-01 15:00:00+00:00"],
    )
    def test_offset_is_kept(self, written: str) -> None:
        assert MOMENT.validate_python(written) == datetime(2027, 6, 1, 15, tzinfo=UTC)

    def test_wall_time_stays_without_a_zone(self) -> None:
        moment = MOMENT.validate_python("2027-06-01T08:00:00")
        assert (moment.hour, moment.tzinfo) == (8, None)

    @pytest.mark.parametrize(
        "written",
        [
            0,
            1_800_000_000,
            1e12,
            float("inf"),
            True,
            None,
            "",
            "infinity",
            "now",
            "1800000000",
            "2027-06-01",
            "2027-06-01T25:00:00Z",
            "2027-13-01T00:00:00Z",
            "2027-06-01T08:00:00 America/Los_Angeles",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
        ],
    )
    def test_anything_else_is_refused(self, written: Any) -> None:
        with pytest.raises(ValidationError):
            MOMENT.validate_python(written)


class TestInstant:
    def test_one_with_an_offset_is_read(self) -> None:
        assert INSTANT.validate_python("2027-06-01T08:00:00-07:00") == datetime(2027, 6, 1, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        "written",
        ["2027-06-01T08:00:00", "0", 0, "infinity", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
    )
    def test_anything_else_is_refused(self, written: Any) -> None:
        with pytest.raises(ValidationError):
            INSTANT.validate_python(written)
