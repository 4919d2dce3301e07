"""What somebody on the phone can say, however it is written down, and what staff find by it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.modules.ops.service.callers import read_said
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import book_by_hand, complete_by_hand, issue
from tests.factories.calendar import administrator
from tests.factories.market import book, invite_customers, open_company
from tests.modules.verification.test_documents import show

pytestmark = pytest.mark.integration


async def bookings_of(client: httpx.AsyncClient, staff: StaffMember, said: str) -> list[str]:
    answer = await client.get("/v1/ops/bookings", headers=staff.headers, params={"q": said})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def companies_of(client: httpx.AsyncClient, staff: StaffMember, said: str) -> list[str]:
    """On all pages."""
    ids: list[str] = []
    asked = {"q": said, "limit": "100"}
    while True:
        answer = await client.get("/v1/ops/orgs", headers=staff.headers, params=asked)
        assert answer.status_code == 200, answer.text
        ids += [one["id"] for one in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            return ids
        asked["cursor"] = answer.json()["next_cursor"]


def contact(**changes: Any) -> dict[str, Any]:
    return {"full_name": "Zoë Ångström-Müller", "phone": "+12065550147", "email": "zoe@example.org"} | changes


@pytest.mark.unit
@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("+1 206 555 0147", {"phone": "+12065550147"}),
        ("(206) 555-0147", {"phone": "+12065550147"}),
        ("206.555.0147", {"phone": "+12065550147"}),
        ("12065550147", {"phone": "+12065550147"}),
        ("+49 30 901820", {"phone": "+4930901820"}),
        ("mh 7k2q9fa", {"reference": "MH-7K2Q9FA"}),
        ("MH-7K2Q9FA", {"reference": "MH-7K2Q9FA"}),
        ("mh7k2q9fa", {"reference": "MH-7K2Q9FA"}),
        ("2027-000123", {"invoice": "2027-000123", "phone": "+12027000123"}),
        ("2027 000123", {"invoice": "2027-000123", "phone": "+12027000123"}),
        ("U.S. DOT No. 1234567", {"usdot": "1234567"}),
        ("usdot 1234567", {"usdot": "1234567"}),
        ("1234567", {"usdot": "1234567"}),
        ("Zoe@Example.org", {"email": "zoe@example.org"}),
        ("1-800-MOVERS", {}),
        ("Two 2 Guys", {}),
    ],
)
def test_a_thing_is_read_as_what_it_can_be(said: str, read: dict[str, str]):
    found = read_said(said)
    kinds = ("email", "phone", "reference", "invoice", "usdot")
    assert {kind: getattr(found, kind) for kind in kinds if getattr(found, kind)} == read
    assert found.is_name is (read == {})


class TestCustomers:
    async def test_by_number_address_reference_and_name_as_they_say_it(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
    ):
        mark = uuid4().hex[:8]
        someone = contact(full_name=f"Zoë Ångström-Müller {mark}", email=f"{mark}@example.org")
        booked = await book_by_hand(client, mover_a.headers, contact=someone)
        said = [
            "+1 (206) 555-0147",
            "206 555 0147",
            "1.206.555.0147",
            f"{mark.upper()}@EXAMPLE.org",
            booked["reference"].lower().replace("-", " "),
            f"zoe angstrom-muller {mark}",
            f"Muller {mark}",
            f"Zoe Angstroem-Muller {mark}",
        ]
        for text in said:
            assert booked["id"] in await bookings_of(client, staff, text), text
        for text in said[:5]:
            assert str(mover_a.org_id) in await companies_of(client, staff, text), text
        assert await bookings_of(client, staff, f"%{mark}_") == []
        assert await bookings_of(client, staff, "+1 206 555 0148") == []

    async def test_by_the_number_that_they_sign_in_with_now(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers)
        [customer] = await invite_customers(resources, 1)
        booked = await book(client, customer, company, "2027-03-16T09:00:00")
        phone = (await client.get("/v1/customers/me", headers=customer.headers)).json()["phone"]
        assert await bookings_of(client, staff, phone.removeprefix("+1")) == [booked["id"]]
        assert await companies_of(client, staff, phone) == [company.id]

    async def test_by_the_number_of_the_invoice(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_a: Member, logins: Logins
    ):
        # Every company's first invoice has the same number, and fifty are shown: this is a later one.
        async with administrator(logins) as admin:
            begun = "INSERT INTO app.invoice_counters (org_id, series, last_number) SELECT $1, y::text, $2"
            years = "FROM generate_series(2020, 2040) AS y"
            await admin.execute(f"{begun} {years}", mover_a.org_id, uuid4().int % 10**5 + 10**5)
        booked = await complete_by_hand(client, mover_a.headers)
        invoice = await issue(client, mover_a.headers, booked["id"])
        assert booked["id"] in await bookings_of(client, staff, invoice["number"])
        assert str(mover_a.org_id) in await companies_of(client, staff, invoice["number"].replace("-", " "))

    async def test_one_thing_is_said_at_a_time(self, client: httpx.AsyncClient, staff: StaffMember):
        for query in ({}, {"q": "a", "reference": "b"}, {"q": ""}, {"q": "x" * 121}):
            refused = await client.get("/v1/ops/bookings", headers=staff.headers, params=query)
            assert refused.status_code == 422, refused.text


class TestCompanies:
    async def test_by_a_name_without_its_accents_and_by_numbers_as_they_are_read_out(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
    ):
        mark, number = uuid4().hex[:8], str(uuid4().int)[:7]
        names = {"name": f"Umzüge Müller & Söhne {mark}", "usdot_number": number, "phone": "+13125550188"}
        assert (await client.patch("/v1/org", headers=mover_a.headers, json=names)).status_code == 200
        carrier = f"MC-{uuid4().int % 10**7:07}"
        shown = await show(client, mover_a, kind="mc_number", number=carrier)
        assert shown.status_code == 201, shown.text
        said = [
            f"muller & sohne {mark}",
            f"UMZUGE MULLER & SOHNE {mark}",
            f"Umzuge Muler & Sohne {mark}",
            f"US DOT {number}",
            carrier.replace("-", " ").lower(),
            carrier.replace("-", ""),
            "312 555 0188",
            "+1 312-555-0188",
        ]
        for text in said:
            assert str(mover_a.org_id) in await companies_of(client, staff, text), text
