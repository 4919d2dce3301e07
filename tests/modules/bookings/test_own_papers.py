"""What a company's own people book by hand: its papers bind them as they bind customers, its terms do not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, book_by_hand, new_key
from tests.factories.calendar import taken_by
from tests.factories.fleet import SAN_FRANCISCO, add_truck
from tests.factories.market import open_company, post
from tests.factories.verification import add_policy

pytestmark = pytest.mark.integration

LAST_DAY = "2027-03-20"
ENDS = {"effective_on": "2027-01-01", "expires_on": LAST_DAY}
OVER = (409, "papers_end_before", "insurance")
AGREED: dict[str, Any] = {
    "origin": SAN_FRANCISCO,
    "destination": OAKLAND,
    "contact": CONTACT,
    "price": {"amount": "500.00", "currency": "USD"},
}


def on(day: str, first: int = 9) -> dict[str, str]:
    return {"starts_at": f"{day}T{first:02}:00:00", "ends_at": f"{day}T{first + 4:02}:00:00"}


def crew_of(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("truck_ids", "driver_ids")}


async def hold(client: httpx.AsyncClient, headers: dict[str, str], **job: Any) -> httpx.Response:
    return await client.post("/v1/bookings", headers=headers | new_key(), json=AGREED | job)


async def move(
    client: httpx.AsyncClient, headers: dict[str, str], booking: dict[str, Any], starts_at: str, path: str = ""
) -> httpx.Response:
    body = {"starts_at": starts_at} | ({} if path else {"expected_total": booking["price"]["total"]})
    here = f"/v1/bookings/{booking['id']}/reschedule{path}"
    return await client.post(here, headers=headers | new_key(), json=body)


def told(answer: httpx.Response) -> tuple[Any, ...]:
    body = answer.json()
    return (answer.status_code, body.get("code"), body.get("paper"))


async def status_of(client: httpx.AsyncClient, member: Member, booking: dict[str, Any]) -> Any:
    return (await client.get(f"/v1/bookings/{booking['id']}", headers=member.headers)).json()["status"]


@pytest.fixture
async def ending(client: httpx.AsyncClient, mover_a: Member) -> Member:
    """Whoever is not verified yet keeps a diary of its own; it has shown a policy that ends."""
    await add_policy(client, mover_a.headers, **ENDS)
    return mover_a


class TestPapers:
    async def test_no_day_beyond_a_papers_end_is_held_by_hand(
        self, client: httpx.AsyncClient, ending: Member, logins: Logins
    ) -> None:
        held = await book_by_hand(client, ending.headers, window=on(LAST_DAY))
        overnight = {"starts_at": "2027-03-20T22:00:00", "ends_at": "2027-03-21T02:00:00"}
        for window in (on("2027-03-21"), overnight):
            assert told(await hold(client, ending.headers, **crew_of(held), window=window)) == OVER
        assert await taken_by(logins, held["id"]) == {*held["truck_ids"], *held["driver_ids"]}
        await add_policy(client, ending.headers, policy_number="HM-2", effective_on="2027-03-21")
        assert (await hold(client, ending.headers, **crew_of(held), window=overnight)).status_code == 201

    async def test_legs_are_held_to_their_last_day(self, client: httpx.AsyncClient, ending: Member) -> None:
        crew = crew_of(await book_by_hand(client, ending.headers, window=on("2027-03-09")))
        days = (("loading", "2027-03-19"), ("unloading", "2027-03-21"))
        legs = [{"kind": kind, **on(day), **crew} for kind, day in days]
        assert told(await hold(client, ending.headers, legs=legs)) == OVER

    async def test_nor_is_a_booking_moved_there_or_given_a_team_there(
        self, client: httpx.AsyncClient, ending: Member, logins: Logins
    ) -> None:
        held = await book_by_hand(client, ending.headers, window=on("2027-03-18"))
        await post(client, ending.headers, f"/v1/bookings/{held['id']}/confirm")
        for path in ("", "/preview"):
            assert told(await move(client, ending.headers, held, "2027-03-22T09:00:00", path)) == OVER
        assert (await move(client, ending.headers, held, "2027-03-19T09:00:00")).status_code == 200
        here = f"/v1/bookings/{held['id']}/assign"
        await end_policies(logins, ending, date(2027, 3, 18))
        assert told(await client.post(here, headers=ending.headers | new_key(), json=crew_of(held))) == OVER
        await end_policies(logins, ending, date(2027, 3, 19))
        await post(client, ending.headers, here, crew_of(held))

    @pytest.mark.parametrize("path", ["auto-assign/preview", "auto-assign", "swap-truck/preview", "swap-truck"])
    async def test_nor_is_a_job_planned_beyond_it_and_the_planner_is_told_the_paper(
        self, client: httpx.AsyncClient, ending: Member, logins: Logins, path: str
    ) -> None:
        """Of two jobs of one day the first ends on it, and the other on the day after, which the paper does not reach."""
        first = await book_by_hand(client, ending.headers, window=on("2027-03-18", 14))
        team, night = crew_of(first), {"starts_at": "2027-03-18T20:00:00", "ends_at": "2027-03-19T01:00:00"}
        second = (await hold(client, ending.headers, **team, window=night)).json()
        for one in (first, second):
            await post(client, ending.headers, f"/v1/bookings/{one['id']}/confirm")
        await add_truck(client, ending.headers, license_plate="PAPERS 2")
        await end_policies(logins, ending, date(2027, 3, 18))
        wish = {"day": "2027-03-18"} | ({"truck_id": first["truck_ids"][0]} if path.startswith("swap") else {})
        plan = await post(client, ending.headers, f"/v1/dispatch/{path}", wish)
        reasons = {one["booking_id"]: (one.get("reason"), one.get("paper")) for one in plan["jobs"]}
        reasons |= {one["booking_id"]: (one["reason"], one["paper"]) for one in plan.get("left_over", [])}
        assert reasons == {first["id"]: (None, None), second["id"]: ("papers_end_before", "insurance")}
        statuses = [await status_of(client, ending, one) for one in (first, second)]
        assert statuses == ["confirmed" if path.endswith("preview") else "assigned", "confirmed"]

    async def test_what_is_free_instead_lies_within_the_papers(self, client: httpx.AsyncClient, ending: Member) -> None:
        held = await book_by_hand(client, ending.headers, window=on(LAST_DAY, 12))
        lost = (await hold(client, ending.headers, **crew_of(held), window=on(LAST_DAY, 14))).json()
        starts = [datetime.fromisoformat(one["starts_at"]) for one in lost["alternatives"]]
        assert lost["code"] == "slot_taken"
        assert {(one - timedelta(hours=7)).date().isoformat() for one in starts} == {LAST_DAY}

    async def test_who_has_shown_nothing_yet_keeps_its_diary(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        assert (await book_by_hand(client, mover_a.headers))["status"] == "held"

    async def test_whoever_is_verified_shows_all_and_its_terms_bind_customers_alone(
        self, client: httpx.AsyncClient, staff: StaffMember, logins: Logins
    ) -> None:
        company = await open_company(client, staff.headers)
        terms = {"lead_time_hours": 720}
        assert (await client.patch("/v1/org", headers=company.headers, json=terms)).status_code == 200
        crew = {"truck_ids": company.truck_ids, "driver_ids": company.driver_ids}
        assert (await hold(client, company.headers, **crew, window=on("2027-03-18"))).status_code == 201
        await end_policies(logins, company.member, None)
        assert told(await hold(client, company.headers, **crew, window=on("2027-03-19"))) == OVER


async def test_who_is_suspended_makes_no_new_promise_and_keeps_those_it_made(
    client: httpx.AsyncClient, staff: StaffMember
) -> None:
    company = await open_company(client, staff.headers)
    crew = {"truck_ids": company.truck_ids, "driver_ids": company.driver_ids}
    held = (await hold(client, company.headers, **crew, window=on("2027-03-18"))).json()
    await post(client, company.headers, f"/v1/bookings/{held['id']}/confirm")
    open_still = (await hold(client, company.headers, **crew, window=on("2027-03-17"))).json()
    reason = {"reason": "Complaints"}
    await post(client, staff.headers, f"/v1/ops/orgs/{company.id}/suspend", reason)
    refused = (409, "company_not_bookable", None)
    assert told(await hold(client, company.headers, **crew, window=on("2027-03-19"))) == refused
    for path in ("", "/preview"):
        assert told(await move(client, company.headers, held, "2027-03-19T09:00:00", path)) == refused
    late = f"/v1/bookings/{open_still['id']}/confirm"
    assert told(await client.post(late, headers=company.headers | new_key())) == refused
    await post(client, company.headers, f"/v1/bookings/{held['id']}/assign", crew)
    await post(client, staff.headers, f"/v1/ops/orgs/{company.id}/reinstate", reason)
    assert (await hold(client, company.headers, **crew, window=on("2027-03-19"))).status_code == 201


async def end_policies(logins: Logins, member: Member, last_day: date | None) -> None:
    """As a correction in the database; None: they were never there."""
    connection = await asyncpg.connect(logins.admin)
    if last_day is None:
        await connection.execute("DELETE FROM app.insurance_policies WHERE org_id = $1", member.org_id)
    else:
        query = "UPDATE app.insurance_policies SET expires_on = $2 WHERE org_id = $1"
        await connection.execute(query, member.org_id, last_day)
    await connection.close()
