"""What there is to choose from among offers, what a choice leaves, and what is said when it leaves nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from tests.conftest import Logins, StaffMember
from tests.factories.calendar import administrator
from tests.factories.market import Company, open_company, post, search

pytestmark = pytest.mark.integration

START: Final = "2027-03-09T09:00"
WILLISTON: Final = {"line1": "1 Main Street", "city": "Williston", "state": "ND", "postal_code": "58801"}
MINOT: Final = {"line1": "1 Main Street", "city": "Minot", "state": "ND", "postal_code": "58701"}
PIERRE: Final = {"line1": "1 Main Street", "city": "Pierre", "state": "SD", "postal_code": "57501"}


async def look(client: httpx.AsyncClient, place: dict[str, str], start: str = START, **more: Any) -> dict[str, Any]:
    return await search(client, start, origin=place, destination=place, **more)


def named(found: dict[str, Any]) -> list[str]:
    return [offer["organization"]["id"] for offer in found["offers"]]


async def rate(logins: Logins, company: Company, rating: str) -> None:
    async with administrator(logins) as admin:
        query = "UPDATE app.organizations SET rating_average = $2, rating_count = 3 WHERE id = $1"
        assert await admin.execute(query, company.member.org_id, Decimal(rating)) == "UPDATE 1"


async def test_facets_count_and_filters_leave_what_they_counted(
    client: httpx.AsyncClient, staff: StaffMember, logins: Logins
):
    def policy(amount: str) -> dict[str, Any]:
        return {"coverage": {"amount": amount, "currency": "USD"}}

    cheap = await open_company(client, staff.headers, place=WILLISTON, policy=policy("20000"))
    good = await open_company(
        client, staff.headers, place=WILLISTON, prices={"minimum_charge": "700"}, policy=policy("120000")
    )
    fair = await open_company(
        client, staff.headers, place=WILLISTON, prices={"minimum_charge": "500"}, policy=policy("60000")
    )
    await rate(logins, good, "4.8")
    await rate(logins, fair, "4.1")
    found = await look(client, WILLISTON)
    assert set(named(found)) == {cheap.id, good.id, fair.id}
    facets = found["facets"]
    totals = sorted(Decimal(one["price"]["total"]["amount"]) for one in found["offers"])
    [prices] = facets["prices"]
    assert (Decimal(prices["lowest"]["amount"]), Decimal(prices["highest"]["amount"])) == (totals[0], totals[-1])
    assert prices["count"] == 3
    assert [(one["at_least"], one["count"]) for one in facets["ratings"]] == [("4.5", 1), ("4", 2), ("3", 2)]
    assert facets["unrated"] == 1
    assert [one["count"] for one in facets["cargo_coverage"]] == [3, 2, 1, 0]
    assert [one["count"] for one in facets["liability_coverage"]] == [0, 0, 0, 0]
    assert facets["distances"][-1] == {"within_miles": 100, "count": 3}
    for filters, left in (
        ({"min_rating": "4.5"}, {good.id}),
        ({"min_rating": 4}, {good.id, fair.id}),
        ({"min_cargo_coverage": "50000"}, {good.id, fair.id}),
        ({"max_total": {"amount": str(totals[0])}}, {cheap.id}),
        ({"max_total": {"amount": "99999", "currency": "CAD"}}, set()),
        ({"max_distance_miles": 10}, {cheap.id, good.id, fair.id}),
        ({"min_liability_coverage": 1}, set()),
    ):
        chosen = await look(client, WILLISTON, filters=filters)
        assert set(named(chosen)) == left, filters
        assert chosen["facets"] == facets
        told = [] if left else [{"code": "filtered_out", "count": 3}]
        assert (chosen["reasons"], chosen["nearest_free"]) == (told, [])


@pytest.mark.parametrize(
    ("filters", "pointer"),
    [
        ({"min_rating": 6}, "/filters/min_rating"),
        ({"max_total": {"amount": -1}}, "/filters/max_total/amount"),
        ({"max_distance_miles": "far"}, "/filters/max_distance_miles"),
        ({"colour": "red"}, "/filters/colour"),
    ],
)
async def test_a_filter_that_is_none_is_refused(client: httpx.AsyncClient, filters: dict[str, Any], pointer: str):
    body = {
        "origin": WILLISTON,
        "destination": WILLISTON,
        "starts_at": START,
        "home_size": "studio",
        "filters": filters,
    }
    refused = await client.post("/v1/search", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_list_goes_on_as_it_began_whoever_came_since(client: httpx.AsyncClient, staff: StaffMember):
    """A newcomer, cheaper than all, would move the scale by which the others are measured."""
    rates = ("500", "600", "700", "800")
    first = [await open_company(client, staff.headers, place=MINOT, prices={"minimum_charge": one}) for one in rates]
    page = await look(client, MINOT, limit=2)
    newcomer = await open_company(client, staff.headers, place=MINOT, prices={"minimum_charge": "400"})
    rest = await look(client, MINOT, limit=2, cursor=page["next_cursor"])
    assert named(page) + named(rest) == [one.id for one in first]
    assert rest["next_cursor"] is None
    assert named(await look(client, MINOT))[0] == newcomer.id


async def test_another_hour_of_the_day_is_named_when_the_wanted_one_is_taken(
    client: httpx.AsyncClient, staff: StaffMember
):
    company = await open_company(client, staff.headers, place=PIERRE)
    morning = {"starts_at": "2027-03-09T06:00:00-06:00", "ends_at": "2027-03-09T13:00:00-06:00"}
    await post(client, company.headers, f"/v1/trucks/{company.truck_ids[0]}/time-off", morning, 201)
    found = await look(client, PIERRE)
    assert (found["offers"], found["reasons"]) == ([], [{"code": "none_free", "count": 1}])
    assert found["other_hours"] == [f"2027-03-09T{hour}:00:00Z" for hour in (19, 20, 21)]
    assert found["nearest_free"][0] == "2027-03-10T15:00:00Z"
    for hour in found["other_hours"]:
        assert named(await look(client, PIERRE, hour)) == [company.id]
