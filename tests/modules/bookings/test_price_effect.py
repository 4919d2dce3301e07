"""What another version of the prices would have made of the last ninety days' bookings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.bookings import OAKLAND, PRICES, SMALL_JOB, book_by_hand, new_key, write_prices
from tests.factories.market import Company, book, invite_customers, open_company, post
from tests.factories.standing import signed_in_anew

pytestmark = pytest.mark.integration

HURON: Final = {"line1": "239 Wisconsin Avenue SW", "city": "Huron", "state": "SD", "postal_code": "57350"}
HERE: Final = {"origin": HURON, "destination": HURON}
DEARER: Final = {**PRICES, "base_hourly_rate": "180", "minimum_charge": "0"}


async def write(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> str:
    """The id of a new version, a draft."""
    body = {**DEARER, **changes}
    return str((await post(client, headers, "/v1/pricing-configs", body, 201))["id"])


async def effect(client: httpx.AsyncClient, headers: dict[str, str], config_id: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/pricing-configs/{config_id}/effect", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def booked(
    client: httpx.AsyncClient, resources: Resources, company: Company, larger: str = "two_bedroom"
) -> list[dict[str, Any]]:
    """Two moves on different days, of different sizes."""
    customers = await invite_customers(resources, 2)
    wishes = [("2027-03-08T09:00:00", "studio"), ("2027-03-10T09:00:00", larger)]
    return [
        await book(client, customer, company, starts_at, home_size=size, **HERE)
        for customer, (starts_at, size) in zip(customers, wishes, strict=True)
    ]


async def simulated(
    client: httpx.AsyncClient, headers: dict[str, str], config: Any, booking: dict[str, Any]
) -> Decimal:
    explained = await client.get(f"/v1/quotes/{booking['quote_id']}/explain", headers=headers)
    stored = explained.json()["inputs"]
    known = ("starts_at", "booked_at", "hours", "crew", "distance_miles", "drive_minutes", "volume_cuft", "weight_lb")
    job = {name: stored[name] for name in (*known, "pickup", "dropoff", "inventory")}
    body = {"config": config, "job": job | {"pickup_zone": "America/Chicago"}}
    answer = await client.post("/v1/pricing-configs/simulate", headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    return Decimal(answer.json()["total"]["amount"])


async def test_each_booking_and_the_sums_are_what_simulating_them_says(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    company = await open_company(client, staff.headers, place=HURON)
    bookings = await booked(client, resources, company)
    draft = await write(client, company.headers)
    told = await effect(client, company.headers, draft)
    assert (told["version_before"], told["version_after"]) == (1, 2)
    assert (told["compared"], told["is_capped"], told["changed"]) == (2, False, 2)
    assert sorted(one["booking_id"] for one in told["bookings"]) == sorted(one["id"] for one in bookings)
    totals = {one["booking_id"]: one for one in told["bookings"]}
    for booking in bookings:
        mine = totals[booking["id"]]
        assert mine["before"] == booking["price"]["total"]
        after = await simulated(client, company.headers, DEARER, booking)
        assert Decimal(mine["after"]["amount"]) == after
        assert Decimal(mine["change"]["amount"]) == after - Decimal(mine["before"]["amount"])
    sums = [sum(Decimal(one[name]["amount"]) for one in told["bookings"]) for name in ("before", "after", "change")]
    assert [Decimal(told[name]["amount"]) for name in ("total_before", "total_after", "change")] == sums
    changes = [abs(Decimal(one["change"]["amount"])) for one in told["bookings"]]
    assert changes == sorted(changes, reverse=True)
    assert len((await effect(client, company.headers, draft, limit=1))["bookings"]) == 1


async def test_the_same_prices_change_nothing(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    company = await open_company(client, staff.headers, place=HURON)
    await booked(client, resources, company)
    same = await write(client, company.headers, **PRICES)
    told = await effect(client, company.headers, same)
    assert (told["compared"], told["changed"], told["bookings"]) == (2, 0, [])
    assert told["change"]["amount"] == "0.00"
    dearer = await write(client, company.headers)
    there, back = [
        await effect(client, company.headers, one, since=other) for one, other in ((dearer, same), (same, dearer))
    ]
    assert Decimal(there["change"]["amount"]) == -Decimal(back["change"]["amount"]) != 0


async def test_a_booking_without_a_price_is_counted_and_in_no_sum(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    company = await open_company(
        client,
        staff.headers,
        place=HURON,
        trucks=(1600, 1600),
        drivers=2,
        helpers=2,
        prices={"extra_mover_hourly_rate": "40"},
    )
    bookings = await booked(client, resources, company, "three_bedroom")
    large = [one["id"] for one in bookings if one["crew_size"] > 2]
    assert len(large) == 1
    draft = await write(client, company.headers)
    told = await effect(client, company.headers, draft)
    assert (told["compared"], told["not_priced_before"], told["not_priced_after"]) == (2, 0, 1)
    first = told["bookings"][0]
    assert (first["booking_id"], first["after"], first["change"]) == (large[0], None, None)
    assert first["not_priced"] == "crew_too_large"
    assert told["total_before"] == told["bookings"][1]["before"]


async def test_only_bookings_of_ninety_days_by_a_price_list_and_not_called_off(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
) -> None:
    await write_prices(client, mover_a.headers)
    await book_by_hand(client, mover_a.headers)
    kept = await book_by_hand(client, mover_a.headers, estimate=SMALL_JOB)
    gone = await book_by_hand(client, mover_a.headers, estimate=SMALL_JOB)
    await post(client, mover_a.headers, f"/v1/bookings/{kept['id']}/confirm")
    await post(client, mover_a.headers, f"/v1/bookings/{gone['id']}/cancel", {"reason": "Changed their mind"})
    draft = await write(client, mover_a.headers)
    told = await effect(client, mover_a.headers, draft)
    assert [one["booking_id"] for one in told["bookings"]] == [kept["id"]]
    clock.advance(timedelta(days=91))
    anew = (await signed_in_anew(client, Company(mover_a))).headers
    assert (await effect(client, anew, draft))["compared"] == 0


async def test_what_cannot_be_compared_is_refused(client: httpx.AsyncClient, mover_a: Member, mover_b: Member) -> None:
    await write_prices(client, mover_a.headers)
    draft = await write(client, mover_a.headers, currency="CAD")
    path = f"/v1/pricing-configs/{draft}/effect"
    other = await client.get(path, headers=mover_a.headers)
    assert (other.status_code, other.json()["code"]) == (409, "pricing_currencies_differ")
    foreign = await client.get(path, headers=mover_b.headers)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "pricing_config_not_found")
    for query in ({"limit": 0}, {"limit": 201}, {"since": "x"}, {"until": "2027-01-01"}):
        refused = await client.get(path, headers=mover_a.headers | new_key(), params=query)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"query:{next(iter(query))}")


async def test_the_way_from_the_base_is_priced_whatever_a_booking_was_priced_by(
    client: httpx.AsyncClient, mover_a: Member
) -> None:
    """As it would have been, had it been booked by those prices."""
    await write_prices(client, mover_a.headers)
    away = {"estimate": SMALL_JOB, "origin": OAKLAND, "destination": OAKLAND}
    await book_by_hand(client, mover_a.headers, **away)
    draft = await write(client, mover_a.headers, **PRICES, travel="portal_to_portal")
    [compared] = (await effect(client, mover_a.headers, draft))["bookings"]
    assert Decimal(compared["change"]["amount"]) > 0
    await post(client, mover_a.headers, f"/v1/pricing-configs/{draft}/activate")
    booked_by_it = await book_by_hand(client, mover_a.headers, **away)
    assert compared["after"] == booked_by_it["price"]["total"]
