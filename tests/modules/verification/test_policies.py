"""Policies that are cancelled, told wrongly, or in other money; and a law whose figure changes on a day."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.market import hold, invite_customers, offer_of, open_company, quote
from tests.factories.verification import add_policy, make_ready
from tests.modules.verification.test_documents import declare, missing, show_all_of_california
from tests.modules.verification.test_rules import with_new_figures

pytestmark = pytest.mark.integration

POLICIES = "/v1/org/insurance-policies"


class TestWithdraw:
    async def test_it_counts_no_more_and_its_number_is_free_for_what_it_should_have_said(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        await make_ready(client, mover_a.headers)
        [wrong] = (await client.get(POLICIES, headers=mover_a.headers)).json()["items"]
        here = f"{POLICIES}/{wrong['id']}"
        assert (await client.get(here, headers=mover_a.headers)).json() == wrong
        for _ in range(2):
            assert (await client.delete(here, headers=mover_a.headers)).status_code == 204
        assert set(await missing(client, mover_a)) == {"insurance"}
        right = await add_policy(client, mover_a.headers, expires_on="2028-12-31")
        assert await missing(client, mover_a) == {}
        listed = (await client.get(POLICIES, headers=mover_a.headers)).json()["items"]
        assert [(one["id"], one["withdrawn_at"] is None) for one in listed] == [
            (wrong["id"], False), (right["id"], True),
        ]  # fmt: skip

    async def test_of_a_verified_company_whoever_had_the_offer_cannot_book(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ) -> None:
        company = await open_company(client, staff.headers)
        offer = await offer_of(client, company, "2027-03-30T09:00:00")
        assert offer
        [customer] = await invite_customers(resources, 1)
        quoted = await quote(client, customer, offer["offer_id"])
        for policy in (await client.get(POLICIES, headers=company.headers)).json()["items"]:
            gone = await client.delete(f"{POLICIES}/{policy['id']}", headers=company.headers)
            assert gone.status_code == 204
        held = await hold(client, customer, quoted["id"])
        assert (held.status_code, held.json()["code"], held.json()["paper"]) == (409, "papers_end_before", "insurance")
        assert await offer_of(client, company, "2027-03-30T09:00:00") is None
        file = (await client.get(f"/v1/ops/orgs/{company.id}", headers=staff.headers)).json()
        assert all(one["withdrawn_at"] for one in file["policies"])

    async def test_another_companys_and_none_at_all_are_not_found(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ) -> None:
        policy = await add_policy(client, mover_a.headers)
        for headers, key in ((mover_b.headers, policy["id"]), (mover_a.headers, str(uuid4()))):
            for method in ("GET", "DELETE"):
                answer = await client.request(method, f"{POLICIES}/{key}", headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (404, "policy_not_found")
        assert (await client.get(POLICIES, headers=mover_a.headers)).json()["items"] == [policy]


async def test_a_policy_in_other_money_reaches_no_figure_in_dollars(client: httpx.AsyncClient, mover_a: Member) -> None:
    await make_ready(client, mover_a.headers)
    await declare(client, mover_a, "US-CA")
    pesos = {"amount": "60000000", "currency": "MXN"}
    await add_policy(client, mover_a.headers, kind="liability", policy_number="P", coverage=pesos)
    assert "liability" in await missing(client, mover_a)
    dollars = {"amount": "600000", "currency": "USD"}
    await add_policy(client, mover_a.headers, kind="liability", policy_number="D", coverage=dollars)
    assert "liability" not in await missing(client, mover_a)


async def test_a_job_is_held_to_the_figure_of_its_day(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await open_company(client, staff.headers)
    await show_all_of_california(client, staff, company.member, company.truck_ids[0])
    [customer] = await invite_customers(resources, 1)
    offer = await offer_of(client, company, "2027-04-02T09:00:00")
    assert offer
    quoted = await quote(client, customer, offer["offer_id"])
    with_new_figures(monkeypatch, {date(2027, 4, 2): 900_000})
    assert await offer_of(client, company, "2027-04-01T09:00:00")
    assert await offer_of(client, company, "2027-04-02T09:00:00") is None
    held = await hold(client, customer, quoted["id"])
    assert (held.status_code, held.json()["paper"]) == (409, "liability")
    assert "liability" not in await missing(client, company.member)
