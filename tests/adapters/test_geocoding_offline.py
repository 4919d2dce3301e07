import asyncio
import subprocess
from zoneinfo import ZoneInfo

import pytest

from app.adapters.geocoding import offline, zip_zones
from app.adapters.geocoding.offline import OfflineGeocoder
from app.kernel.geo import Point, great_circle_miles

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def geocoder() -> OfflineGeocoder:
    return OfflineGeocoder()


def first_of_its_process() -> OfflineGeocoder:
    """A geocoder that finds nothing read yet."""
    offline._read_table.cache_clear()
    offline._find_zip.cache_clear()
    return OfflineGeocoder()


class TestLocate:
    @pytest.mark.parametrize(
        ("postal_code", "state", "city", "point", "zone"),
        [
            ("94103", "CA", "San Francisco", (37.773, -122.411), "America/Los_Angeles"),
            ("10001", "NY", "New York", (40.751, -73.997), "America/New_York"),
            ("85001", "AZ", "Phoenix", (33.448, -112.074), "America/Phoenix"),
            ("96813", "HI", "Honolulu", (21.312, -157.854), "Pacific/Honolulu"),
            ("60601", "IL", "Chicago", (41.885, -87.622), "America/Chicago"),
            ("00901", "PR", "San Juan", (18.466, -66.107), "America/Puerto_Rico"),
        ],
    )
    async def test_a_zip_lies_where_it_lies(
        self,
        geocoder: OfflineGeocoder,
        postal_code: str,
        state: str,
        city: str,
        point: tuple[float, float],
        zone: str,
    ) -> None:
        located = await geocoder.locate(postal_code, state, "US")
        assert located is not None
        assert (located.city, located.state, located.state_matches, located.zone) == (city, state, True, zone)
        assert great_circle_miles(located.point, Point(lat=point[0], lng=point[1])) < 3

    async def test_a_crowd_of_first_questions_reads_the_table_once(self) -> None:
        fresh = first_of_its_process()
        located = await asyncio.gather(*(fresh.locate(code, "CA", "US") for code in ("94103", "90012", "92101") * 3))
        assert [one.city for one in located if one] == ["San Francisco", "Los Angeles", "San Diego"] * 3
        assert offline._read_table.cache_info().misses == 1

    async def test_a_question_given_up_leaves_the_table_to_the_next(self) -> None:
        fresh = first_of_its_process()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await fresh.locate("94103", "CA", "US")
        assert await fresh.locate("90012", "CA", "US") is not None
        assert offline._read_table.cache_info().misses == 1

    async def test_a_table_that_was_not_read_is_read_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh = first_of_its_process()
        with monkeypatch.context() as broken:
            broken.setattr(offline, "TELL_TABLE", "raise SystemExit(1)")
            with pytest.raises(subprocess.CalledProcessError):
                await fresh.locate("94103", "CA", "US")
        assert await fresh.locate("94103", "CA", "US") is not None

    async def test_prepared_it_reads_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        geocoder = first_of_its_process()
        await geocoder.prepare()
        monkeypatch.setattr(offline, "TELL_TABLE", "raise SystemExit(1)")
        assert await geocoder.locate("98101", "WA", "US") is not None

    async def test_what_could_not_be_prepared_is_read_at_a_question(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        geocoder = first_of_its_process()
        with monkeypatch.context() as broken:
            broken.setattr(offline, "TELL_TABLE", "raise SystemExit(1)")
            await geocoder.prepare()
        assert "could not be read yet" in caplog.text
        assert await geocoder.locate("98101", "WA", "US") is not None

    async def test_zip_plus_four_is_its_zip(self, geocoder: OfflineGeocoder) -> None:
        assert await geocoder.locate("94103-1410", "CA", "US") == await geocoder.locate("94103", "CA", "US")

    async def test_another_state_is_told(self, geocoder: OfflineGeocoder) -> None:
        located = await geocoder.locate("94103", "NY", "US")
        assert located is not None
        assert (located.state, located.state_matches) == ("CA", False)

    @pytest.mark.parametrize(
        ("postal_code", "country"),
        [("00000", "US"), ("09012", "US"), ("94103", "CA"), ("9410", "US"), ("abcde", "US"), ("", "US")],
    )
    async def test_what_lies_nowhere_we_know_is_none(
        self, geocoder: OfflineGeocoder, postal_code: str, country: str
    ) -> None:
        assert await geocoder.locate(postal_code, "CA", country) is None

    async def test_a_wrong_zone_of_the_table_is_not_taken_over(self, geocoder: OfflineGeocoder) -> None:
        located = await geocoder.locate("99634", "AK", "US")
        assert located is not None
        assert located.zone == "America/Anchorage"

    def test_the_zones_worked_out_beforehand_are_those_of_the_shapes(self) -> None:
        assert zip_zones.FILE.read_text("ascii").splitlines() == list(zip_zones.work_out())


class TestZoneAt:
    @pytest.mark.parametrize(
        ("lat", "lng", "zone"),
        [
            (41.6, -87.0, "America/Chicago"),
            (41.7, -86.2, "America/Indiana/Indianapolis"),
            (51.5, -0.1, "Europe/London"),
            (90.0, 0.0, None),
            (0.0, 180.0, None),
        ],
    )
    async def test_every_point_has_a_zone_that_the_program_can_load(
        self, geocoder: OfflineGeocoder, lat: float, lng: float, zone: str | None
    ) -> None:
        found = await geocoder.zone_at(Point(lat=lat, lng=lng))
        assert ZoneInfo(found)
        assert zone in (None, found)
