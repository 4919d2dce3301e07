"""What nobody has looked at carries nothing: shown and withdrawn before the request, or shown while it was read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember, register
from tests.factories.calendar import administrator
from tests.factories.fleet import add_helper
from tests.factories.market import FRESNO, Company, offer_of
from tests.factories.verification import add_policy, approve, make_ready, submit
from tests.modules.verification.test_documents import TAX_ID, declare, missing, show
from tests.modules.verification.test_looks import RENEWAL, decide, printed

pytestmark = pytest.mark.integration

WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
HIGHER = RENEWAL | {"effective_on": "2027-01-01", "coverage": {"amount": "2000000", "currency": "USD"}}


@dataclass
class Applicant:
    """A company that has all it needs, and has not asked yet."""

    client: httpx.AsyncClient
    member: Member
    staff: StaffMember

    async def is_approved(self) -> Company:
        await approve(self.client, self.staff.headers, await submit(self.client, self.member.headers))
        return Company(self.member)

    async def is_rejected(self, case_id: str) -> None:
        path = f"/v1/ops/verifications/{case_id}/reject"
        answer = await self.client.post(path, headers=self.staff.headers, json={"reason": "Blurred"})
        assert answer.status_code == 200, answer.text

    async def policies(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/v1/org/insurance-policies", headers=self.member.headers)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture
async def applicant(client: httpx.AsyncClient, staff: StaffMember) -> Applicant:
    member = await register(client, address=FRESNO)
    await make_ready(client, member.headers)
    await add_helper(client, member.headers)
    return Applicant(client, member, staff)


async def test_a_policy_shown_in_a_review_that_ends_in_no_counts_for_all_of_itself_after_the_next(
    applicant: Applicant,
) -> None:
    client, member = applicant.client, applicant.member
    case_id = await submit(client, member.headers)
    await add_policy(client, member.headers, **HIGHER)
    await applicant.is_rejected(case_id)
    company = await applicant.is_approved()
    assert {one["review"] for one in await applicant.policies()} == {"confirmed"}
    assert await offer_of(client, company, "2027-03-30T09:00:00", filters={"min_cargo_coverage": "1000000"})


async def test_a_renewal_shown_in_a_review_counts_from_the_approval_of_what_it_renews(applicant: Applicant) -> None:
    client, member = applicant.client, applicant.member
    case_id = await submit(client, member.headers)
    renewal = await add_policy(client, member.headers, policy_number="HM-2", expires_on="2028-12-31")
    assert renewal["counts_until"] is None
    await approve(client, applicant.staff.headers, case_id)
    assert [one["counts_until"] for one in await applicant.policies()] == ["2027-12-31", "2028-01-14"]


async def test_a_permit_withdrawn_before_anybody_looked_at_it_carries_no_other(
    applicant: Applicant, worker_resources: Resources
) -> None:
    client, member = applicant.client, applicant.member
    anothers = (await show(client, member, number="CAL-T0999999")).json()
    await client.delete(f"/v1/org/documents/{anothers['id']}", headers=member.headers)
    company = await applicant.is_approved()
    await declare(client, member, "US-CA")
    again = (await show(client, member, number="CAL-T0999999")).json()
    assert (again["review"], again["counts_until"]) == ("waiting", None)
    assert "state_permit" in await missing(client, member)
    assert await printed(worker_resources, company) == []


async def test_a_permit_withdrawn_while_it_waits_is_not_confirmed_with_the_request_after_next(
    applicant: Applicant,
) -> None:
    client, member = applicant.client, applicant.member
    case_id = await submit(client, member.headers)
    anothers = (await show(client, member, number="CAL-T0999999")).json()
    await client.delete(f"/v1/org/documents/{anothers['id']}", headers=member.headers)
    await applicant.is_rejected(case_id)
    await applicant.is_approved()
    shown = (await client.get(f"/v1/org/documents/{anothers['id']}", headers=member.headers)).json()
    assert shown["review"] == "waiting"
    assert (await show(client, member, number="CAL-T0999999")).json()["counts_until"] is None


async def test_a_tax_id_that_ends_as_the_companys_own_does_renews_nothing(applicant: Applicant) -> None:
    client, member = applicant.client, applicant.member
    await show(client, member, **TAX_ID)
    await applicant.is_approved()
    others = (await show(client, member, **TAX_ID | {"number": "12-3454321"})).json()
    own = (await show(client, member, **TAX_ID)).json()
    assert others["number"] == own["number"] == "4321"
    assert (others["counts_until"], own["counts_until"]) == (None, "9999-12-30")


async def test_what_is_shown_just_before_a_rejection_is_looked_at_with_the_next_request(
    applicant: Applicant, logins: Logins
) -> None:
    """Both want the company's row, the paper first."""
    client, member = applicant.client, applicant.member
    case_id = await submit(client, member.headers)
    async with administrator(logins) as admin, asyncio.TaskGroup() as together, admin.transaction():
        await admin.execute("SELECT 1 FROM app.organizations WHERE id = $1 FOR UPDATE", member.org_id)
        together.create_task(add_policy(client, member.headers, **RENEWAL))
        await until_waiting(admin, 1)
        together.create_task(applicant.is_rejected(case_id))
        await until_waiting(admin, 2)
    assert {one["review"] for one in await applicant.policies()} == {"with_request"}


async def until_waiting(admin: asyncpg.Connection, count: int) -> None:
    """`admin` is in a transaction, which sees who waits as it first saw it, until told otherwise."""
    for _ in range(100):
        await admin.execute("SELECT pg_stat_clear_snapshot()")
        if await admin.fetchval(WAITING) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"fewer than {count} wait for a lock")


async def test_one_that_is_refused_takes_the_trust_of_those_beside_it(applicant: Applicant) -> None:
    """The same false renewal, shown twice under two numbers: refused once, neither counts."""
    client, member = applicant.client, applicant.member
    company = await applicant.is_approved()
    first, second = [
        await add_policy(client, member.headers, policy_number=number, expires_on="2028-12-31")
        for number in ("HM-2", "HM-3")
    ]
    assert (first["counts_until"], second["counts_until"]) == ("2028-01-14", "2028-01-14")
    answer = await decide(client, applicant.staff, company, first, "refuse")
    assert answer.status_code == 200, answer.text
    assert [one["counts_until"] for one in await applicant.policies()][0::2] == ["2027-12-31", None]
