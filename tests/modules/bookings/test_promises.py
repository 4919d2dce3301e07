"""What a company breaks of what it promises costs it its place in searches: the figures, and as all sides meet them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.bookings.service.promises import count_all_promises
from app.modules.orgs.public import Promises
from app.runtime.resources import Resources
from tests.conftest import Logins, StaffMember
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote, search
from tests.factories.signing import signed_in_again
from tests.factories.worker import work

# A town of their own.
MISSOULA: Final = {"line1": "435 Ryman Street", "city": "Missoula", "state": "MT", "postal_code": "59802"}
MORNING: Final = datetime(2027, 3, 9, 16, tzinfo=UTC)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("kept", "cancelled", "missed", "percent", "reliability"),
    [
        (0, 0, 0, None, 1.0),
        (0, 9, 0, None, 1.0),  # too few to say anything
        (9, 1, 0, 10.0, 1.0),
        (8, 1, 1, 20.0, 0.5),
        (89, 6, 5, 11.0, 0.95),
        (7, 3, 0, 30.0, 0.0),
        (0, 5, 5, 100.0, 0.0),
        (1_000, 0, 0, 0.0, 1.0),
    ],
)
def test_ten_of_a_hundred_are_forgiven_and_from_thirty_on_nothing_speaks_for_it(
    kept: int, cancelled: int, missed: int, percent: float | None, reliability: float
) -> None:
    told = Promises(kept, cancelled, missed, called_off=7)
    assert (told.broken_percent, told.reliability) == (percent, reliability)


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    return await open_company(client, staff.headers, place=MISSOULA)


@pytest.fixture
async def customer(resources: Resources) -> SignedInCustomer:
    [made] = await invite_customers(resources, 1)
    return made


async def offers(client: httpx.AsyncClient, starts_at: datetime = MORNING) -> list[dict[str, Any]]:
    told = await search(client, starts_at.isoformat(), origin=MISSOULA, destination=MISSOULA)
    found: list[dict[str, Any]] = told["offers"]
    return found


async def confirmed(
    client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, starts_at: datetime = MORNING
) -> str:
    [offer] = [one for one in await offers(client, starts_at) if one["organization"]["id"] == company.id]
    held = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
    assert held.status_code == 201, held.text
    booking_id: str = held.json()["id"]
    await post(client, customer.headers, f"/v1/bookings/{booking_id}/confirm")
    return booking_id


async def keep(logins: Logins, company: Company, jobs: int) -> None:
    """As if so many customers' jobs had been confirmed and done besides: copies of one that was, all of the same day."""
    connection = await asyncpg.connect(logins.admin)
    try:
        columns = await connection.fetchval(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE table_schema = 'app'"
            " AND table_name = 'quotes' AND column_name <> 'id'"
        )
        await connection.execute(
            f"INSERT INTO app.quotes (id, {columns}) SELECT gen_random_uuid(), {columns} FROM app.quotes, "
            "generate_series(1, $2) WHERE org_id = $1 AND id = (SELECT min(id::text)::uuid FROM app.quotes "
            "WHERE org_id = $1)",
            company.member.org_id,
            jobs,
        )
        columns = await connection.fetchval(
            "SELECT string_agg('b.' || quote_ident(column_name), ', ' ORDER BY column_name) FROM "
            "information_schema.columns WHERE table_schema = 'app' AND table_name = 'bookings' AND column_name NOT IN "
            "('id', 'reference', 'quote_id', 'status', 'ended_by', 'cancellation_fee', 'cancellation_refund', "
            "'covers_replacement')"
        )
        await connection.execute(
            f"INSERT INTO app.bookings (id, reference, quote_id, status, {columns.replace('b.', '')}) "
            f"SELECT gen_random_uuid(), q.id::text, q.id, 'completed', {columns} FROM app.quotes AS q, app.bookings AS b "
            "WHERE q.org_id = $1 AND b.org_id = $1 AND b.id = (SELECT min(id::text)::uuid FROM app.bookings "
            "WHERE org_id = $1) AND NOT EXISTS (SELECT FROM app.bookings AS o WHERE o.quote_id = q.id)",
            company.member.org_id,
        )
    finally:
        await connection.close()


