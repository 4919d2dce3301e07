from typing import Any

import pytest
from pydantic import ValidationError

from app.kernel.geo import Point
from app.kernel.places import Access, LocationPrecision, Place, PlaceIn, PlaceOut
from app.kernel.ports.geocoding import Located, PlaceNotLocated, locate_place

pytestmark = pytest.mark.unit

TOLD: dict[str, Any] = {
    "line1": "1355 Market Street 🏠",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94103",
    "access": {"floor": 3, "has_elevator": False, "stairs_flights": 2, "long_carry_ft": 80, "parking": "street"},
}
MIDDLE = Point(lat=37.7725, lng=-122.4147)


class OneCodeGeocoder:
    """Knows 94103 and that all the world keeps San Francisco's time."""

    async def prepare(self) -> None: ...

    async def locate(self, postal_code: str, state: str, country: str) -> Located | None:
        if (postal_code, country) != ("94103", "US"):
            return None
        return Located(MIDDLE, "America/Los_Angeles", "San Francisco", "CA", state_matches=state == "CA")

    async def zone_at(self, point: Point) -> str:
        return "America/Los_Angeles"


def told(**changes: Any) -> PlaceIn:
    return PlaceIn.model_validate(TOLD | changes)


class TestPlaceIn:
    def test_codes_are_brought_into_form(self) -> None:
        place = told(state=" ca ", postal_code=" 94103-1410 ", country="us")
        assert (place.state, place.postal_code, place.country) == ("CA", "94103-1410", "US")

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"line1": ""}, ("line1",)),
            ({"line1": "x" * 121}, ("line1",)),
            ({"line1": "a\x00"}, ("line1",)),
            ({"city": None}, ("city",)),
            ({"state": "XX"}, ("state",)),
            ({"state": "California"}, ("state",)),
            ({"postal_code": "9410"}, ("postal_code",)),
            ({"postal_code": "٩٤١٠٣"}, ("postal_code",)),
            ({"postal_code": "K1A 0B1"}, ("postal_code",)),
            ({"country": "USA"}, ("country",)),
            ({"location": {"lat": 91, "lng": 0}}, ("location", "lat")),
            ({"zone": "America/Los_Angeles"}, ("zone",)),
            ({"access": {"floor": "3"}}, ("access", "floor")),
            ({"access": {"floor": True}}, ("access", "floor")),
            ({"access": {"floor": 201}}, ("access", "floor")),
            ({"access": {"has_elevator": "yes"}}, ("access", "has_elevator")),
            ({"access": {"stairs_flights": -1}}, ("access", "stairs_flights")),
            ({"access": {"long_carry_ft": 10_001}}, ("access", "long_carry_ft")),
            ({"access": {"max_truck_ft": 5}}, ("access", "max_truck_ft")),
            ({"access": {"gate": "code"}}, ("access", "gate")),
        ],
    )
    def test_a_fault_is_told_where_it_stands(self, changes: dict[str, Any], where: tuple[str, ...]) -> None:
        with pytest.raises(ValidationError) as refused:
            told(**changes)
        assert [error["loc"] for error in refused.value.errors()] == [where]

    def test_a_place_abroad_has_its_own_codes(self) -> None:
        place = told(country="CA", state="ON", postal_code="K1A 0B1")
        assert (place.state, place.postal_code) == ("ON", "K1A 0B1")


class TestLocatePlace:
    async def test_the_middle_of_the_postal_code_is_taken(self) -> None:
        place = await locate_place(OneCodeGeocoder(), told())
        assert (place.location, place.location_precision) == (MIDDLE, LocationPrecision.POSTAL_CODE)
        assert place.zone == "America/Los_Angeles"
        assert place.access == Access(floor=3, has_elevator=False, stairs_flights=2, long_carry_ft=80, parking="street")

    async def test_a_told_location_is_exact(self) -> None:
        place = await locate_place(OneCodeGeocoder(), told(location={"lat": 37.77, "lng": -122.41}))
        assert (place.location.lat, place.location_precision) == (37.77, LocationPrecision.EXACT)

    async def test_a_told_location_serves_where_the_code_is_unknown(self) -> None:
        place = await locate_place(
            OneCodeGeocoder(), told(postal_code="00001", location={"lat": 37.77, "lng": -122.41})
        )
        assert place.location_precision is LocationPrecision.EXACT

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"postal_code": "00001"}, "/origin/postal_code", "unknown_postal_code"),
            ({"state": "NY"}, "/origin/state", "state_mismatch"),
            (
                {"location": {"lat": 37.7725, "lng": 122.4147}},
                "/origin/location",
                "location_far_from_postal_code",
            ),
        ],
    )
    async def test_what_cannot_be_located_is_refused_with_its_pointer(
        self, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        with pytest.raises(PlaceNotLocated) as refused:
            await locate_place(OneCodeGeocoder(), told(**changes), pointer="/origin")
        assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]
        assert refused.value.status == 422


class TestStoring:
    @pytest.mark.parametrize("access", [TOLD["access"], None])
    async def test_a_place_comes_back_from_json_as_it_was(self, access: Any) -> None:
        place = await locate_place(OneCodeGeocoder(), told(access=access))
        assert Place.model_validate(place.model_dump(mode="json")) == place
        assert Place.model_validate_json(place.model_dump_json()) == place

    async def test_the_answer_names_everything(self) -> None:
        place = await locate_place(OneCodeGeocoder(), told())
        assert PlaceOut.model_validate(place).model_dump(mode="json") == {
            **TOLD,
            "country": "US",
            "location": {"lat": 37.7725, "lng": -122.4147},
            "location_precision": "postal_code",
            "zone": "America/Los_Angeles",
            "access": {**TOLD["access"], "max_truck_ft": None},
        }

    async def test_the_address_has_the_country_only_abroad(self) -> None:
        place = await locate_place(OneCodeGeocoder(), told())
        assert place.address_lines == ("1355 Market Street 🏠", "San Francisco, CA 94103")
        abroad = place.model_copy(update={"country": "CA"})
        assert abroad.address_lines[1] == "San Francisco, CA 94103, CA"
