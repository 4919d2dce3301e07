"""A company's own page and its public profile over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import SAN_FRANCISCO, Member, StaffMember, register
from tests.factories.market import open_company, post, search
from tests.factories.verification import approve, make_ready, make_verified, submit

pytestmark = pytest.mark.integration

AREAS = "/v1/org/service-areas"
# A state for each test that counts its companies.
HAWAII: dict[str, Any] = {"line1": "530 S King Street", "city": "Honolulu", "state": "HI", "postal_code": "96813"}
ALASKA: dict[str, Any] = {"line1": "632 W 6th Avenue", "city": "Anchorage", "state": "AK", "postal_code": "99501"}


class TestListCompanies:
    async def test_verified_ones_by_name_each_once_while_others_come_in(
        self, client: httpx.AsyncClient, staff: StaffMember
    ) -> None:
        for name in ("Cedar", "Aspen", "Birch"):
            mover = await register(client, name=f"{name} Movers", address=ALASKA, timezone="America/Anchorage")
            await make_verified(client, mover.headers, staff.headers)
        await register(client, name="Draft Movers", address=ALASKA, timezone="America/Anchorage")
        first = await client.get("/v1/orgs?state=AK&limit=2")
        assert [one["name"] for one in first.json()["items"]] == ["Aspen Movers", "Birch Movers"]
        early = await register(client, name="Alder Movers", address=ALASKA, timezone="America/Anchorage")
        await make_verified(client, early.headers, staff.headers)
        link = first.headers["link"]
        assert link.endswith('>; rel="next"')
        last = await client.get(link.partition(">")[0].lstrip("<"))
        assert [one["name"] for one in last.json()["items"]] == ["Cedar Movers"]
        assert last.json()["next_cursor"] is None

    @pytest.mark.parametrize("query", ["state=ak", "state=Alaska", "limit=0", "limit=101", "name=A", "cursor=x"])
    async def test_what_is_no_query_is_refused(self, client: httpx.AsyncClient, query: str) -> None:
        assert (await client.get(f"/v1/orgs?{query}")).status_code == 422

    async def test_a_cursor_of_one_filter_is_none_of_another(
        self, client: httpx.AsyncClient, staff: StaffMember
    ) -> None:
        for _ in range(2):
            mover = await register(client, address=HAWAII, timezone="Pacific/Honolulu")
            await make_verified(client, mover.headers, staff.headers)
        cursor = (await client.get("/v1/orgs?state=HI&limit=1")).json()["next_cursor"]
        refused = await client.get("/v1/orgs", params={"state": "CA", "cursor": cursor})
        assert (refused.status_code, refused.json()["code"]) == (422, "cursor_refused")

    async def test_a_profile_tells_no_secrets_and_a_draft_has_none(
        self, client: httpx.AsyncClient, mover_a: Member, staff: StaffMember
    ) -> None:
        path = f"/v1/orgs/{mover_a.org_id}"
        assert (await client.get(path)).status_code == 404
        await make_verified(client, mover_a.headers, staff.headers)
        shown = (await client.get(path)).json()
        assert set(shown) == {"id", "name", "usdot_number", "city", "state", "timezone", "rating", "rating_count"}


class TestChangeOwnCompany:
    async def test_changes_what_is_sent_and_keeps_the_rest(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        before = await client.get("/v1/org", headers=mover_a.headers)
        sent = mover_a.headers | {"If-Match": before.headers["etag"]}
        changed = await client.patch("/v1/org", headers=sent, json={"name": "Zoë & Søns 🚚", "usdot_number": None})
        assert changed.status_code == 200, changed.text
        expected = before.json() | {"name": "Zoë & Søns 🚚", "usdot_number": None, "version": 2}
        assert changed.json() == (await client.get("/v1/org", headers=mover_a.headers)).json() == expected
        assert changed.headers["etag"] == '"v2"'

    async def test_a_stale_version_is_refused(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        sent = mover_a.headers | {"If-Match": '"v1"'}
        assert (await client.patch("/v1/org", headers=sent, json={"name": "First"})).status_code == 200
        stale = await client.patch("/v1/org", headers=sent, json={"name": "Second"})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        assert (await client.get("/v1/org", headers=mover_a.headers)).json()["name"] == "First"

    async def test_of_many_changes_of_one_version_one_counts(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        sent = mover_a.headers | {"If-Match": '"v1"'}
        answers = await asyncio.gather(
            *(client.patch("/v1/org", headers=sent, json={"name": f"Movers no. {n}"}) for n in range(20))
        )
        assert sorted(one.status_code for one in answers) == [200, *[412] * 19]
        [won] = [one.json()["name"] for one in answers if one.status_code == 200]
        shown = (await client.get("/v1/org", headers=mover_a.headers)).json()
        assert (shown["name"], shown["version"]) == (won, 2)

    @pytest.mark.parametrize(
        "patch", [{}, {"name": None}, {"status": "verified"}, {"rating": 5}, {"version": 9}, {"id": 1}]
    )
    async def test_what_is_not_its_own_to_change_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, patch: dict[str, Any]
    ) -> None:
        before = (await client.get("/v1/org", headers=mover_a.headers)).json()
        refused = await client.patch("/v1/org", headers=mover_a.headers, json=patch)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
        assert (await client.get("/v1/org", headers=mover_a.headers)).json() == before


class TestUsdotNumber:
    async def test_it_stays_from_when_the_company_asks_to_be_verified(
        self, client: httpx.AsyncClient, mover_a: Member, staff: StaffMember
    ) -> None:
        async def tell(number: str | None) -> httpx.Response:
            return await client.patch("/v1/org", headers=mover_a.headers, json={"usdot_number": number})

        assert (await tell(None)).json()["usdot_number"] is None
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        # Whoever has shown none may tell it any time; it is theirs when staff have looked at it, and then it stays.
        for is_verified in (False, True):
            if is_verified:
                await approve(client, staff.headers, case_id)
            for number in ("7654321", "1234567"):
                told = (await tell(number)).json()
                assert (told["usdot_number"], told["unconfirmed_usdot_number"]["number"]) == (None, number)
        looked = f"/v1/ops/orgs/{mover_a.org_id}/usdot-number/confirm"
        stale = await client.post(looked, headers=staff.headers, json={"number": "7654321"})
        assert (stale.status_code, stale.json()["code"]) == (409, "usdot_number_not_waiting")
        confirmed = await client.post(looked, headers=staff.headers, json={"number": "1234567"})
        assert (confirmed.status_code, confirmed.json()["usdot_number"]) == (200, "1234567")
        for other in (None, "7654321"):
            refused = await tell(other)
            assert (refused.status_code, refused.json()["code"]) == (409, "usdot_number_fixed")
        shown = (await client.get("/v1/org", headers=mover_a.headers)).json()
        assert (shown["usdot_number"], shown["unconfirmed_usdot_number"]) == ("1234567", None)


class TestServiceAreas:
    async def test_the_first_is_fifty_miles_around_the_office(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        [area] = (await client.get(AREAS, headers=mover_a.headers)).json()["items"]
        office = (await client.get("/v1/org", headers=mover_a.headers)).json()["address"]
        assert (area["radius_miles"], area["center"]) == (50.0, office["location"])

    async def test_the_last_one_stays(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        [first] = (await client.get(AREAS, headers=mover_a.headers)).json()["items"]
        refused = await client.delete(f"{AREAS}/{first['id']}", headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_service_area")
        second = await post(client, mover_a.headers, AREAS, {"radius_miles": "30"}, 201)
        removed = await client.delete(f"{AREAS}/{first['id']}", headers=mover_a.headers)
        assert removed.status_code == 204
        assert (await client.get(AREAS, headers=mover_a.headers)).json()["items"] == [second]

    async def test_two_removals_at_once_leave_one(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        await post(client, mover_a.headers, AREAS, {"radius_miles": "30"}, 201)
        areas = (await client.get(AREAS, headers=mover_a.headers)).json()["items"]
        answers = await asyncio.gather(
            *(client.delete(f"{AREAS}/{one['id']}", headers=mover_a.headers) for one in areas)
        )
        assert sorted(one.status_code for one in answers) == [204, 409]
        assert len((await client.get(AREAS, headers=mover_a.headers)).json()["items"]) == 1

    async def test_a_pickup_is_offered_where_an_area_reaches_and_no_farther(
        self, client: httpx.AsyncClient, staff: StaffMember
    ) -> None:
        company = await open_company(client, staff.headers, place=SAN_FRANCISCO)
        fresno = {"lat": 36.7377, "lng": -119.7843}

        async def is_offered() -> bool:
            offers = (await search(client, "2027-03-09T09:00:00"))["offers"]
            return company.id in {one["organization"]["id"] for one in offers}

        assert not await is_offered()
        area = await post(client, company.headers, AREAS, {"radius_miles": 5, "center": fresno}, 201)
        assert await is_offered()
        await client.delete(f"{AREAS}/{area['id']}", headers=company.headers)
        assert not await is_offered()
