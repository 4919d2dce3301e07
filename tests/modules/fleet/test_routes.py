from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories.callers import Caller
from tests.factories.fleet import CHICAGO, SAN_FRANCISCO, add_driver, add_helper, add_truck, driver_body, truck_body

pytestmark = pytest.mark.integration


def faults(response: httpx.Response) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in response.json()["errors"]]


class TestAddTruck:
    async def test_truck_is_located_and_in_service(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        body = truck_body(name="Big Blue 🚚", license_plate=" 8abc123 ")
        response = await client.post("/v1/trucks", headers=mover_a.headers, json=body)
        assert (response.status_code, response.headers["etag"]) == (201, '"v1"')
        truck = response.json()
        assert truck["name"] == "Big Blue 🚚"
        assert truck["license_plate"] == "8ABC123"
        assert (truck["capacity_cuft"], truck["max_weight_lb"], truck["retired_at"]) == (1600, 10_000, None)
        assert truck["base"]["zone"] == "America/Los_Angeles"
        assert truck["base"]["location_precision"] == "postal_code"
        shown = await client.get(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)
        assert (shown.status_code, shown.json()) == (200, truck)

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"capacity_cuft": 49}, ("/capacity_cuft", "greater_than_equal")),
            ({"capacity_cuft": 5001}, ("/capacity_cuft", "less_than_equal")),
            ({"capacity_cuft": "1600"}, ("/capacity_cuft", "int_type")),
            ({"capacity_cuft": 1600.5}, ("/capacity_cuft", "int_type")),
            ({"max_weight_lb": 499}, ("/max_weight_lb", "greater_than_equal")),
            ({"max_weight_lb": 80_001}, ("/max_weight_lb", "less_than_equal")),
            ({"license_plate": ""}, ("/license_plate", "string_pattern_mismatch")),
            ({"license_plate": "🚚"}, ("/license_plate", "string_pattern_mismatch")),
            ({"license_plate": "8ABC\u0000"}, ("/license_plate", "value_error")),
            ({"name": "a\u0000b"}, ("/name", "value_error")),
            ({"name": "x" * 61}, ("/name", "string_too_long")),
            ({"colour": "blue"}, ("/colour", "unknown_field")),
            ({"base": SAN_FRANCISCO | {"postal_code": "00000"}}, ("/base/postal_code", "unknown_postal_code")),
            ({"base": SAN_FRANCISCO | {"state": "OR"}}, ("/base/state", "state_mismatch")),
        ],
    )
    async def test_what_cannot_be_a_truck_is_refused(
        self, client: httpx.AsyncClient, mover_a: Caller, changes: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        response = await client.post("/v1/trucks", headers=mover_a.headers, json=truck_body(**changes))
        assert response.status_code == 422
        assert faults(response) == [expected]
        assert (await client.get("/v1/trucks", headers=mover_a.headers)).json()["items"] == []

    async def test_plate_stands_once_in_a_company(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        await add_truck(client, mover_a.headers)
        again = await client.post("/v1/trucks", headers=mover_a.headers, json=truck_body(license_plate="8abc123"))
        assert (again.status_code, again.json()["code"]) == (409, "plate_taken")
        await add_truck(client, mover_b.headers)

    async def test_plate_is_free_again_after_retirement(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        first = await add_truck(client, mover_a.headers)
        await client.delete(f"/v1/trucks/{first['id']}", headers=mover_a.headers)
        second = await add_truck(client, mover_a.headers)
        assert second["id"] != first["id"]

    async def test_retry_with_its_key_makes_one_truck(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        headers = mover_a.headers | {"Idempotency-Key": str(uuid4())}
        first, second = [await client.post("/v1/trucks", headers=headers, json=truck_body()) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 201)
        assert second.json() == first.json()
        assert second.headers["idempotency-replayed"] == "true"
        assert len((await client.get("/v1/trucks", headers=mover_a.headers)).json()["items"]) == 1


class TestListTrucks:
    async def test_pages_hold_each_truck_once_the_oldest_first(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        added = [(await add_truck(client, mover_a.headers, license_plate=f"T {number}"))["id"] for number in range(3)]
        await add_truck(client, mover_b.headers)
        first = await client.get("/v1/trucks", headers=mover_a.headers, params={"limit": 2})
        cursor = first.json()["next_cursor"]
        assert 'rel="next"' in first.headers["link"]
        second = await client.get("/v1/trucks", headers=mover_a.headers, params={"limit": 2, "cursor": cursor})
        assert [truck["id"] for truck in first.json()["items"] + second.json()["items"]] == added
        assert second.json()["next_cursor"] is None

    async def test_filter_by_service(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        kept = await add_truck(client, mover_a.headers, license_plate="KEPT")
        gone = await add_truck(client, mover_a.headers, license_plate="GONE")
        await client.delete(f"/v1/trucks/{gone['id']}", headers=mover_a.headers)
        for wanted, expected in (("true", [kept["id"]]), ("false", [gone["id"]])):
            page = await client.get("/v1/trucks", headers=mover_a.headers, params={"in_service": wanted})
            assert [truck["id"] for truck in page.json()["items"]] == expected

    async def test_another_company_sees_nothing(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        assert (await client.get("/v1/trucks", headers=mover_b.headers)).json() == {"items": [], "next_cursor": None}
        shown = await client.get(f"/v1/trucks/{truck['id']}", headers=mover_b.headers)
        assert (shown.status_code, shown.json()["code"]) == (404, "truck_not_found")

    @pytest.mark.parametrize("parameter", ["cursor=x", "limit=0", "limit=101", "in_service=maybe", "colour=blue"])
    async def test_what_is_no_parameter_is_refused(
        self, client: httpx.AsyncClient, mover_a: Caller, parameter: str
    ) -> None:
        response = await client.get(f"/v1/trucks?{parameter}", headers=mover_a.headers)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"query:{parameter.split('=', maxsplit=1)[0]}"


class TestChangeTruck:
    async def test_change_raises_the_version(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        truck = await add_truck(client, mover_a.headers)
        changed = await client.patch(
            f"/v1/trucks/{truck['id']}",
            headers=mover_a.headers | {"If-Match": '"v1"'},
            json={"capacity_cuft": 1700, "base": CHICAGO},
        )
        assert (changed.status_code, changed.headers["etag"]) == (200, '"v2"')
        kept = ("id", "name", "license_plate", "max_weight_lb", "retired_at")
        assert {name: changed.json()[name] for name in kept} == {name: truck[name] for name in kept}
        assert changed.json()["capacity_cuft"] == 1700
        assert changed.json()["base"]["zone"] == "America/Chicago"

    async def test_stale_version_changes_nothing(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}"
        assert (await client.patch(path, headers=mover_a.headers, json={"name": "Second"})).status_code == 200
        stale = await client.patch(path, headers=mover_a.headers | {"If-Match": '"v1"'}, json={"name": "Third"})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        assert (await client.get(path, headers=mover_a.headers)).json()["name"] == "Second"

    @pytest.mark.parametrize("patch", [{}, {"name": None}, {"capacity_cuft": 1}, {"retired_at": None}])
    async def test_bad_patch_changes_nothing(
        self, client: httpx.AsyncClient, mover_a: Caller, patch: dict[str, Any]
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}"
        assert (await client.patch(path, headers=mover_a.headers, json=patch)).status_code == 422
        assert (await client.get(path, headers=mover_a.headers)).json() == truck

    async def test_another_company_gets_404_and_nothing_changed(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}"
        assert (await client.patch(path, headers=mover_b.headers, json={"name": "Mine"})).status_code == 404
        assert (await client.delete(path, headers=mover_b.headers)).status_code == 404
        assert (await client.get(path, headers=mover_a.headers)).json() == truck


class TestRetireTruck:
    async def test_twice_is_as_once(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}"
        assert [(await client.delete(path, headers=mover_a.headers)).status_code for _ in range(2)] == [204, 204]
        shown = (await client.get(path, headers=mover_a.headers)).json()
        assert (shown["retired_at"], shown["version"]) == ("2027-03-01T17:00:00Z", 2)

    async def test_retired_truck_cannot_be_changed_or_taken(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}"
        await client.delete(path, headers=mover_a.headers)
        changed = await client.patch(path, headers=mover_a.headers, json={"name": "Ghost"})
        taken = await client.post(f"{path}/time-off", headers=mover_a.headers, json=MORNING)
        assert [(r.status_code, r.json()["code"]) for r in (changed, taken)] == [(409, "retired")] * 2

    async def test_truck_that_is_taken_stays(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}"
        taken = await client.post(f"{path}/time-off", headers=mover_a.headers, json=MORNING)
        refused = await client.delete(path, headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "resource_still_taken")
        assert (await client.get(path, headers=mover_a.headers)).json() == truck
        await client.delete(f"{path}/time-off/{taken.json()['id']}", headers=mover_a.headers)
        assert (await client.delete(path, headers=mover_a.headers)).status_code == 204


class TestAddDriver:
    async def test_driver_and_helper(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        driver = await add_driver(client, mover_a.headers, phone="(415) 555-0135", license_number="d1234567")
        helper = await add_helper(client, mover_a.headers)
        assert (driver["phone"], driver["license_number"]) == ("+14155550135", "D1234567")
        assert driver["license_expires_on"] == "2029-06-30"
        assert [helper[name] for name in ("license_number", "license_class", "license_expires_on")] == [None] * 3

    async def test_driver_without_licence_is_told_where(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        body = {"full_name": "Dana", "phone": "+14155550135", "role": "driver"}
        response = await client.post("/v1/drivers", headers=mover_a.headers, json=body)
        assert (response.status_code, response.json()["code"]) == (422, "license_refused")
        assert faults(response) == [
            ("/license_number", "required"),
            ("/license_class", "required"),
            ("/license_expires_on", "required"),
        ]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            (
                {"role": "helper", "license_class": None, "license_expires_on": None},
                ("/license_number", "drivers_only"),
            ),
            ({"license_expires_on": "2027-02-28"}, ("/license_expires_on", "license_expired")),
            ({"license_expires_on": 1_800_000_000}, ("/license_expires_on", "value_error")),
            ({"role": "captain"}, ("/role", "enum")),
            ({"phone": "12"}, ("/phone", "string_too_short")),
            ({"full_name": " "}, ("/full_name", "string_too_short")),
        ],
    )
    async def test_what_cannot_be_a_driver_is_refused(
        self, client: httpx.AsyncClient, mover_a: Caller, changes: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        response = await client.post("/v1/drivers", headers=mover_a.headers, json=driver_body(**changes))
        assert response.status_code == 422
        assert faults(response) == [expected]
        assert (await client.get("/v1/drivers", headers=mover_a.headers)).json()["items"] == []

    async def test_licence_stands_once_in_a_company(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        driver = await add_driver(client, mover_a.headers)
        again = await client.post("/v1/drivers", headers=mover_a.headers, json=driver_body(full_name="Else"))
        assert (again.status_code, again.json()["code"]) == (409, "license_taken")
        await add_driver(client, mover_b.headers)
        await client.delete(f"/v1/drivers/{driver['id']}", headers=mover_a.headers)
        await add_driver(client, mover_a.headers)


class TestChangeDriver:
    async def test_renewed_licence(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}"
        changed = await client.patch(path, headers=mover_a.headers, json={"license_expires_on": "2031-06-30"})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"v2"')
        assert changed.json() == driver | {"license_expires_on": "2031-06-30", "version": 2}

    @pytest.mark.parametrize(
        "patch", [{"license_class": "B"}, {"role": "driver"}, {"license_number": None}, {"full_name": None}, {}]
    )
    async def test_helper_stays_a_helper(
        self, client: httpx.AsyncClient, mover_a: Caller, patch: dict[str, Any]
    ) -> None:
        helper = await add_helper(client, mover_a.headers)
        path = f"/v1/drivers/{helper['id']}"
        assert (await client.patch(path, headers=mover_a.headers, json=patch)).status_code == 422
        assert (await client.get(path, headers=mover_a.headers)).json() == helper

    async def test_another_company_gets_404_and_nothing_changed(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}"
        answers = [
            await client.get(path, headers=mover_b.headers),
            await client.patch(path, headers=mover_b.headers, json={"full_name": "Mine"}),
            await client.delete(path, headers=mover_b.headers),
        ]
        assert [(r.status_code, r.json()["code"]) for r in answers] == [(404, "driver_not_found")] * 3
        assert (await client.get(path, headers=mover_a.headers)).json() == driver
        assert (await client.get("/v1/drivers", headers=mover_b.headers)).json()["items"] == []


MORNING = {"starts_at": "2027-03-08T08:00:00-08:00", "ends_at": "2027-03-08T12:00:00-08:00"}


class TestTakeTimeOff:
    @pytest.mark.parametrize(("base", "starts_at"), [(SAN_FRANCISCO, "16:00"), (CHICAGO, "14:00")])
    async def test_wall_time_is_read_by_the_clock_of_the_base(
        self, client: httpx.AsyncClient, mover_a: Caller, base: dict[str, str], starts_at: str
    ) -> None:
        truck = await add_truck(client, mover_a.headers, base=base)
        path = f"/v1/trucks/{truck['id']}/time-off"
        body = {"starts_at": "2027-03-08T08:00:00", "ends_at": "2027-03-09T00:00:00Z"}
        taken = await client.post(path, headers=mover_a.headers, json=body)
        assert taken.status_code == 201
        assert taken.json()["starts_at"] == f"2027-03-08T{starts_at}:00Z"
        listed = await client.get(path, headers=mover_a.headers)
        assert listed.json() == {"items": [taken.json()]}

    async def test_people_keep_the_clock_of_their_office(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        helper = await add_helper(client, mover_a.headers)
        path = f"/v1/drivers/{helper['id']}/time-off"
        body = {"starts_at": "2027-06-01T08:00:00", "ends_at": "2027-06-02T08:00:00"}
        taken = await client.post(path, headers=mover_a.headers, json=body)
        assert taken.json() | {"id": ""} == {
            "id": "",
            "starts_at": "2027-06-01T15:00:00Z",
            "ends_at": "2027-06-02T15:00:00Z",
        }

    async def test_overlap_is_refused_until_cancelled(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/time-off"
        taken = await client.post(path, headers=mover_a.headers, json=MORNING)
        refused = await client.post(path, headers=mover_a.headers, json=MORNING)
        assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
        one = f"{path}/{taken.json()['id']}"
        assert [(await client.delete(one, headers=mover_a.headers)).status_code for _ in range(2)] == [204, 404]
        assert (await client.post(path, headers=mover_a.headers, json=MORNING)).status_code == 201

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"starts_at": "2027-02-01T08:00:00Z"}, "window_refused"),
            ({"ends_at": "2027-03-08T08:00:00-08:00"}, "window_refused"),
            ({"ends_at": "2027-03-07T08:00:00-08:00"}, "window_refused"),
            ({"ends_at": "2027-03-23T08:00:00-08:00"}, "window_refused"),
            ({"starts_at": "2027-03-14T02:30:00", "ends_at": "2027-03-15T02:30:00"}, "local_time_refused"),
            ({"starts_at": "2027-11-07T01:30:00", "ends_at": "2027-11-08T01:30:00"}, "local_time_refused"),
            ({"ends_at": "infinity"}, "validation_failed"),
            ({"starts_at": 1_804_000_000}, "validation_failed"),
            ({"reason": "wedding"}, "validation_failed"),
        ],
    )
    async def test_window_that_cannot_be_is_refused(
        self, client: httpx.AsyncClient, mover_a: Caller, changes: dict[str, Any], code: str
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/time-off"
        refused = await client.post(path, headers=mover_a.headers, json=MORNING | changes)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert (await client.get(path, headers=mover_a.headers)).json() == {"items": []}

    async def test_a_person_is_no_truck(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        helper = await add_helper(client, mover_a.headers)
        refused = await client.post(f"/v1/trucks/{helper['id']}/time-off", headers=mover_a.headers, json=MORNING)
        assert (refused.status_code, refused.json()["code"]) == (404, "truck_not_found")

    async def test_another_company_gets_404_and_nothing_changed(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/time-off"
        taken = await client.post(path, headers=mover_a.headers, json=MORNING)
        answers = [
            await client.get(path, headers=mover_b.headers),
            await client.post(path, headers=mover_b.headers, json=MORNING | {"ends_at": "2027-03-09T12:00:00Z"}),
            await client.delete(f"{path}/{taken.json()['id']}", headers=mover_b.headers),
        ]
        assert [r.status_code for r in answers] == [404] * 3
        assert (await client.get(path, headers=mover_a.headers)).json() == {"items": [taken.json()]}
