from typing import Any

import httpx
import pytest

from tests.factories.callers import Caller
from tests.factories.fleet import add_driver, add_helper, add_truck
from tests.factories.verification import (
    add_policy,
    make_ready,
    make_verified,
    policy_body,
    submit,
    write_prices,
)

pytestmark = pytest.mark.integration

POLICIES = "/v1/org/insurance-policies"
VERIFICATION = "/v1/org/verification"


def codes(missing: list[dict[str, str]]) -> list[str]:
    return [one["code"] for one in missing]


class TestAddInsurancePolicy:
    async def test_policy_is_listed_with_its_limit(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        policy = await add_policy(client, mover_a.headers, coverage={"amount": 750000})
        assert policy["coverage"] == {"amount": "750000.00", "currency": "USD"}
        assert (policy["effective_on"], policy["expires_on"]) == ("2027-01-01", "2027-12-31")
        listed = await client.get(POLICIES, headers=mover_a.headers)
        assert listed.json() == {"items": [policy], "next_cursor": None}

    async def test_number_stands_once_in_a_company(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        await add_policy(client, mover_a.headers)
        again = await client.post(POLICIES, headers=mover_a.headers, json=policy_body(kind="liability"))
        assert (again.status_code, again.json()["code"]) == (409, "policy_taken")
        await add_policy(client, mover_b.headers)

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"coverage": {"amount": "0"}}, "/coverage"),
            ({"coverage": {"amount": "-1"}}, "/coverage/amount"),
            ({"coverage": {"amount": "NaN"}}, "/coverage/amount"),
            ({"coverage": {"amount": "1e400"}}, "/coverage/amount"),
            ({"coverage": {"amount": "0.001"}}, "/coverage/amount"),
            ({"coverage": {"amount": "1", "currency": "usd"}}, "/coverage/currency"),
            ({"expires_on": "2027-01-01"}, "/expires_on"),
            ({"expires_on": "2026-12-31"}, "/expires_on"),
            ({"effective_on": "yesterday"}, "/effective_on"),
            ({"effective_on": 0}, "/effective_on"),
            ({"kind": "hull"}, "/kind"),
            ({"insurer": "\u0000"}, "/insurer"),
            ({"policy_number": ""}, "/policy_number"),
            ({"premium": "12"}, "/premium"),
        ],
    )
    async def test_what_cannot_be_a_policy_is_refused(
        self, client: httpx.AsyncClient, mover_a: Caller, changes: dict[str, Any], pointer: str
    ) -> None:
        refused = await client.post(POLICIES, headers=mover_a.headers, json=policy_body(**changes))
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
        assert (await client.get(POLICIES, headers=mover_a.headers)).json()["items"] == []


class TestListInsurancePolicies:
    async def test_pages(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        numbers = ["P 1", "P 2", "P 3"]
        for number in numbers:
            await add_policy(client, mover_a.headers, policy_number=number)
        first = (await client.get(POLICIES, headers=mover_a.headers, params={"limit": 2})).json()
        parameters = {"limit": 2, "cursor": first["next_cursor"]}
        second = (await client.get(POLICIES, headers=mover_a.headers, params=parameters)).json()
        assert [policy["policy_number"] for policy in first["items"] + second["items"]] == numbers
        assert second["next_cursor"] is None

    async def test_another_company_sees_nothing(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        await add_policy(client, mover_a.headers)
        assert (await client.get(POLICIES, headers=mover_b.headers)).json()["items"] == []


class TestSubmitVerification:
    async def test_new_company_is_told_all_that_is_missing(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        refused = await client.post(VERIFICATION, headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "verification_incomplete")
        assert codes(refused.json()["missing"]) == ["truck", "driver", "insurance", "pricing"]
        shown = (await client.get(VERIFICATION, headers=mover_a.headers)).json()
        assert (shown["status"], shown["cases"]) == ("draft", [])
        assert shown["missing"] == refused.json()["missing"]

    async def test_list_grows_shorter_with_each_step(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        await add_helper(client, mover_a.headers)
        await add_policy(
            client, mover_a.headers, policy_number="OLD", effective_on="2026-01-01", expires_on="2027-02-28"
        )
        await add_policy(client, mover_a.headers, policy_number="NEW", effective_on="2027-03-02")
        assert codes((await client.get(VERIFICATION, headers=mover_a.headers)).json()["missing"]) == [
            "truck",
            "driver",
            "insurance",
            "pricing",
        ]
        await add_truck(client, mover_a.headers)
        await add_driver(client, mover_a.headers)
        assert codes((await client.get(VERIFICATION, headers=mover_a.headers)).json()["missing"]) == [
            "insurance",
            "pricing",
        ]
        await add_policy(
            client, mover_a.headers, policy_number="ONE DAY", effective_on="2027-02-28", expires_on="2027-03-01"
        )
        await write_prices(client, mover_a.headers)
        assert (await client.get(VERIFICATION, headers=mover_a.headers)).json()["missing"] == []

    async def test_ready_company_is_submitted_once(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        await make_ready(client, mover_a.headers)
        submitted = await client.post(VERIFICATION, headers=mover_a.headers)
        assert submitted.status_code == 201
        assert submitted.json() | {"id": ""} == {
            "id": "",
            "status": "submitted",
            "missing": [],
            "submitted_at": "2027-03-01T17:00:00Z",
            "decided_at": None,
            "reason": None,
            "findings": [],
        }
        assert (await client.get("/v1/org", headers=mover_a.headers)).json()["status"] == "submitted"
        again = await client.post(VERIFICATION, headers=mover_a.headers)
        assert (again.status_code, again.json()["code"]) == (409, "case_already_open")

    async def test_retired_truck_does_not_count(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        await make_ready(client, mover_a.headers)
        truck = (await client.get("/v1/trucks", headers=mover_a.headers)).json()["items"][0]
        await client.delete(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)
        refused = await client.post(VERIFICATION, headers=mover_a.headers)
        assert codes(refused.json()["missing"]) == ["truck"]

    async def test_verified_company_need_not_ask(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller
    ) -> None:
        await make_verified(client, mover_a.headers, staff.headers)
        refused = await client.post(VERIFICATION, headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "already_verified")


class TestShowVerification:
    async def test_another_company_sees_its_own(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        await make_ready(client, mover_a.headers)
        await submit(client, mover_a.headers)
        shown = (await client.get(VERIFICATION, headers=mover_b.headers)).json()
        assert (shown["status"], shown["cases"], len(shown["missing"])) == ("draft", [], 4)

    async def test_latest_case_comes_first(self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller) -> None:
        await make_ready(client, mover_a.headers)
        first = await submit(client, mover_a.headers)
        rejected = await client.post(
            f"/v1/ops/verifications/{first}/reject", headers=staff.headers, json={"reason": "Whose policy is it?"}
        )
        assert rejected.status_code == 200
        second = await submit(client, mover_a.headers)
        shown = (await client.get(VERIFICATION, headers=mover_a.headers)).json()
        assert shown["status"] == "submitted"
        assert [(case["id"], case["status"], case["reason"]) for case in shown["cases"]] == [
            (second, "submitted", None),
            (first, "rejected", "Whose policy is it?"),
        ]
