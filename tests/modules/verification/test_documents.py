"""Documents and jurisdictions over HTTP: what is asked, what is shown, and whose jobs it decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.modules.verification import handlers, repository
from app.modules.verification.service import documents
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, Sealer, Seals
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import new_key
from tests.factories.files import document, upload
from tests.factories.fleet import add_truck
from tests.factories.market import (
    CLOVIS,
    FRESNO,
    hold,
    invite_customers,
    offer_of,
    open_company,
    quote,
    search,
)
from tests.factories.verification import add_policy, look_at_papers, make_ready

pytestmark = pytest.mark.integration

PERMIT = {"kind": "state_permit", "issuer": "BHGS", "number": "CAL-T0191234", "effective_on": "2026-05-01"}


FORMER, PRESENT = b"a sealing key of the tests, long enough", b"the sealing key that comes after, long enough"
TAX_ID = {"kind": "tax_id", "issuer": "IRS", "number": "91-7654321"}


async def show(client: httpx.AsyncClient, member: Member, **changes: Any) -> httpx.Response:
    return await client.post("/v1/org/documents", json=PERMIT | changes, headers=member.headers)


async def declare(client: httpx.AsyncClient, member: Member, *packs: str) -> None:
    answer = await client.put("/v1/org/verification-packs", json={"packs": packs}, headers=member.headers)
    assert answer.status_code == 200, answer.text


async def missing(client: httpx.AsyncClient, member: Member) -> dict[str, dict[str, Any]]:
    answer = await client.get("/v1/org/verification", headers=member.headers)
    return {one["code"]: one for one in answer.json()["missing"]}


async def show_all_of_california(
    client: httpx.AsyncClient, staff: StaffMember, member: Member, truck_id: str, **last_day: str
) -> None:
    """Declared last, so that every step leaves the company where it can be booked; staff look at what waits for it."""
    assert (await show(client, member, **last_day)).status_code == 201
    registration = {"kind": "truck_registration", "number": "1ABC234", "truck_id": truck_id}
    assert (await show(client, member, **registration)).status_code == 201
    assert (await show(client, member, **TAX_ID)).status_code == 201
    for kind, limit in (("liability", "600000"), ("cargo", "20000"), ("workers_comp", "1000000")):
        coverage = {"amount": limit, "currency": "USD"}
        await add_policy(client, member.headers, kind=kind, policy_number=kind, coverage=coverage)
    await look_at_papers(client, staff.headers, member.org_id)
    await declare(client, member, "US-CA")


async def test_everybody_sees_what_the_law_asks_and_where_it_stands(client: httpx.AsyncClient):
    packs = {pack["code"]: pack for pack in (await client.get("/v1/verification-packs")).json()["items"]}
    assert set(packs) == {"US-interstate", "US-CA", "US-WA", "generic"}
    asked = {code: {one["need"] for one in pack["requirements"]} for code, pack in packs.items()}
    assert {code for code, needs in asked.items() if "tax_id" in needs} == {"US-interstate", "US-CA", "US-WA"}
    assert {code for code, needs in asked.items() if "business_licence" in needs} == {"US-WA"}
    liability = next(one for one in packs["US-interstate"]["requirements"] if one["need"] == "liability")
    assert liability["minimum"] == {"amount": "750000.00", "currency": "USD"}
    assert (liability["in_force_from"], liability["source"][:12]) == ("1985-01-01", "49 CFR 387.9")


@pytest.mark.parametrize("number", ["00-0000000", "00-1234567", "07-1234567", "97-1234567", "12-0000000", "91-765432"])
async def test_a_tax_id_that_the_irs_cannot_have_assigned_is_refused(
    client: httpx.AsyncClient, mover_a: Member, number: str
):
    answer = await show(client, mover_a, **TAX_ID | {"number": number})
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == "/number"
    assert number not in fault["message"]
    assert (await client.get("/v1/org/documents", headers=mover_a.headers)).json()["items"] == []


async def test_a_declared_law_is_a_list_of_what_is_missing_until_all_is_shown(
    client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
):
    await make_ready(client, mover_a.headers)
    assert await missing(client, mover_a) == {}
    await declare(client, mover_a, "US-CA")
    lacking = await missing(client, mover_a)
    assert set(lacking) == {"state_permit", "liability", "workers_comp", "truck_registration", "tax_id"}
    refused = await client.post("/v1/org/verification", headers=mover_a.headers)
    assert {one["code"] for one in refused.json()["missing"]} == set(lacking)
    await show_all_of_california(client, staff, mover_a, lacking["truck_registration"]["truck_id"])
    assert await missing(client, mover_a) == {}


async def test_a_withdrawn_document_counts_no_more_and_stays_in_the_list(client: httpx.AsyncClient, mover_a: Member):
    await declare(client, mover_a, "US-CA")
    shown = (await show(client, mover_a)).json()
    assert "state_permit" not in await missing(client, mover_a)
    for _ in range(2):
        gone = await client.delete(f"/v1/org/documents/{shown['id']}", headers=mover_a.headers)
        assert gone.status_code == 204
    assert "state_permit" in await missing(client, mover_a)
    [listed] = (await client.get("/v1/org/documents", headers=mover_a.headers)).json()["items"]
    assert listed["withdrawn_at"] is not None


async def test_of_a_tax_id_nobody_reads_more_than_its_end(client: httpx.AsyncClient, mover_a: Member, logins: Logins):
    shown = (await show(client, mover_a, kind="tax_id", issuer="IRS", number="91-7654321")).json()
    assert shown["number"] == "4321"
    connection = await asyncpg.connect(logins.admin)
    row = await connection.fetchval("SELECT d::text FROM app.company_documents AS d WHERE org_id = $1", mover_a.org_id)
    await connection.close()
    assert "7654321" not in row


async def test_a_tax_id_is_sealed_anew_after_a_change_of_the_key(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    shown = (await show(client, mover_a, **TAX_ID)).json()
    document_id, org_id = UUID(shown["id"]), mover_a.org_id

    def with_keys(*keys: bytes) -> Resources:
        known, sealer = worker_resources, Sealer(*keys)
        return replace(known, sealer=sealer, database=known.database.with_seals(Seals(sealer, known.pepper)))

    async def opened(known: Resources) -> str:
        async with known.database.read(Identity(Audience.WORKER, org_id=org_id)) as session:
            found = await repository.get_document(session, org_id, document_id)
            assert found is not None
            assert found.sealed_number is not None
            return documents.TAX_ID.open(session.seals, document_id, found.sealed_number)

    assert await opened(worker_resources) == TAX_ID["number"]
    await handlers.reseal(with_keys(PRESENT, FORMER))
    assert await opened(with_keys(PRESENT)) == TAX_ID["number"]
    with pytest.raises(CannotOpen):
        await opened(worker_resources)
    await handlers.reseal(with_keys(FORMER, PRESENT))
    assert await opened(worker_resources) == TAX_ID["number"]


async def test_the_paper_itself_is_attached_once(
    client: httpx.AsyncClient, mover_a: Member, mover_b: Member, worker_resources: Resources
):
    paper = await upload(client, mover_a, worker_resources, document(), "application/pdf", "document")
    foreign = await show(client, mover_b, upload_id=paper["id"])
    assert (foreign.status_code, foreign.json()["code"]) == (404, "upload_not_found")
    assert (await show(client, mover_a, upload_id=paper["id"])).json()["upload_id"] == paper["id"]
    again = await show(client, mover_a, upload_id=paper["id"])
    assert (again.status_code, again.json()["code"]) == (409, "upload_already_attached")
    assert (await client.get(f"/v1/uploads/{paper['id']}", headers=mover_a.headers)).json()["is_attached"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": None}, "/number"),
        ({"number": "12345"}, "/number"),
        ({"kind": "tax_id", "number": "917654321"}, "/number"),
        ({"kind": "mc_number", "number": "MC123456"}, "/number"),
        ({"truck_id": str(uuid4())}, "/truck_id"),
        ({"kind": "truck_inspection", "number": None}, "/truck_id"),
        ({"expires_on": "2026-04-30"}, "/expires_on"),
        ({"issuer": ""}, "/issuer"),
        ({"kind": "diploma"}, "/kind"),
        ({"verified": True}, "/verified"),
    ],
)
async def test_bad_documents_are_answered_with_the_field(
    client: httpx.AsyncClient, mover_a: Member, change: dict[str, Any], pointer: str
):
    answer = await show(client, mover_a, **change)
    assert answer.status_code == 422
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}


async def test_a_truck_of_another_company_is_none(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    truck = await add_truck(client, mover_b.headers)
    answer = await show(client, mover_a, kind="truck_registration", truck_id=truck["id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "document_truck_not_found")


async def the_days_tell_what_a_search_finds(client: httpx.AsyncClient, starts_at: str) -> None:
    found = len((await search(client, starts_at))["offers"])
    wish = {"origin": FRESNO, "destination": CLOVIS, "home_size": "studio", "starts_at": starts_at, "days": 1}
    [day] = (await client.post("/v1/search/dates", json=wish)).json()["dates"]
    assert day["offers"] == found


class TestTheJobsDay:
    async def test_a_permit_that_ends_before_the_day_ends_offers_and_holds(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers)
        assert await offer_of(client, company, "2027-03-22T09:00:00")
        await show_all_of_california(client, staff, company.member, company.truck_ids[0], expires_on="2027-03-22")
        offer = await offer_of(client, company, "2027-03-22T09:00:00")
        assert offer
        assert await offer_of(client, company, "2027-03-23T09:00:00") is None
        [customer] = await invite_customers(resources, 1)
        quoted = await quote(client, customer, offer["offer_id"])
        [permit, registration, _] = (await client.get("/v1/org/documents", headers=company.headers)).json()["items"]
        for document_id, told in (
            (registration["id"], {"paper": "truck_registration", "truck_id": company.truck_ids[0]}),
            (permit["id"], {"paper": "state_permit", "truck_id": None}),
        ):
            await client.delete(f"/v1/org/documents/{document_id}", headers=company.headers)
            held = await hold(client, customer, quoted["id"])
            assert (held.status_code, held.json()["code"]) == (409, "papers_end_before")
            assert {name: held.json()[name] for name in told} == told

    async def test_a_truck_without_its_paper_is_neither_offered_nor_taken(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers, trucks=(1600, 1700), drivers=2, helpers=4)
        snug, roomy = company.truck_ids
        await show_all_of_california(client, staff, company.member, roomy)
        [customer] = await invite_customers(resources, 1)
        offer = await offer_of(client, company, "2027-03-22T09:00:00")
        assert offer
        held = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
        assert (held.status_code, held.json()["truck_ids"]) == (201, [roomy]), held.text
        # The other stands in the yard, and may not go.
        assert await offer_of(client, company, "2027-03-22T09:00:00") is None
        registration = {"kind": "truck_registration", "number": "2ABC234", "truck_id": snug}
        assert (await show(client, company.member, **registration, expires_on="2027-03-23")).status_code == 201
        assert await offer_of(client, company, "2027-03-22T09:00:00") is None
        assert await look_at_papers(client, staff.headers, company.id) == 1
        assert await offer_of(client, company, "2027-03-22T09:00:00")
        assert await offer_of(client, company, "2027-03-23T09:00:00")

    async def test_another_day_after_its_trucks_paper_is_refused_with_the_truck(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers)
        await show_all_of_california(client, staff, company.member, company.truck_ids[0])
        [_, registration, _] = (await client.get("/v1/org/documents", headers=company.headers)).json()["items"]
        [customer] = await invite_customers(resources, 1)
        offer = await offer_of(client, company, "2027-03-25T09:00:00")
        assert offer
        held = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
        here = f"/v1/bookings/{held.json()['id']}"
        confirmed = await client.post(f"{here}/confirm", headers=customer.headers | new_key())
        assert confirmed.status_code == 200, confirmed.text
        await client.delete(f"/v1/org/documents/{registration['id']}", headers=company.headers)
        assert await offer_of(client, company, "2027-03-26T09:00:00") is None
        await the_days_tell_what_a_search_finds(client, "2027-03-26T09:00:00")
        body = {"starts_at": "2027-03-26T09:00:00", "expected_total": held.json()["price"]["total"]}
        moved = await client.post(f"{here}/reschedule", json=body, headers=customer.headers | new_key())
        assert (moved.status_code, moved.json()["code"]) == (409, "papers_end_before"), moved.text
        assert moved.json()["truck_id"] == company.truck_ids[0]

    async def test_no_job_is_given_to_a_truck_without_its_paper(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers, trucks=(1600, 1700), drivers=2, helpers=4)
        faded, good = company.truck_ids
        await show_all_of_california(client, staff, company.member, good)
        [customer] = await invite_customers(resources, 1)
        offer = await offer_of(client, company, "2027-03-29T09:00:00")
        assert offer
        held = (await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])).json()
        here = f"/v1/bookings/{held['id']}"
        assert (await client.post(f"{here}/confirm", headers=customer.headers | new_key())).status_code == 200
        crew = {"truck_ids": [faded], "driver_ids": held["driver_ids"]}
        refused = await client.post(f"{here}/assign", headers=company.headers | new_key(), json=crew)
        assert (refused.status_code, refused.json()["code"]) == (409, "papers_end_before"), refused.text
        assert (refused.json()["paper"], refused.json()["truck_id"]) == ("truck_registration", faded)
        day = {"day": "2027-03-29"}
        plan = await client.post("/v1/dispatch/auto-assign/preview", headers=company.headers, json=day)
        assert faded not in plan.text
        assert good in plan.text

    async def test_an_enforced_law_leaves_out_who_has_not_declared_it(
        self, client: httpx.AsyncClient, staff: StaffMember, admin: StaffMember
    ):
        company = await open_company(client, staff.headers)
        path = "/v1/ops/verification-packs"
        try:
            put = await client.put(path, json={"packs": ["US-CA"]}, headers=admin.headers)
            assert put.json() == {"packs": ["US-CA"]}
            assert await offer_of(client, company, "2027-03-24T09:00:00") is None
        finally:
            await client.put(path, json={"packs": []}, headers=admin.headers)
        assert (await client.get(path, headers=staff.headers)).json() == {"packs": []}
        assert await offer_of(client, company, "2027-03-24T09:00:00")
