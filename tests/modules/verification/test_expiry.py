"""Papers that end: told in time and once, what they carried is out, and back with the renewal."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.kernel.actor import StaffRole
from app.kernel.clock import ManualClock
from app.modules.bookings.service.papers import find_touched
from app.modules.verification import handlers, rules
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Logins, StaffMember, sign_in_staff
from tests.factories.bookings import new_key
from tests.factories.market import Company, book, invite_customers, offer_of, open_company
from tests.factories.standing import signed_in_anew
from tests.factories.verification import add_policy, look_at_papers
from tests.factories.worker import read_mailbox, work
from tests.modules.verification.test_documents import show, show_all_of_california

pytestmark = pytest.mark.integration

TODAY = date(2027, 3, 1)
ENDS_SOON = {"expires_on": "2027-03-20"}


class Office:
    """A company, its letters, and the days that pass with and without a worker."""

    def __init__(
        self, client: httpx.AsyncClient, clock: ManualClock, settings: Settings, worker: Resources, company: Company
    ) -> None:
        self.client, self.clock, self.settings, self.worker, self.company = client, clock, settings, worker, company

    async def pass_days(self, days: int) -> None:
        """No worker runs meanwhile."""
        self.clock.advance(timedelta(days=days))
        self.company = await signed_in_anew(self.client, self.company)

    async def look(self) -> None:
        await handlers.sweep_papers(self.worker)
        await work(self.worker)

    def letters(self, about: str) -> list[dict[str, Any]]:
        found = read_mailbox(self.settings.mail.mailbox, to=self.company.member.email)
        return [mail for mail in reversed(found) if about in (mail["subject"] or "")]

    async def letters_of(self, days: int) -> list[str]:
        """The notices that come in, after so many days and two looks."""
        before = len(self.letters("Papers of"))
        await self.pass_days(days)
        await self.look()
        await self.look()
        return [mail["text"] for mail in self.letters("Papers of")[before:]]

    async def standing(self) -> dict[str, Any]:
        answer = await self.client.get("/v1/org/verification", headers=self.company.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
async def office(
    client: httpx.AsyncClient, clock: ManualClock, settings: Settings, worker_resources: Resources, staff: StaffMember
) -> Office:
    company = await open_company(client, staff.headers, policy=ENDS_SOON)
    return Office(client, clock, settings, worker_resources, company)


class TestNotices:
    async def test_each_comes_once_and_the_missed_ones_are_made_up_for_by_the_nearest(self, office: Office) -> None:
        [first] = await office.letters_of(0)
        assert "ends on 2027-03-20, in 19 days: cargo policy HM-204881 (Harbor Mutual)" in first
        assert await office.letters_of(4) == []
        [fortnight] = await office.letters_of(1)
        assert "in 14 days" in fortnight
        # Twelve days without a worker: the third day before is told two days before, the fourteenth not again.
        [late] = await office.letters_of(12)
        assert "in 2 days" in late
        [on_the_day] = await office.letters_of(2)
        assert "ends today, 2027-03-20" in on_the_day
        [afterwards] = await office.letters_of(1)
        assert "ended on 2027-03-20" in afterwards
        assert await office.letters_of(5) == []

    async def test_it_names_the_bookings_that_lie_beyond_the_end_with_their_days(
        self, office: Office, resources: Resources, logins: Logins
    ) -> None:
        client, company = office.client, office.company
        [customer] = await invite_customers(resources, 1)
        longer = await add_policy(
            client, company.headers, policy_number="HM-2", effective_on="2027-01-01", expires_on="2027-12-31"
        )
        beyond = await book(client, customer, company, "2027-03-25T09:00:00")
        within = await book(client, customer, company, "2027-03-19T09:00:00")
        for one in (beyond, within):
            confirmed = await client.post(f"/v1/bookings/{one['id']}/confirm", headers=customer.headers | new_key())
            assert confirmed.status_code == 200
        assert await office.letters_of(0) == []
        await shorten(logins, longer["id"], date(2027, 3, 20))
        [told] = await office.letters_of(0)
        assert told.count(f"  - {beyond['reference']} on 2027-03-25") == 2  # of each of the two policies
        assert within["reference"] not in told
        # What is renewed between the look and the letter is touched by no end.
        await add_policy(client, company.headers, policy_number="HM-3", effective_on="2027-03-21")
        [look] = await list_looks(logins, company.member.org_id)
        async with office.worker.database.read(Identity(Audience.WORKER, org_id=company.member.org_id)) as session:
            touched = await find_touched(session, company.member.org_id, look, office.clock.now())
        assert [*touched.values()] == [[], []]

    async def test_a_week_of_downtime_over_the_end_loses_nothing(self, office: Office) -> None:
        await office.letters_of(17)
        [afterwards] = await office.letters_of(7)
        assert "ended on 2027-03-20" in afterwards
        assert (await office.standing())["status"] == "suspended"

    async def test_what_is_renewed_in_time_is_told_no_more(self, office: Office, staff: StaffMember) -> None:
        await office.letters_of(0)
        renewal = {"effective_on": "2027-03-21", "expires_on": "2028-03-20", "policy_number": "HM-204882"}
        await add_policy(office.client, office.company.headers, **renewal)
        await look_at_papers(office.client, staff.headers, office.company.id)
        assert await office.letters_of(10) == []
        assert await office.letters_of(15) == []
        assert (await office.standing())["lapses"] == []

    async def test_two_workers_at_once_tell_of_a_paper_once(self, office: Office) -> None:
        await asyncio.gather(*(handlers.sweep_papers(office.worker) for _ in range(4)))
        await work(office.worker)
        assert len(office.letters("Papers of")) == 1

    async def test_the_statement_says_what_the_rule_says(
        self, office: Office, logins: Logins, worker_resources: Resources
    ) -> None:
        lefts = list(range(-3, 36))
        connection = await asyncpg.connect(logins.admin)
        await connection.executemany(
            "INSERT INTO app.company_documents (org_id, id, kind, issuer, effective_on, expires_on, review, created_at) "
            "VALUES ($1, gen_random_uuid(), 'business_licence', 'A', $2, $3, 'confirmed', now())",
            # Each with a gap behind it, so that none renews another.
            [
                (office.company.member.org_id, TODAY + timedelta(days=left), TODAY + timedelta(days=left))
                for left in lefts[::2]
            ],
        )
        await handlers.sweep_papers(worker_resources)
        found = await connection.fetch(
            "SELECT expires_on, days_before FROM app.paper_notices WHERE org_id = $1 AND what = 'document'",
            office.company.member.org_id,
        )
        await connection.close()
        told = {(row["expires_on"] - TODAY).days: row["days_before"] for row in found}
        by_rule = {left: rules.due(left) for left in lefts[::2] if left >= 0 and rules.due(left) is not None}
        # Of those that have ended the last alone counts, and a later one is shown.
        assert told == by_rule


class TestLapse:
    async def test_the_company_is_out_with_its_bookings_named_and_back_with_the_renewal(
        self, office: Office, resources: Resources, logins: Logins
    ) -> None:
        client, company = office.client, office.company
        [customer] = await invite_customers(resources, 1)
        # Agreed while the policy had no end in sight: a longer one is shown, then found to be another company's.
        longer = await add_policy(
            client, company.headers, policy_number="HM-2", effective_on="2027-01-01", expires_on="2027-12-31"
        )
        booked = await book(client, customer, company, "2027-03-25T09:00:00")
        confirmed = await client.post(f"/v1/bookings/{booked['id']}/confirm", headers=customer.headers | new_key())
        assert confirmed.status_code == 200
        await shorten(logins, longer["id"], date(2027, 3, 20))
        await office.pass_days(20)
        await office.look()
        standing = await office.standing()
        assert (standing["status"], standing["history"][0]["step"]) == ("suspended", "lapsed")
        [lapse] = standing["lapses"]
        assert (lapse["need"], lapse["ended_on"]) == ("insurance", "2027-03-20")
        assert [one["reference"] for one in lapse["bookings"]] == [booked["reference"]]
        [letter] = office.letters("has ended")
        assert booked["reference"] in letter["text"]
        assert (await client.get(f"/v1/orgs/{company.id}")).status_code == 404
        assert await offer_of(client, company, "2027-03-26T09:00:00") is None

        renewal = {"policy_number": "HM-3", "effective_on": "2027-03-21", "expires_on": "2028-03-20"}
        await add_policy(client, office.company.headers, **renewal)
        await work(office.worker)
        standing = await office.standing()
        assert (standing["status"], standing["lapses"], standing["history"][0]["step"]) == ("verified", [], "restored")
        assert standing["suspensions"][0]["cause"] == "papers"
        assert standing["suspensions"][0]["lifted_at"] is not None
        assert await offer_of(client, company, "2027-03-26T09:00:00")

    async def test_a_trucks_paper_takes_the_truck_and_a_licence_the_driver(
        self,
        client: httpx.AsyncClient,
        clock: ManualClock,
        settings: Settings,
        worker_resources: Resources,
        staff: StaffMember,
    ) -> None:
        company = await open_company(client, staff.headers, trucks=(1600, 1700), drivers=2)
        office = Office(client, clock, settings, worker_resources, company)
        first, second = company.truck_ids
        await show_all_of_california(client, staff, company.member, first)
        faded = {"kind": "truck_registration", "number": "2ABC234", "truck_id": second, "expires_on": "2027-03-05"}
        assert (await show(client, company.member, **faded)).status_code == 201
        await look_at_papers(client, staff.headers, company.id)
        licence = {"license_expires_on": "2027-03-06"}
        changed = await client.patch(f"/v1/drivers/{company.driver_ids[0]}", headers=company.headers, json=licence)
        assert changed.status_code == 200, changed.text
        await office.pass_days(6)
        await office.look()
        standing = await office.standing()
        assert standing["status"] == "verified"
        assert {(one["need"], one["truck_id"], one["driver_id"]) for one in standing["lapses"]} == {
            ("truck_registration", second, None),
            ("driver_licence", None, company.driver_ids[0]),
        }
        licence = {"license_expires_on": "2031-03-06"}
        await client.patch(f"/v1/drivers/{company.driver_ids[0]}", headers=office.company.headers, json=licence)
        await office.look()
        assert [one["need"] for one in (await office.standing())["lapses"]] == ["truck_registration"]

    async def test_what_staff_suspended_stays_so_when_papers_are_renewed(
        self, office: Office, resources: Resources
    ) -> None:
        client, org_id = office.client, office.company.id
        await office.pass_days(20)
        await office.look()
        staff = await sign_in_staff(client, resources, StaffRole.REVIEWER)
        suspended = await client.post(
            f"/v1/ops/orgs/{org_id}/suspend", headers=staff.headers, json={"reason": "Complaints"}
        )
        assert suspended.status_code == 200, suspended.text
        again = await client.post(f"/v1/ops/orgs/{org_id}/suspend", headers=staff.headers, json={"reason": "More"})
        assert (again.status_code, again.json()["code"]) == (409, "company_suspended")
        renewal = {"policy_number": "HM-3", "effective_on": "2027-03-21", "expires_on": "2028-03-20"}
        await add_policy(client, office.company.headers, **renewal)
        await work(office.worker)
        assert ((await office.standing())["status"], (await office.standing())["lapses"]) == ("suspended", [])
        lifted = await client.post(f"/v1/ops/orgs/{org_id}/reinstate", headers=staff.headers)
        assert (lifted.status_code, (await office.standing())["status"]) == (200, "verified")

    async def test_staff_do_not_reinstate_what_papers_alone_took_out(
        self, office: Office, resources: Resources
    ) -> None:
        await office.pass_days(20)
        await office.look()
        staff = await sign_in_staff(office.client, resources, StaffRole.REVIEWER)
        refused = await office.client.post(f"/v1/ops/orgs/{office.company.id}/reinstate", headers=staff.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "company_not_suspended")
        assert (await office.standing())["status"] == "suspended"


async def shorten(logins: Logins, policy_id: str, last_day: date) -> None:
    connection = await asyncpg.connect(logins.admin)
    await connection.execute(
        "UPDATE app.insurance_policies SET expires_on = $2 WHERE id = $1", UUID(policy_id), last_day
    )
    await connection.close()


async def list_looks(logins: Logins, org_id: UUID) -> list[UUID]:
    connection = await asyncpg.connect(logins.admin)
    rows = await connection.fetch("SELECT DISTINCT sweep_id FROM app.paper_notices WHERE org_id = $1", org_id)
    await connection.close()
    return [row["sweep_id"] for row in rows]
