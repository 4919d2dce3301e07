"""What a truck is beside its capacity, where it was seen last, and its photos."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app import registry
from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import LimitSettings, Settings
from app.runtime.web.service import Readiness
from tests.conftest import Logins, Member
from tests.documented import DocumentedTransport
from tests.factories.calendar import administrator
from tests.factories.callers import sign_in_member
from tests.factories.files import announce, document, photo, photo_with_position, tend, upload
from tests.factories.fleet import add_truck, truck_body
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

HERE: Final = {"lat": 36.7378, "lng": -119.7871}
THERE: Final = {"lat": -33.8688, "lng": 151.2093}


class TestDescription:
    async def test_length_lift_gate_and_features_are_kept(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        told = {"body_length_ft": 26, "has_lift_gate": True, "features": ["ramp", "air_ride", "ramp"]}
        truck = await add_truck(client, mover_a.headers, **told)
        assert (truck["body_length_ft"], truck["has_lift_gate"]) == (26, True)
        assert truck["features"] == ["air_ride", "ramp"]
        path = f"/v1/trucks/{truck['id']}"
        change = {"body_length_ft": None, "features": ["climate_control"]}
        changed = (await client.patch(path, headers=mover_a.headers, json=change)).json()
        assert (changed["body_length_ft"], changed["has_lift_gate"]) == (None, True)
        assert changed["features"] == ["climate_control"]

    async def test_a_plain_truck_has_none_of_it(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        truck = await add_truck(client, mover_a.headers)
        assert (truck["body_length_ft"], truck["has_lift_gate"], truck["features"]) == (None, False, [])
        assert truck["last_seen"] is None

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"body_length_ft": 5}, ("/body_length_ft", "greater_than_equal")),
            ({"body_length_ft": 61}, ("/body_length_ft", "less_than_equal")),
            ({"has_lift_gate": "yes"}, ("/has_lift_gate", "bool_type")),
            ({"has_lift_gate": None}, ("/has_lift_gate", "bool_type")),
            ({"features": ["wings"]}, ("/features/0", "enum")),
            ({"features": "ramp"}, ("/features", "frozen_set_type")),
        ],
    )
    async def test_what_no_truck_has_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, changes: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        answer = await client.post("/v1/trucks", headers=mover_a.headers, json=truck_body(**changes))
        assert (answer.status_code, faults(answer)) == (422, [expected])


class TestLocation:
    async def test_the_last_sighting_is_kept_with_its_instant(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        dispatcher = await sign_in_member(client, resources, mover_a.org_id, Role.DISPATCHER)
        for location, minute in ((HERE, 1), (THERE, 2)):
            told = {"location": location, "recorded_at": f"2027-03-01T16:0{minute}:00Z"}
            answer = await client.put(f"/v1/trucks/{truck['id']}/location", headers=dispatcher, json=told)
            assert (answer.status_code, answer.json()) == (200, told)
        shown = await client.get(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)
        assert shown.json()["last_seen"] == {"location": THERE, "recorded_at": "2027-03-01T16:02:00Z"}
        assert shown.headers["etag"] == '"v1"'
        [listed] = (await client.get("/v1/trucks", headers=dispatcher)).json()["items"]
        assert listed["last_seen"] == shown.json()["last_seen"]

    async def test_an_older_one_is_ignored(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/location"
        young = {"location": HERE, "recorded_at": "2027-03-01T16:30:00Z"}
        for old in ("2027-03-01T16:29:59.999Z", "2027-03-01T16:30:00Z"):
            await client.put(path, headers=mover_a.headers, json=young)
            late = {"location": THERE, "recorded_at": old}
            assert (await client.put(path, headers=mover_a.headers, json=late)).json() == young

    async def test_of_many_at_once_the_youngest_stays(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/location"
        told = [{"location": HERE, "recorded_at": f"2027-03-01T16:{minute}:00Z"} for minute in range(10, 22)]
        await asyncio.gather(*(client.put(path, headers=mover_a.headers, json=one) for one in told))
        shown = (await client.get(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)).json()
        assert shown["last_seen"] == told[-1]

    async def test_the_future_is_refused_but_for_a_fast_clock(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/location"
        told = {"location": HERE, "recorded_at": (clock.now() + timedelta(seconds=61)).isoformat()}
        refused = await client.put(path, headers=mover_a.headers, json=told)
        assert (refused.status_code, refused.json()["code"]) == (422, "sighting_in_future")
        assert faults(refused) == [("/recorded_at", "sighting_in_future")]
        told["recorded_at"] = (clock.now() + timedelta(seconds=60)).isoformat()
        assert (await client.put(path, headers=mover_a.headers, json=told)).status_code == 200

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"location": {"lat": 91, "lng": 0}}, ("/location/lat", "less_than_equal")),
            ({"location": {"lat": 0, "lng": -180.1}}, ("/location/lng", "greater_than_equal")),
            ({"location": {"lat": "1", "lng": 0}}, ("/location/lat", "float_type")),
            ({"location": HERE, "recorded_at": "2027-03-01T16:00:00"}, ("/recorded_at", "timezone_aware")),
            ({"location": HERE, "recorded_at": 1_800_000_000}, ("/recorded_at", "value_error")),
        ],
    )
    async def test_what_is_no_sighting_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        told = {"recorded_at": "2027-03-01T16:00:00Z"} | body
        answer = await client.put(f"/v1/trucks/{truck['id']}/location", headers=mover_a.headers, json=told)
        assert (answer.status_code, faults(answer)) == (422, [expected])

    async def test_each_truck_is_told_of_so_often_a_minute_by_each_who_tells(
        self,
        client: httpx.AsyncClient,
        settings: Settings,
        app_database: Database,
        clock: ManualClock,
        resources: Resources,
        mover_a: Member,
        logins: Logins,
    ) -> None:
        other = await sign_in_member(client, resources, mover_a.org_id, Role.DISPATCHER)
        trucks = [await add_truck(client, mover_a.headers, license_plate=plate) for plate in ("A 1", "A 2")]
        told = {"location": HERE, "recorded_at": "2027-03-01T16:00:00Z"}
        limits = LimitSettings(caller_per_minute=1_000, sightings_per_truck_minute=2)
        strict = build_resources(settings.model_copy(update={"limits": limits}), app_database, clock=clock)
        app = assemble(strict, Readiness(logins.app, registry.schema_revision()))
        async with httpx.AsyncClient(transport=DocumentedTransport(app), base_url="http://test") as impatient:
            paths = [f"/v1/trucks/{truck['id']}/location" for truck in trucks]
            answers = [
                await impatient.put(path, headers=headers, json=told)
                for path, headers in (
                    *[(paths[0], mover_a.headers)] * 3,
                    (paths[1], mover_a.headers),
                    (paths[0], other),
                )
            ]
        await strict.close()
        assert [one.status_code for one in answers] == [200, 200, 429, 200, 200]
        assert int(answers[2].headers["retry-after"]) > 0

    async def test_a_retired_truck_and_another_companys_are_not_seen(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/location"
        told = {"location": HERE, "recorded_at": "2027-03-01T16:00:00Z"}
        foreign = await client.put(path, headers=mover_b.headers, json=told)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "truck_not_found")
        await client.delete(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)
        gone = await client.put(path, headers=mover_a.headers, json=told)
        assert (gone.status_code, gone.json()["code"]) == (409, "retired")

    async def test_the_database_finds_trucks_by_where_they_are(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        told = {"location": HERE, "recorded_at": "2027-03-01T16:00:00Z"}
        await client.put(f"/v1/trucks/{truck['id']}/location", headers=mover_a.headers, json=told)
        near = "SELECT ST_DWithin(location, 'POINT(-119.79 36.74)'::geography, 1000) FROM app.trucks WHERE id = $1"
        async with administrator(logins) as admin:
            assert await admin.fetchval(near, truck["id"]) is True


async def clean_photo(client: httpx.AsyncClient, member: Member, worker: Resources, body: bytes | None = None) -> str:
    found = await upload(client, member, worker, body or photo(), "image/jpeg", "photo")
    assert found["status"] == "clean"
    return str(found["id"])


class TestPhotos:
    async def test_a_photo_is_shown_by_short_links_with_a_small_one(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/photos"
        upload_id = await clean_photo(client, mover_a, worker_resources, photo_with_position())
        added = await client.post(path, headers=mover_a.headers, json={"upload_id": upload_id})
        assert (added.status_code, added.json()["id"]) == (201, upload_id)
        [shown] = (await client.get(path, headers=mover_a.headers)).json()["items"]
        assert (shown["id"], shown["width"], shown["height"]) == (upload_id, 640, 480)
        for link in (shown["url"], shown["thumbnail_url"]):
            fetched = await client.get(httpx.URL(link).path)
            assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/jpeg")
            assert b"canary" not in fetched.content
        clock.advance(timedelta(seconds=61))
        assert (await client.get(httpx.URL(shown["url"]).path)).status_code == 404

    async def test_a_photo_that_was_taken_away_is_forgotten_with_its_file(
        self,
        client: httpx.AsyncClient,
        resources: Resources,
        mover_a: Member,
        worker_resources: Resources,
        clock: ManualClock,
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/photos"
        upload_id = await clean_photo(client, mover_a, worker_resources)
        await client.post(path, headers=mover_a.headers, json={"upload_id": upload_id})
        removed = [await client.delete(f"{path}/{upload_id}", headers=mover_a.headers) for _ in range(2)]
        assert [one.status_code for one in removed] == [204, 404]
        assert removed[1].json()["code"] == "truck_photo_not_found"
        assert (await client.get(path, headers=mover_a.headers)).json() == {"items": []}
        clock.advance(timedelta(hours=25))
        await tend(worker_resources)
        headers = await sign_in_member(client, resources, mover_a.org_id, Role.OWNER)
        forgotten = await client.get(f"/v1/uploads/{upload_id}", headers=headers)
        assert (forgotten.status_code, forgotten.json()["code"]) == (404, "upload_not_found")

    async def test_ten_at_most_also_when_two_come_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/photos"
        ids = [await clean_photo(client, mover_a, worker_resources) for _ in range(11)]
        for one in ids[:9]:
            assert (await client.post(path, headers=mover_a.headers, json={"upload_id": one})).status_code == 201
        both = [client.post(path, headers=mover_a.headers, json={"upload_id": one}) for one in ids[9:]]
        answers = await asyncio.gather(*both)
        assert sorted(one.status_code for one in answers) == [201, 409]
        assert {one.json()["code"] for one in answers if one.status_code == 409} == {"too_many_truck_photos"}
        assert len((await client.get(path, headers=mover_a.headers)).json()["items"]) == 10

    async def test_a_file_is_a_clean_photo_of_ones_own_and_hangs_once(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, worker_resources: Resources
    ) -> None:
        truck = await add_truck(client, mover_a.headers)
        path = f"/v1/trucks/{truck['id']}/photos"
        own = await clean_photo(client, mover_a, worker_resources)
        paper = await upload(client, mover_a, worker_resources, document(), "application/pdf", "document")
        pending = (await announce(client, mover_a, photo(), "image/jpeg", "photo")).json()
        foreign = await clean_photo(client, mover_b, worker_resources)
        assert (await client.post(path, headers=mover_a.headers, json={"upload_id": own})).status_code == 201
        for upload_id, status, code in (
            (own, 409, "upload_already_attached"),
            (paper["id"], 422, "upload_of_other_kind"),
            (pending["id"], 409, "upload_not_clean"),
            (foreign, 404, "upload_not_found"),
        ):
            refused = await client.post(path, headers=mover_a.headers, json={"upload_id": upload_id})
            assert (refused.status_code, refused.json()["code"]) == (status, code)
        theirs = await client.get(path, headers=mover_b.headers)
        assert (theirs.status_code, theirs.json()["code"]) == (404, "truck_not_found")
        taken = await client.delete(f"{path}/{own}", headers=mover_b.headers)
        assert (taken.status_code, taken.json()["code"]) == (404, "truck_photo_not_found")
