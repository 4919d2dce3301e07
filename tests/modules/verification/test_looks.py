"""What a verified company shows afterwards: a renewal counts for a fortnight more, anything else for nothing, until staff
have looked at it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.kernel.actor import StaffRole
from app.kernel.clock import ManualClock
from app.modules.orgs.values import OrgStatus
from app.modules.verification import rules
from app.modules.verification.public import licence_numbers
from app.modules.verification.values import Believed, DocumentKind, InsuranceKind, Review, Trust
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member, StaffMember, sign_in_staff
from tests.factories.market import Company, offer_of, open_company
from tests.factories.verification import add_policy, approve, look_at_papers, make_ready, submit
from tests.factories.worker import work
from tests.modules.verification.test_documents import PERMIT, declare, missing, show
from tests.modules.verification.test_expiry import Office

CARGO, END = InsuranceKind.CARGO, date(2027, 3, 20)


LOOKED_AT = datetime(2027, 3, 1, 15, tzinfo=UTC)


def confirmed(last_day: date, *, number: str | None = None, limit: Decimal = Decimal(0)) -> Believed:
    return Believed(last_day, LOOKED_AT, number=number, limit=limit)


@pytest.mark.unit
class TestTrust:
    def test_what_was_confirmed_before_a_refusal_carries_no_more_and_what_was_afterwards_does(self) -> None:
        stood = [confirmed(END)]
        assert rules.trust(CARGO, None, END, stood, LOOKED_AT) is None
        assert rules.trust(CARGO, None, END, stood, LOOKED_AT - timedelta(days=1))

    def test_a_renewal_is_trusted_a_fortnight_beyond_what_it_renews_and_no_higher(self) -> None:
        stood = [confirmed(END - timedelta(days=90), limit=Decimal(900)), confirmed(END, limit=Decimal(500))]
        assert rules.trust(CARGO, None, END, stood) == Trust(date(2027, 4, 3), Decimal(500))

    def test_what_renews_nothing_or_comes_too_late_is_not(self) -> None:
        assert rules.trust(CARGO, None, END, []) is None
        assert rules.trust(CARGO, None, END + timedelta(days=15), [confirmed(END)]) is None
        assert rules.trust(CARGO, None, END + timedelta(days=14), [confirmed(END)])

    @pytest.mark.parametrize("kind", [DocumentKind.MC_NUMBER, DocumentKind.STATE_PERMIT, DocumentKind.TAX_ID])
    def test_another_number_is_no_renewal(self, kind: DocumentKind) -> None:
        assert rules.trust(kind, "MC-123456", END, [confirmed(END, number="MC-654321")]) is None
        assert rules.trust(kind, "MC-123456", END, [confirmed(END, number="MC-123456")])

    def test_what_does_not_end_is_trusted_without_end(self) -> None:
        trust = rules.trust(DocumentKind.PROCESS_AGENT, None, END, [confirmed(date(9999, 12, 30))])
        assert trust == Trust(date(9999, 12, 30), Decimal(0))

    @pytest.mark.parametrize("status", OrgStatus)
    def test_who_has_not_asked_yet_is_looked_at_with_the_request(self, status: OrgStatus) -> None:
        is_before = status in {OrgStatus.DRAFT, OrgStatus.REJECTED}
        assert rules.first_review(status) is (Review.WITH_REQUEST if is_before else Review.WAITING)


RENEWAL = {"policy_number": "HM-2", "effective_on": "2027-03-21", "expires_on": "2028-03-20"}


@pytest.fixture
async def office(
    client: httpx.AsyncClient, clock: ManualClock, settings: Settings, worker_resources: Resources, staff: StaffMember
) -> Office:
    company = await open_company(client, staff.headers, policy={"expires_on": END.isoformat()})
    return Office(client, clock, settings, worker_resources, company)


async def decide(
    client: httpx.AsyncClient, staff: StaffMember, company: Company, paper: dict[str, Any], act: str = "confirm"
) -> httpx.Response:
    body = {"reason": "The insurer knows nothing of it."} if act == "refuse" else None
    path = f"/v1/ops/orgs/{company.id}/papers/{paper['id']}/{act}"
    return await client.post(path, headers=staff.headers, json=body)


async def waiting(client: httpx.AsyncClient, staff: StaffMember, company: Company) -> list[dict[str, Any]]:
    """What the desk has of this company."""
    found, path = [], "/v1/ops/waiting-papers?limit=100"
    while path:
        page = (await client.get(path, headers=staff.headers)).json()
        found += [one for one in page["items"] if one["organization"]["id"] == company.id]
        path = page["next_cursor"] and f"/v1/ops/waiting-papers?limit=100&cursor={page['next_cursor']}"
    return found


@pytest.mark.integration
class TestRenewals:
    async def test_one_counts_for_a_fortnight_more_and_for_good_once_it_is_looked_at(
        self, office: Office, staff: StaffMember
    ) -> None:
        client, company = office.client, office.company
        renewal = await add_policy(client, company.headers, **RENEWAL)
        assert (renewal["review"], renewal["counts_until"]) == ("waiting", "2027-04-03")
        assert await offer_of(client, company, "2027-04-02T09:00:00")
        assert await offer_of(client, company, "2027-04-05T09:00:00") is None
        [told] = await waiting(client, staff, company)
        assert (told["id"], told["kind"], told["counts_until"]) == (renewal["id"], "cargo", "2027-04-03")

        confirmed = await decide(client, staff, company, renewal)
        assert confirmed.status_code == 200, confirmed.text
        assert confirmed.json()["policy"]["counts_until"] == "2028-03-20"
        assert await waiting(client, staff, company) == []
        assert await offer_of(client, company, "2027-04-05T09:00:00")
        await work(office.worker)
        [letter] = office.letters("a paper is confirmed")
        assert "cargo policy HM-2 (Harbor Mutual)" in letter["text"]

    @pytest.mark.parametrize(
        ("limit", "currency", "is_met"),
        [("19999.99", "USD", False), ("20000", "USD", True), ("90000", "CAD", False)],
    )
    async def test_the_desk_sees_a_policy_beside_what_the_declared_laws_ask(
        self, office: Office, staff: StaffMember, limit: str, currency: str, is_met: bool
    ) -> None:
        client, company = office.client, office.company
        coverage = {"amount": limit, "currency": currency}
        await add_policy(client, company.headers, **RENEWAL, coverage=coverage)
        [before] = await waiting(client, staff, company)
        assert (float(before["coverage"]["amount"]), before["coverage"]["currency"]) == (float(limit), currency)
        # The market's own rule names no figure.
        assert before["asked"] is None
        await declare(client, company.member, "US-interstate", "US-CA")
        await show(client, company.member)
        told = {one["kind"]: one for one in await waiting(client, staff, company)}
        assert told["cargo"]["asked"]["minimum"] == {"amount": "20000.00", "currency": "USD"}
        assert told["cargo"]["asked"]["is_met"] is is_met
        assert told["cargo"]["asked"]["authority"] == "California Bureau of Household Goods and Services"
        assert (told["state_permit"]["coverage"], told["state_permit"]["asked"]) == (None, None)

    async def test_a_false_one_is_out_with_the_reason_and_takes_what_it_carried(
        self, office: Office, staff: StaffMember
    ) -> None:
        client, company = office.client, office.company
        renewal = await add_policy(client, company.headers, **RENEWAL)
        refused = await decide(client, staff, company, renewal, "refuse")
        assert refused.json()["policy"]["refusal"] == "The insurer knows nothing of it."
        assert await offer_of(client, company, "2027-03-22T09:00:00") is None
        assert await offer_of(client, company, "2027-03-19T09:00:00")
        await work(office.worker)
        [letter] = office.letters("was not accepted")
        assert "The insurer knows nothing of it." in letter["text"]
        again = await decide(client, staff, company, renewal)
        assert (again.status_code, again.json()["code"]) == (409, "paper_not_waiting")
        # Its number is free for the true one, which counts once it is looked at: nothing is trusted unseen any more.
        true_one = await add_policy(client, company.headers, **RENEWAL)
        assert (true_one["review"], true_one["counts_until"]) == ("waiting", None)
        assert await offer_of(client, company, "2027-03-22T09:00:00") is None
        office.clock.advance(timedelta(minutes=1))
        await decide(client, staff, company, true_one)
        assert await offer_of(client, company, "2027-03-22T09:00:00")
        later = RENEWAL | {"policy_number": "HM-3", "effective_on": "2028-03-21", "expires_on": "2029-03-20"}
        assert (await add_policy(client, company.headers, **later))["counts_until"] == "2028-04-03"

    async def test_when_nobody_looks_in_time_it_is_told_and_lapses_and_the_look_restores(
        self, office: Office, resources: Resources
    ) -> None:
        await add_policy(office.client, office.company.headers, **RENEWAL)
        [notice] = await office.letters_of(31)
        assert "counts until 2027-04-03, unless we have looked at it by then" in notice
        assert (await office.standing())["status"] == "verified"
        await office.letters_of(4)
        assert (await office.standing())["status"] == "suspended"
        staff = await sign_in_staff(office.client, resources, StaffRole.REVIEWER)
        await look_at_papers(office.client, staff.headers, office.company.id)
        await work(office.worker)
        assert ((await office.standing())["status"], (await office.standing())["lapses"]) == ("verified", [])

    async def test_a_withdrawn_paper_takes_the_trust_of_its_renewal_along(self, office: Office) -> None:
        client, company = office.client, office.company
        renewal = await add_policy(client, company.headers, policy_number="HM-2", expires_on="2027-12-31")
        [first] = [
            one
            for one in (await client.get("/v1/org/insurance-policies", headers=company.headers)).json()["items"]
            if one["id"] != renewal["id"]
        ]
        await client.delete(f"/v1/org/insurance-policies/{first['id']}", headers=company.headers)
        shown = await client.get(f"/v1/org/insurance-policies/{renewal['id']}", headers=company.headers)
        assert shown.json()["counts_until"] == "2027-03-14"

    async def test_a_higher_limit_counts_once_it_is_looked_at(self, office: Office, staff: StaffMember) -> None:
        client, company = office.client, office.company
        higher = {"coverage": {"amount": "2000000", "currency": "USD"}}
        await add_policy(client, company.headers, **(RENEWAL | higher))
        day, wish = "2027-03-30T09:00:00", {"filters": {"min_cargo_coverage": "1000000"}}
        assert await offer_of(client, company, day)
        assert await offer_of(client, company, day, **wish) is None
        await look_at_papers(client, staff.headers, company.id)
        assert await offer_of(client, company, day, **wish)

    async def test_of_many_looks_one_stands(self, office: Office, staff: StaffMember) -> None:
        renewal = await add_policy(office.client, office.company.headers, **RENEWAL)
        acts = ("confirm", "refuse") * 3
        looks = [decide(office.client, staff, office.company, renewal, act) for act in acts]
        assert sorted(one.status_code for one in await asyncio.gather(*looks)) == [200, *[409] * 5]


@pytest.mark.integration
class TestNewPapers:
    async def test_a_permit_shown_afterwards_opens_no_market_and_is_printed_nowhere_until_it_is_confirmed(
        self, client: httpx.AsyncClient, staff: StaffMember, worker_resources: Resources
    ) -> None:
        company = await open_company(client, staff.headers)
        permit = (await show(client, company.member)).json()
        assert (permit["review"], permit["counts_until"]) == ("waiting", None)
        await declare(client, company.member, "US-CA")
        assert "state_permit" in await missing(client, company.member)
        assert await printed(worker_resources, company) == []
        await decide(client, staff, company, permit)
        assert "state_permit" not in await missing(client, company.member)
        assert await printed(worker_resources, company) == [PERMIT["number"]]

    async def test_what_is_shown_while_staff_read_the_request_is_not_waved_through_with_it(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        late = await add_policy(client, mover_a.headers, kind="liability", policy_number="L-1")
        await approve(client, staff.headers, case_id)
        policies = (await client.get("/v1/org/insurance-policies", headers=mover_a.headers)).json()["items"]
        assert [one["review"] for one in policies] == ["confirmed", "waiting"]
        assert late["id"] == policies[1]["id"]

    async def test_what_waited_with_a_request_that_is_rejected_is_looked_at_with_the_next(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        await add_policy(client, mover_a.headers, kind="liability", policy_number="L-1")
        reject = f"/v1/ops/verifications/{case_id}/reject"
        assert (await client.post(reject, headers=staff.headers, json={"reason": "Blurred"})).status_code == 200
        policies = (await client.get("/v1/org/insurance-policies", headers=mover_a.headers)).json()["items"]
        assert {one["review"] for one in policies} == {"with_request"}
        assert policies[1]["counts_until"] == policies[1]["expires_on"]

    async def test_no_paper_of_another_company_is_decided_under_this_one(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_b: Member
    ) -> None:
        company = await open_company(client, staff.headers)
        foreign = await add_policy(client, mover_b.headers)
        refused = await decide(client, staff, company, foreign)
        assert (refused.status_code, refused.json()["code"]) == (404, "paper_not_found")


@pytest.mark.integration
class TestUsdotNumbers:
    async def test_one_told_afterwards_is_work_for_staff_printed_nowhere_and_the_company_is_told_what_came_of_it(
        self, client: httpx.AsyncClient, staff: StaffMember, office: Office
    ) -> None:
        company = await open_company(client, staff.headers, told={"usdot_number": None})
        office.company = company
        await client.patch("/v1/org", headers=company.headers, json={"usdot_number": "76543210"})
        assert "76543210" not in (await client.get(f"/v1/orgs/{company.id}")).text
        declared = await client.put(
            "/v1/org/verification-packs", headers=company.headers, json={"packs": ["US-interstate"]}
        )
        assert (declared.status_code, declared.json()["code"]) == (409, "usdot_number_unconfirmed")
        desk = (await client.get("/v1/ops/usdot-numbers?limit=100", headers=staff.headers)).json()["items"]
        assert {"76543210"} == {one["number"] for one in desk if one["organization"]["id"] == company.id}

        here = f"/v1/ops/orgs/{company.id}/usdot-number"
        reason = {"reason": "It is another company's."}
        refused = await client.post(f"{here}/refuse", headers=staff.headers, json={"number": "76543210"} | reason)
        assert (refused.status_code, refused.json()["usdot_number"]) == (200, None)
        own = (await client.get("/v1/org", headers=company.headers)).json()
        assert own["unconfirmed_usdot_number"]["refusal"] == reason["reason"]
        late = await client.post(f"{here}/confirm", headers=staff.headers, json={"number": "76543210"})
        assert (late.status_code, late.json()["code"]) == (409, "usdot_number_not_waiting")
        await work(office.worker)
        [letter] = office.letters("was not confirmed")
        assert reason["reason"] in letter["text"]

        await client.patch("/v1/org", headers=company.headers, json={"usdot_number": "1122334"})
        await client.post(f"{here}/confirm", headers=staff.headers, json={"number": "1122334"})
        assert (await client.get(f"/v1/orgs/{company.id}")).json()["usdot_number"] == "1122334"
        await work(office.worker)
        assert "1122334" in office.letters("number is confirmed")[0]["text"]
        await declare(client, company.member, "US-interstate")


async def printed(worker: Resources, company: Company) -> Sequence[str]:
    """The numbers that letters and invoices have."""
    org_id = company.member.org_id
    async with worker.database.read(Identity(Audience.WORKER, org_id=org_id)) as session:
        return await licence_numbers(session, org_id, END)
