"""Companies as staff find, read and suspend them, by whatever somebody on the phone can say."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import StaffMember
from tests.factories.belongings import PRICES
from tests.factories.bookings import new_key
from tests.factories.fleet import add_truck
from tests.factories.market import Company, book, hold, invite_customers, offer_of, open_company, quote
from tests.factories.worker import read_mailbox, work
from tests.modules.ops.test_reviews import settle
from tests.modules.verification.test_documents import show
from tests.statements import sent_to

pytestmark = pytest.mark.integration

ORGS = "/v1/ops/orgs"


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    return await open_company(client, staff.headers)


async def found(client: httpx.AsyncClient, who: StaffMember, **query: str) -> list[str]:
    """The ids, over all pages."""
    ids: list[str] = []
    page: dict[str, str] = {}
    while True:
        answer = await client.get(ORGS, headers=who.headers, params={"limit": "100"} | query | page)
        assert answer.status_code == 200, answer.text
        ids += [one["id"] for one in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            return ids
        page = {"cursor": answer.json()["next_cursor"]}


class TestFind:
    async def test_by_anything_that_a_caller_can_say(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ) -> None:
        name = f"Quintessential {uuid4().hex[:6]} Haulage"
        email, plate, number = f"{uuid4().hex}@example.com", f"Q{uuid4().hex[:5]} 7".upper(), str(uuid4().int)[:7]
        company = await open_company(client, staff.headers, told={"name": name, "usdot_number": number})
        await add_truck(client, company.headers, license_plate=plate)
        permit = f"CAL-T{uuid4().int % 10**7:07}"
        assert (await show(client, company.member, number=permit)).status_code == 201
        [customer] = await invite_customers(resources, 1)
        offer = await offer_of(client, company, "2027-03-16T09:00:00")
        assert offer
        pinned = await quote(client, customer, offer["offer_id"])
        contact = {"full_name": "Ada Pinch", "phone": "+14155550123", "email": email}
        body = {"quote_id": pinned["id"], "contact": contact}
        booked = await client.post("/v1/bookings", headers=customer.headers | new_key(), json=body)
        assert booked.status_code == 201, booked.text
        said = [
            name,
            name[3:-3].upper(),
            name.replace("Quintessential", "Quintesential"),
            number,
            permit.lower(),
            plate.replace(" ", "").lower(),
            email.upper(),
            company.member.email,
            booked.json()["reference"].lower(),
        ]
        for text in said:
            assert company.id in await found(client, staff, q=text), text
        assert await found(client, staff, q="%_nobody at all_%") == []
        assert company.id not in await found(client, staff, q=name, status="suspended")

    async def test_a_booking_by_its_reference(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources, company: Company
    ) -> None:
        [customer] = await invite_customers(resources, 1)
        booked = await book(client, customer, company, "2027-03-16T09:00:00")
        path = "/v1/ops/bookings"
        answer = await client.get(path, headers=staff.headers, params={"reference": booked["reference"].lower()})
        [one] = [each for each in answer.json()["items"] if each["id"] == booked["id"]]
        assert (one["organization"]["id"], one["status"]) == (company.id, "held")
        nobody = await client.get(path, headers=staff.headers, params={"reference": "MH-0000000"})
        assert (nobody.status_code, nobody.json()) == (200, {"items": []})
        assert (await client.get(path, headers=staff.headers)).status_code == 422

    async def test_what_staff_read_stands_in_the_companys_trail(
        self, client: httpx.AsyncClient, staff: StaffMember, company: Company
    ) -> None:
        await found(client, staff, q=company.member.email)
        read = await client.get(f"{ORGS}/{company.id}", headers=staff.headers)
        told = read.json()
        assert (read.status_code, told["id"], told["status"], told["missing"]) == (200, company.id, "verified", [])
        assert [one["kind"] for one in told["policies"]] == ["cargo"]
        assert [one["step"] for one in told["history"]] == ["approved", "submitted"]
        trail = (await client.get("/v1/org/audit?limit=5", headers=company.headers)).json()["items"]
        assert {"ops.company_found", "ops.company_read"} <= {one["action"] for one in trail}
        assert (await client.get(f"{ORGS}/{uuid4()}", headers=staff.headers)).json()["code"] == "org_not_found"

    async def test_a_companys_row_is_asked_for_once(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources, company: Company
    ) -> None:
        async with sent_to(resources.database) as statements:
            assert (await client.get(f"{ORGS}/{company.id}", headers=staff.headers)).status_code == 200
        assert [1 for statement in statements if "FROM organizations" in statement] == [1], statements


class TestSuspend:
    async def test_its_bookings_are_listed_and_their_customers_told(
        self,
        client: httpx.AsyncClient,
        staff: StaffMember,
        resources: Resources,
        worker_resources: Resources,
        settings: Settings,
        company: Company,
    ) -> None:
        [customer] = await invite_customers(resources, 1)
        offer = await offer_of(client, company, "2027-03-16T09:00:00")
        assert offer
        pinned = await quote(client, customer, offer["offer_id"])
        email = f"{uuid4().hex}@example.com"
        body = {"quote_id": pinned["id"], "contact": {"full_name": "Ada", "phone": "+14155550123", "email": email}}
        booked = (await client.post("/v1/bookings", headers=customer.headers | new_key(), json=body)).json()
        path = f"{ORGS}/{company.id}/suspend"
        suspended = await client.post(path, headers=staff.headers, json={"reason": "Complaints"})
        assert [one["reference"] for one in suspended.json()["bookings"]] == [booked["reference"]]
        await work(worker_resources)
        [letter] = [one for one in read_mailbox(settings.mail.mailbox, to=email) if "suspended" in one["text"]]
        assert booked["reference"] in letter["subject"]
        assert "Complaints" not in letter["text"]

    async def test_whoever_searched_before_cannot_book_and_no_hold_slips_by_a_suspension(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ) -> None:
        company = await open_company(client, staff.headers, trucks=(1600,) * 5, drivers=5, helpers=10)
        customers = await invite_customers(resources, 6)
        offer = await offer_of(client, company, "2027-03-16T09:00:00")
        assert offer
        quotes = [await quote(client, customer, offer["offer_id"]) for customer in customers]
        late = quotes.pop()

        async def suspend() -> dict[str, Any]:
            answer = await client.post(
                f"{ORGS}/{company.id}/suspend", headers=staff.headers, json={"reason": "Complaints"}
            )
            assert answer.status_code == 200, answer.text
            told: dict[str, Any] = answer.json()
            return told

        async def hold_all() -> list[httpx.Response]:
            holds = (hold(client, customer, one["id"]) for customer, one in zip(customers, quotes, strict=False))
            return await asyncio.gather(*holds)

        held, suspended = await asyncio.gather(hold_all(), suspend())
        made = {one.json()["id"] for one in held if one.status_code == 201}
        assert made == {one["id"] for one in suspended["bookings"]}
        assert {one.json()["code"] for one in held if one.status_code != 201} <= {"company_not_bookable"}
        refused = await hold(client, customers[-1], late["id"])
        assert (refused.status_code, refused.json()["code"]) == (409, "company_not_bookable")


class TestFee:
    async def test_the_platforms_share_stands_in_what_is_written_from_then_on(
        self, client: httpx.AsyncClient, staff: StaffMember, admin: StaffMember, company: Company
    ) -> None:
        assert (await settle(client, admin, fee_percent="4.50")).status_code == 200
        try:
            body = PRICES | {"platform_fee_percent": "0"}
            written = await client.post("/v1/pricing-configs", headers=company.headers, json=body)
            assert written.json()["config"]["platform_fee_percent"] == "4.5"
        finally:
            assert (await settle(client, admin, fee_percent="0")).status_code == 200
        first = (await client.get("/v1/pricing-configs", headers=company.headers)).json()["items"][-1]
        assert first["config"]["platform_fee_percent"] == "0"
