"""A company's own terms over HTTP: what it sets, that search honours it and says so, and that booking does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote, search
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

DAYS_OFF: Final = "/v1/org/days-off"
AREAS: Final = "/v1/org/service-areas"
# Towns of their own.
BISMARCK: Final = {"line1": "221 N 5th Street", "city": "Bismarck", "state": "ND", "postal_code": "58501"}
GRAND_FORKS: Final = {"line1": "255 N 4th Street", "city": "Grand Forks", "state": "ND", "postal_code": "58201"}
MORNING: Final = "2027-03-09T09:00:00"
HOURS: Final = {"tuesday": {"opens_at": "08:00", "closes_at": "12:00"}}


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> AsyncIterator[Company]:
    """The only one in town, for as long as the test lasts."""
    made = await open_company(client, staff.headers, place=BISMARCK)
    yield made
    await post(client, staff.headers, f"/v1/ops/orgs/{made.id}/suspend", {"reason": "The test is over"})


@pytest.fixture
async def customer(resources: Resources) -> SignedInCustomer:
    [made] = await invite_customers(resources, 1)
    return made


async def find(client: httpx.AsyncClient, starts_at: str = MORNING, **wish: Any) -> dict[str, Any]:
    return await search(client, starts_at, **{"origin": BISMARCK, "destination": BISMARCK, **wish})


async def change(client: httpx.AsyncClient, company: Company, **terms: Any) -> None:
    answer = await client.patch("/v1/org", headers=company.headers, json=terms)
    assert answer.status_code == 200, answer.text


def offered(found: dict[str, Any], company: Company) -> str | None:
    ids = [one["offer_id"] for one in found["offers"] if one["organization"]["id"] == company.id]
    return ids[0] if ids else None


TERMS: Final = [
    ({"lead_time_hours": 300}, "short_notice"),
    # Bismarck's clock is two hours ahead of the office's: this is Wednesday from eight to ten there.
    ({"business_hours": {"wednesday": {"opens_at": "06:00", "closes_at": "08:00"}}}, "outside_business_hours"),
    ({"business_hours": {"tuesday": {"opens_at": "07:01", "closes_at": "12:00"}}}, "outside_business_hours"),
]


class TestSearchAndBooking:
    @pytest.mark.parametrize(("terms", "reason"), TERMS)
    async def test_search_names_the_reason_and_the_next_day_that_will_do(
        self, client: httpx.AsyncClient, company: Company, terms: dict[str, Any], reason: str
    ) -> None:
        assert offered(await find(client), company)
        await change(client, company, **terms)
        found = await find(client)
        assert (found["offers"], found["reasons"]) == ([], [{"code": reason, "count": 1}])
        for instant in found["nearest_free"]:
            assert offered(await find(client, instant), company)
        assert found["nearest_free"] or "tuesday" in str(terms)
        await change(client, company, lead_time_hours=0, business_hours=None)
        assert offered(await find(client), company)

    @pytest.mark.parametrize(("terms", "reason"), TERMS)
    async def test_what_changed_since_the_search_is_refused_at_each_step(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        terms: dict[str, Any],
        reason: str,
    ) -> None:
        offer = offered(await find(client), company)
        assert offer
        pinned = await quote(client, customer, offer)
        await change(client, company, **terms)
        late = await client.post("/v1/quotes", headers=customer.headers, json={"offer_id": offer})
        assert (late.status_code, late.json()["code"]) == (409, "offer_withdrawn")
        refused = await hold(client, customer, pinned["id"])
        assert (refused.status_code, refused.json()["code"]) == (409, "outside_terms")
        assert refused.json()["reason"] == reason
        await change(client, company, lead_time_hours=0, business_hours=None)
        assert (await hold(client, customer, pinned["id"])).status_code == 201

    async def test_a_day_off_is_nobodys_and_jobs_of_that_day_stay(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ) -> None:
        offer, later = offered(await find(client), company), offered(await find(client, "2027-03-09T14:00:00"), company)
        assert offer
        assert later
        booked = await hold(client, customer, (await quote(client, customer, offer))["id"])
        pinned = await quote(client, customer, later)
        day_off = await post(client, company.headers, DAYS_OFF, {"day": "2027-03-09", "name": "Inventory"}, 201)
        found = await find(client)
        assert (found["offers"], found["reasons"]) == ([], [{"code": "day_off", "count": 1}])
        assert found["nearest_free"][0].startswith("2027-03-10")
        refused = await hold(client, customer, pinned["id"])
        assert (refused.json()["code"], refused.json()["reason"]) == ("outside_terms", "day_off")
        kept = await client.get(f"/v1/bookings/{booked.json()['id']}", headers=customer.headers)
        assert kept.json()["status"] == "held"
        await client.delete(f"{DAYS_OFF}/{day_off['id']}", headers=company.headers)
        assert (await hold(client, customer, pinned["id"])).status_code == 201

    async def test_both_ends_must_be_inside_where_the_company_asks(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ) -> None:
        offer = offered(await find(client, destination=GRAND_FORKS), company)
        assert offer
        pinned = await quote(client, customer, offer)
        await change(client, company, requires_both_ends=True)
        found = await find(client, destination=GRAND_FORKS)
        assert found["reasons"] == [{"code": "destination_outside_area", "count": 1}]
        assert found["nearest_free"] == []
        assert offered(await find(client), company)
        refused = await hold(client, customer, pinned["id"])
        assert (refused.json()["code"], refused.json()["reason"]) == ("outside_terms", "destination_outside_area")
        there = (await client.get("/v1/orgs", params={"state": "ND"})).json()
        assert there["items"]
        grand_forks = {"radius_miles": 10, "center": {"lat": 47.9253, "lng": -97.0329}}
        await post(client, company.headers, AREAS, grand_forks, 201)
        assert offered(await find(client, destination=GRAND_FORKS), company)
        assert (await hold(client, customer, pinned["id"])).status_code == 201

    async def test_offer_and_quote_end_when_it_is_too_late_to_ask(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, clock: ManualClock
    ) -> None:
        # The job is 191 hours ahead: an offer has ten minutes left.
        starts_at = clock.now() + timedelta(hours=190, minutes=10)
        await change(client, company, lead_time_hours=190)
        found = await find(client, starts_at.isoformat())
        [told] = [one for one in found["offers"] if one["organization"]["id"] == company.id]
        until = (clock.now() + timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
        assert told["expires_at"] == until
        pinned = await quote(client, customer, told["offer_id"])
        assert pinned["expires_at"] == until
        clock.advance(timedelta(minutes=10))
        late = await client.post("/v1/quotes", headers=customer.headers, json={"offer_id": told["offer_id"]})
        assert (late.status_code, late.json()["code"]) == (409, "offer_expired")
        assert (await hold(client, customer, pinned["id"])).json()["code"] == "quote_expired"

    async def test_terms_bind_customers_who_reschedule_and_not_the_companys_people(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ) -> None:
        offer = offered(await find(client), company)
        assert offer
        booking = (await hold(client, customer, (await quote(client, customer, offer))["id"])).json()
        here = f"/v1/bookings/{booking['id']}"
        await post(client, customer.headers, f"{here}/confirm")
        await change(client, company, business_hours=HOURS)
        wish = {"starts_at": "2027-03-10T09:00:00"}
        refused = await client.post(f"{here}/reschedule/preview", headers=customer.headers, json=wish)
        assert (refused.status_code, refused.json()["code"]) == (409, "outside_terms")
        seen = await post(client, company.headers, f"{here}/reschedule/preview", wish)
        assert seen["is_free"] is True

    async def test_alternatives_keep_to_the_terms(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ) -> None:
        offer = offered(await find(client), company)
        assert offer
        both = [await quote(client, customer, offer) for _ in range(2)]
        assert (await hold(client, customer, both[0]["id"])).status_code == 201
        free = (await hold(client, customer, both[1]["id"])).json()["alternatives"]
        assert len(free) == 3
        last = datetime.fromisoformat(free[-1]["starts_at"]).astimezone(ZoneInfo("America/Los_Angeles"))
        minutes = {"opens_at": f"{last:%H:%M}", "closes_at": f"{last + timedelta(minutes=1):%H:%M}"}
        for day, found in ((f"{last:%A}".lower(), 3), ("sunday", 2)):
            await change(client, company, business_hours={day: minutes})
            lost = (await hold(client, customer, both[1]["id"])).json()
            starts = [datetime.fromisoformat(one["starts_at"]).astimezone(last.tzinfo) for one in lost["alternatives"]]
            assert (lost["code"], len(starts)) == ("slot_taken", found)
            assert {f"{one:%A %H:%M}".lower() for one in starts} == {f"{day} {last:%H:%M}"}


class TestSettings:
    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ({"lead_time_hours": -1}, ("/lead_time_hours", "greater_than_equal")),
            ({"lead_time_hours": 721}, ("/lead_time_hours", "less_than_equal")),
            ({"lead_time_hours": "1"}, ("/lead_time_hours", "int_type")),
            ({"requires_both_ends": 1}, ("/requires_both_ends", "bool_type")),
            ({"business_hours": {}}, ("/business_hours", "value_error")),
            ({"business_hours": {"monday": None}}, ("/business_hours", "value_error")),
            ({"business_hours": {"funday": HOURS["tuesday"]}}, ("/business_hours/funday", "unknown_field")),
            (
                {"business_hours": {"monday": {"opens_at": "17:00", "closes_at": "08:00"}}},
                ("/business_hours/monday", "value_error"),
            ),
            (
                {"business_hours": {"monday": {"opens_at": "8:00", "closes_at": "24:00"}}},
                ("/business_hours/monday/opens_at", "string_pattern_mismatch"),
            ),
        ],
    )
    async def test_what_are_no_terms_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, patch: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        before = (await client.get("/v1/org", headers=mover_a.headers)).json()
        refused = await client.patch("/v1/org", headers=mover_a.headers, json=patch)
        assert refused.status_code == 422
        assert expected in faults(refused)
        assert (await client.get("/v1/org", headers=mover_a.headers)).json() == before

    async def test_a_company_is_open_at_any_time_until_it_says_otherwise(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        own = (await client.get("/v1/org", headers=mover_a.headers)).json()
        assert (own["lead_time_hours"], own["requires_both_ends"], own["business_hours"]) == (0, False, None)
        told = (await client.patch("/v1/org", headers=mover_a.headers, json={"business_hours": HOURS})).json()
        assert told["business_hours"]["tuesday"] == HOURS["tuesday"]
        assert told["business_hours"]["monday"] is None

    async def test_a_day_off_stands_once(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member) -> None:
        body = {"day": "2027-12-24", "name": "Christmas Eve"}
        answers = await asyncio.gather(*(client.post(DAYS_OFF, headers=mover_a.headers, json=body) for _ in range(4)))
        assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
        assert {one.json()["code"] for one in answers if one.status_code == 409} == {"day_off_stands"}
        await post(client, mover_b.headers, DAYS_OFF, body, 201)
        [kept] = (await client.get(DAYS_OFF, headers=mover_a.headers)).json()["items"]
        assert (kept["day"], kept["name"]) == (body["day"], body["name"])
        foreign = await client.delete(f"{DAYS_OFF}/{kept['id']}", headers=mover_b.headers)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "day_off_not_found")

    async def test_a_day_that_is_over_is_refused_and_not_listed(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, clock: ManualClock
    ) -> None:
        past = await client.post(DAYS_OFF, headers=mover_a.headers, json={"day": "2027-02-28", "name": "Sunday"})
        assert (past.status_code, faults(past)) == (422, [("/day", "day_off_past")])
        await post(client, mover_a.headers, DAYS_OFF, {"day": "2027-03-01", "name": "Today"}, 201)
        clock.advance(timedelta(minutes=14))
        assert len((await client.get(DAYS_OFF, headers=mover_a.headers)).json()["items"]) == 1
