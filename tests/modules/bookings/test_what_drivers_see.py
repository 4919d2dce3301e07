"""Of their own jobs drivers see everything but what they cost, and of files and colleagues what those jobs show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.callers import sign_in_member
from tests.factories.files import photo, upload
from tests.factories.fleet import is_driver
from tests.modules.bookings.test_tracking import post

pytestmark = pytest.mark.integration

MONEY = ("price", "final_price", "settlement")
WORKED = {"actual_hours": 3, "actual_distance_miles": 9}


@pytest.fixture
async def driver(client: httpx.AsyncClient, resources: Resources, mover_a: Member) -> Member:
    return replace(mover_a, headers=await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER))


@pytest.fixture
async def own(client: httpx.AsyncClient, mover_a: Member, driver: Member) -> dict[str, Any]:
    booking = await book_by_hand(client, mover_a.headers)
    await is_driver(client, mover_a.headers, booking["driver_ids"][0], driver.headers)
    return await post(client, mover_a.headers, booking, "confirm")


@pytest.fixture
async def offices(client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources) -> dict[str, Any]:
    """A photo that the office has sent."""
    return await upload(client, mover_a, worker_resources, photo(), "image/jpeg", "photo")


async def got(client: httpx.AsyncClient, path: str, who: Member) -> Any:
    answer = await client.get(path, headers=who.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestMoney:
    async def test_a_booking_is_read_without_what_it_costs(
        self, client: httpx.AsyncClient, mover_a: Member, driver: Member, own: dict[str, Any]
    ) -> None:
        path = f"/v1/bookings/{own['id']}"
        for seen in (await got(client, path, driver), await _job(client, driver, own)):
            assert [seen[name] for name in MONEY] == [None] * 3
            assert (seen["contact"], seen["origin"], seen["crew_size"]) == tuple(
                own[name] for name in ("contact", "origin", "crew_size")
            )
        assert (await got(client, path, mover_a))["price"] == own["price"] is not None

    async def test_so_is_the_list_of_every_filter(
        self, client: httpx.AsyncClient, mover_a: Member, driver: Member, own: dict[str, Any]
    ) -> None:
        for query in ("", "?status=confirmed", "?limit=1&starts_after=2020-01-01T00:00:00Z"):
            [office] = (await got(client, f"/v1/bookings{query}", mover_a))["items"]
            [crew] = (await got(client, f"/v1/bookings{query}", driver))["items"]
            assert office["total"] == own["price"]["total"]
            assert crew == office | {"total": None}

    async def test_so_is_the_board(
        self, client: httpx.AsyncClient, mover_a: Member, driver: Member, own: dict[str, Any]
    ) -> None:
        path = f"/v1/calendar?day={own['starts_at'][:10]}"
        [office], [crew] = [(await got(client, path, who))["bookings"] for who in (mover_a, driver)]
        assert office["total"] == own["price"]["total"]
        assert crew == office | {"total": None}

    async def test_whoever_reports_a_step_is_not_told_either(
        self, client: httpx.AsyncClient, mover_a: Member, driver: Member, own: dict[str, Any]
    ) -> None:
        for step in ("start", "arrive", "load", "depart", "unload", "complete"):
            body = WORKED if step == "complete" else None
            path = f"/v1/bookings/{own['id']}/{step}"
            done = await client.post(path, json=body, headers=driver.headers | new_key())
            assert (done.status_code, [done.json()[name] for name in MONEY]) == (200, [None] * 3), step
        assert (await got(client, f"/v1/bookings/{own['id']}", mover_a))["final_price"]["total"]["amount"]

    async def test_accountants_and_the_office_are_told(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, own: dict[str, Any]
    ) -> None:
        for role in (Role.MANAGER, Role.DISPATCHER, Role.ACCOUNTANT):
            headers = await sign_in_member(client, resources, mover_a.org_id, role)
            seen = (await client.get(f"/v1/bookings/{own['id']}", headers=headers)).json()
            assert seen["price"] == own["price"], role


async def _job(client: httpx.AsyncClient, driver: Member, own: dict[str, Any]) -> Any:
    day = own["starts_at"][:10]
    [job] = (await got(client, f"/v1/drivers/{own['driver_ids'][0]}/jobs?day={day}", driver))["items"]
    return job


async def test_when_colleagues_work_is_for_those_who_plan_them(
    client: httpx.AsyncClient, mover_a: Member, driver: Member, own: dict[str, Any]
) -> None:
    refused = await client.get("/v1/availability", headers=driver.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_not_allowed")
    assert (await client.get("/v1/availability", headers=mover_a.headers)).status_code == 200


class TestFiles:
    async def test_a_drivers_are_those_they_sent(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        driver: Member,
        offices: dict[str, Any],
        worker_resources: Resources,
    ) -> None:
        drivers = await upload(client, driver, worker_resources, photo(), "image/jpeg", "photo")
        path = f"/v1/uploads/{offices['id']}"
        for refused in (
            await client.get(path, headers=driver.headers),
            await client.post(f"{path}/complete", headers=driver.headers | new_key()),
        ):
            assert (refused.status_code, refused.json()["code"]) == (404, "upload_not_found")
        assert drivers["status"] == "clean"
        assert (await got(client, f"/v1/uploads/{drivers['id']}", mover_a))["url"]

    async def test_what_another_sent_cannot_be_drawn_into_ones_own_job(
        self,
        client: httpx.AsyncClient,
        driver: Member,
        own: dict[str, Any],
        offices: dict[str, Any],
    ) -> None:
        path, body = f"/v1/bookings/{own['id']}", {"photo_ids": [offices["id"]]}
        refused = await client.post(f"{path}/start", json=body, headers=driver.headers | new_key())
        assert (refused.status_code, refused.json()["code"]) == (404, "upload_not_found")
        assert (await got(client, path, driver))["status"] == "confirmed"

    async def test_what_the_office_hung_on_the_job_is_in_its_history(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        driver: Member,
        own: dict[str, Any],
        offices: dict[str, Any],
    ) -> None:
        path, body = f"/v1/bookings/{own['id']}", {"photo_ids": [offices["id"]]}
        done = await client.post(f"{path}/start", json=body, headers=mover_a.headers | new_key())
        assert done.status_code == 200, done.text
        steps = (await got(client, f"{path}/history", driver))["items"]
        assert [one["url"] is not None for one in steps[-1]["photos"]] == [True]