async def promises(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = (await client.get("/v1/org", headers=headers)).json()["promises"]
    return told


@pytest.mark.integration
class TestCount:
    async def test_what_the_company_cancels_is_counted_and_what_customers_call_off_is_not(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        logins: Logins,
        worker_resources: Resources,
        staff: StaffMember,
    ) -> None:
        days = [MORNING + timedelta(days=day) for day in range(3)]
        mine, called, own = [await confirmed(client, company, customer, day) for day in days]
        new: dict[str, Any] = {"kept": 0, "cancelled": 0, "missed": 0, "called_off": 0}
        new |= {"broken_percent": None, "reliability": 1.0, "counted_at": None}
        assert await promises(client, company.headers) == new
        await keep(logins, company, 9)
        await post(client, company.headers, f"/v1/bookings/{mine}/cancel", {"reason": "The truck is sold."})
        body = {"reason": "Called at noon.", "requested_by": "customer"}
        await post(client, company.headers, f"/v1/bookings/{called}/cancel", body)
        await post(client, customer.headers, f"/v1/bookings/{own}/cancel", {"reason": "No more."})
        version = (await client.get("/v1/org", headers=company.headers)).headers["etag"]
        await work(worker_resources)
        told = await client.get("/v1/org", headers=company.headers)
        seen = told.json()["promises"]
        assert seen.pop("counted_at") is not None
        assert seen == {
            "kept": 9,
            "cancelled": 1,
            "missed": 0,
            "called_off": 1,
            "broken_percent": 10.0,
            "reliability": 1.0,
        }
        assert told.headers["etag"] == version
        file = await client.get(f"/v1/ops/orgs/{company.id}", headers=staff.headers)
        assert {name: file.json()["promises"][name] for name in seen} == seen

    async def test_jobs_by_hand_and_holds_make_and_break_no_promise(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        worker_resources: Resources,
    ) -> None:
        [offer] = [one for one in await offers(client) if one["organization"]["id"] == company.id]
        held = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
        await post(client, company.headers, f"/v1/bookings/{held.json()['id']}/cancel", {"reason": "No."})
        body = {
            "window": {"starts_at": "2027-03-20T09:00:00", "ends_at": "2027-03-20T12:00:00"},
            "truck_ids": company.truck_ids,
            "driver_ids": company.driver_ids,
            "origin": MISSOULA,
            "destination": MISSOULA,
            "contact": {"full_name": "Bob Moss", "phone": "+14155550123"},
            "price": {"amount": "500"},
        }
        by_hand = await post(client, company.headers, "/v1/bookings", body, 201)
        await post(client, company.headers, f"/v1/bookings/{by_hand['id']}/confirm")
        await post(client, company.headers, f"/v1/bookings/{by_hand['id']}/cancel", {"reason": "No."})
        await work(worker_resources)
        told = await promises(client, company.headers)
        assert (told["kept"], told["cancelled"], told["called_off"]) == (0, 0, 0)

    async def test_a_company_that_does_not_come_breaks_one_and_a_year_later_it_is_forgotten(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        clock: ManualClock,
        worker_resources: Resources,
    ) -> None:
        booking_id = await confirmed(client, company, customer)
        clock.move_to(MORNING + timedelta(hours=2))
        await post(client, customer.headers, f"/v1/bookings/{booking_id}/no-show")
        await work(worker_resources)
        told = await promises(client, await signed_in_again(client, company.member))
        assert (told["kept"], told["missed"], told["broken_percent"]) == (0, 1, None)
        clock.advance(timedelta(days=366))
        await count_all_promises(worker_resources)
        told = await promises(client, await signed_in_again(client, company.member))
        assert (told["kept"], told["missed"]) == (0, 0)

    async def test_jobs_that_its_friends_book_and_call_off_again_dilute_nothing(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        logins: Logins,
        worker_resources: Resources,
    ) -> None:
        days = [MORNING + timedelta(days=day) for day in range(5)]
        *broken, own, to_come = [await confirmed(client, company, customer, day) for day in days]
        await keep(logins, company, 7)
        await post(client, customer.headers, f"/v1/bookings/{own}/cancel", {"reason": "No more."})
        for booking_id in broken:
            await post(client, company.headers, f"/v1/bookings/{booking_id}/cancel", {"reason": "Found a better job."})
        await work(worker_resources)
        told = await promises(client, company.headers)
        assert to_come
        assert (told["kept"], told["cancelled"], told["broken_percent"], told["reliability"]) == (7, 3, 30.0, 0.0)


@pytest.mark.integration
async def test_who_breaks_three_of_ten_stands_behind_who_keeps_them_and_is_told_why(
    client: httpx.AsyncClient,
    company: Company,
    customer: SignedInCustomer,
    logins: Logins,
    worker_resources: Resources,
    staff: StaffMember,
) -> None:
    other = await open_company(client, staff.headers, place=MISSOULA)
    ids = [await confirmed(client, company, customer, MORNING + timedelta(days=day)) for day in (1, 2, 3)]
    await keep(logins, company, 7)
    before = [one["organization"]["id"] for one in await offers(client)]
    for booking_id in ids:
        await post(client, company.headers, f"/v1/bookings/{booking_id}/cancel", {"reason": "Found a better job."})
    await work(worker_resources)
    after = await offers(client)
    told = [{one["factor"]: one["value"] for one in offer["ranking"]} for offer in after]
    assert before == [company.id, other.id]
    assert [one["organization"]["id"] for one in after] == [other.id, company.id]
    assert [(one["price"], one["reliability"]) for one in told] == [(1.0, 1.0), (1.0, 0.0)]
    weights = {one["factor"]: one["weight"] for one in after[0]["ranking"]}
    assert weights == {"price": 0.48, "rating": 0.2, "distance": 0.12, "reliability": 0.2}
