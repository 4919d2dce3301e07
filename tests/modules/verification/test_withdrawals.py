"""Papers that are withdrawn while work is promised: what they carried is out at once, and its bookings are named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import StaffMember
from tests.factories.bookings import new_key
from tests.factories.market import book, invite_customers, offer_of, open_company
from tests.factories.verification import add_policy, look_at_papers
from tests.factories.worker import work
from tests.modules.verification.test_documents import missing, show_all_of_california
from tests.modules.verification.test_expiry import Office

pytestmark = pytest.mark.integration

POLICIES = "/v1/org/insurance-policies"
DOCUMENTS = "/v1/org/documents"


@pytest.fixture
async def office(
    client: httpx.AsyncClient, clock: ManualClock, settings: Settings, worker_resources: Resources, staff: StaffMember
) -> Office:
    return Office(client, clock, settings, worker_resources, await open_company(client, staff.headers))


async def promise(office: Office, resources: Resources, *starts: str) -> list[str]:
    """The references of confirmed bookings, one a start."""
    [customer] = await invite_customers(resources, 1)
    references = []
    for start in starts:
        booked = await book(office.client, customer, office.company, start)
        confirmed = await office.client.post(
            f"/v1/bookings/{booked['id']}/confirm", headers=customer.headers | new_key()
        )
        assert confirmed.status_code == 200, confirmed.text
        references.append(booked["reference"])
    return references


async def papers(office: Office, listing: str, **of: str) -> list[dict[str, Any]]:
    items = (await office.client.get(listing, headers=office.company.headers)).json()["items"]
    return [one for one in items if all(one[field] == value for field, value in of.items())]


async def withdraw(office: Office, listing: str, paper: dict[str, Any]) -> None:
    gone = await office.client.delete(f"{listing}/{paper['id']}", headers=office.company.headers)
    assert gone.status_code == 204, gone.text
    await work(office.worker)


async def test_a_cancelled_policy_takes_the_company_names_its_bookings_and_a_new_one_brings_it_back(
    office: Office, resources: Resources, staff: StaffMember
) -> None:
    client, company = office.client, office.company
    first, second = await promise(office, resources, "2027-03-19T09:00:00", "2027-03-25T09:00:00")
    [policy] = await papers(office, POLICIES)
    await withdraw(office, POLICIES, policy)
    standing = await office.standing()
    assert (standing["status"], standing["history"][0]["step"]) == ("suspended", "lapsed")
    [lapse] = standing["lapses"]
    assert (lapse["need"], lapse["ended_on"]) == ("insurance", "2027-02-28")
    assert [one["reference"] for one in lapse["bookings"]] == [first, second]
    [notice], [lapsed] = office.letters("Papers of"), office.letters("has ended")
    assert "- withdrawn: cargo policy HM-204881 (Harbor Mutual)" in notice["text"]
    for letter in (notice, lapsed):
        assert all(reference in letter["text"] for reference in (first, second))
    assert await offer_of(client, company, "2027-03-26T09:00:00") is None

    # Again, and by the hourly look: nobody is told twice.
    await withdraw(office, POLICIES, policy)
    await office.look()
    assert (len(office.letters("Papers of")), len(office.letters("has ended"))) == (1, 1)

    await add_policy(client, company.headers)
    await work(office.worker)
    standing = await office.standing()
    assert (standing["status"], standing["lapses"]) == ("verified", [])
    # A fortnight after the end of the last one that staff had looked at it waits for their look.
    assert await offer_of(client, company, "2027-03-14T09:00:00")
    assert await offer_of(client, company, "2027-03-26T09:00:00") is None
    assert await look_at_papers(client, staff.headers, company.id) == 1
    assert await offer_of(client, company, "2027-03-26T09:00:00")


async def test_of_two_policies_the_later_ones_withdrawal_names_what_lies_beyond_the_first(
    office: Office, resources: Resources, staff: StaffMember
) -> None:
    """The company stays in the market for as long as the first stands."""
    [longer] = await papers(office, POLICIES)
    await add_policy(office.client, office.company.headers, policy_number="HM-2", expires_on="2027-05-20")
    await look_at_papers(office.client, staff.headers, office.company.id)
    within, beyond = await promise(office, resources, "2027-05-19T09:00:00", "2027-05-25T09:00:00")
    await withdraw(office, POLICIES, longer)
    [notice] = office.letters("Papers of")
    assert f"- {beyond} on 2027-05-25" in notice["text"]
    assert within not in notice["text"]
    assert ((await office.standing())["status"], (await office.standing())["lapses"]) == ("verified", [])


async def test_a_trucks_paper_takes_the_truck_and_names_its_jobs(
    office: Office, resources: Resources, staff: StaffMember
) -> None:
    [truck_id] = office.company.truck_ids
    await show_all_of_california(office.client, staff, office.company.member, truck_id)
    [reference] = await promise(office, resources, "2027-03-25T09:00:00")
    [registration] = await papers(office, DOCUMENTS, kind="truck_registration")
    await withdraw(office, DOCUMENTS, registration)
    standing = await office.standing()
    [lapse] = standing["lapses"]
    assert (standing["status"], lapse["need"], lapse["truck_id"]) == ("verified", "truck_registration", truck_id)
    assert [one["reference"] for one in lapse["bookings"]] == [reference]
    [letter] = office.letters("has ended")
    assert reference in letter["text"]
    assert await offer_of(office.client, office.company, "2027-03-26T09:00:00") is None


async def test_a_permit_takes_the_company_that_works_under_no_other_law(
    office: Office, resources: Resources, staff: StaffMember
) -> None:
    await show_all_of_california(office.client, staff, office.company.member, office.company.truck_ids[0])
    [reference] = await promise(office, resources, "2027-03-25T09:00:00")
    [permit] = await papers(office, DOCUMENTS, kind="state_permit")
    await withdraw(office, DOCUMENTS, permit)
    standing = await office.standing()
    [lapse] = standing["lapses"]
    assert (standing["status"], lapse["need"]) == ("suspended", "state_permit")
    assert [one["reference"] for one in lapse["bookings"]] == [reference]


async def test_nobody_comes_back_by_withdrawing_what_has_ended(office: Office) -> None:
    [policy] = await papers(office, POLICIES)
    await add_policy(office.client, office.company.headers, policy_number="HM-2", expires_on="2027-03-04")
    await withdraw(office, POLICIES, policy)
    await office.pass_days(5)
    await office.look()
    before = await office.standing()
    assert (before["status"], before["lapses"][0]["ended_on"]) == ("suspended", "2027-03-04")
    [ended] = await papers(office, POLICIES, policy_number="HM-2")
    await withdraw(office, POLICIES, ended)
    await office.look()
    assert await office.standing() == before
    assert set(await missing(office.client, office.company.member)) == {"insurance"}


async def test_what_was_withdrawn_before_it_began_carried_nothing(office: Office) -> None:
    later = await add_policy(
        office.client, office.company.headers, policy_number="HM-2", effective_on="2027-12-01", expires_on="2028-12-01"
    )
    await withdraw(office, POLICIES, later)
    assert ((await office.standing())["status"], (await office.standing())["lapses"]) == ("verified", [])
