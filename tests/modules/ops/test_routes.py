from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories.callers import Caller
from tests.factories.verification import approve, make_ready, make_verified, submit

pytestmark = pytest.mark.integration

QUEUE = "/v1/ops/verifications"


async def status_of(client: httpx.AsyncClient, company: Caller) -> str:
    status: str = (await client.get("/v1/org", headers=company.headers)).json()["status"]
    return status


async def queue(client: httpx.AsyncClient, staff: Caller, **parameters: Any) -> list[dict[str, Any]]:
    """The whole queue, page by page; other companies' cases may stand in it."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.get(
            QUEUE, headers=staff.headers, params=parameters | ({"cursor": cursor} if cursor else {})
        )
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        cursor = page.json()["next_cursor"]
    return items


class TestListVerifications:
    async def test_the_oldest_comes_first_and_the_filter_holds(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller, staff: Caller
    ) -> None:
        cases = []
        for company in (mover_a, mover_b):
            await make_ready(client, company.headers)
            cases.append(await submit(client, company.headers))
        await approve(client, staff.headers, cases[0])
        everything = [case["id"] for case in await queue(client, staff, limit=1) if case["id"] in cases]
        assert everything == cases
        waiting = [case for case in await queue(client, staff, status="submitted") if case["id"] in cases]
        assert [case["id"] for case in waiting] == [cases[1]]
        assert waiting[0]["organization"]["id"] == str(mover_b.org_id)
        assert waiting[0]["organization"]["status"] == "submitted"

    async def test_no_such_status(self, client: httpx.AsyncClient, staff: Caller) -> None:
        refused = await client.get(QUEUE, headers=staff.headers, params={"status": "maybe"})
        assert refused.status_code == 422


class TestApproveVerification:
    async def test_company_is_verified_and_found(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        assert (await client.get(f"/v1/orgs/{mover_a.org_id}")).status_code == 404
        approved = await client.post(f"{QUEUE}/{case_id}/approve", headers=staff.headers)
        assert (approved.status_code, approved.json()["status"]) == (200, "approved")
        assert approved.json()["organization"]["status"] == "verified"
        assert approved.json()["decided_at"] == "2027-03-01T17:00:00Z"
        assert (await client.get(f"/v1/orgs/{mover_a.org_id}")).status_code == 200

    @pytest.mark.parametrize("second", ["approve", "reject"])
    async def test_a_case_is_decided_once(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller, second: str
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        await approve(client, staff.headers, case_id)
        body = {"reason": "Too late"} if second == "reject" else None
        refused = await client.post(f"{QUEUE}/{case_id}/{second}", headers=staff.headers, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "case_already_decided")
        assert await status_of(client, mover_a) == "verified"

    async def test_company_that_lost_its_truck_meanwhile_is_not_verified(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        truck = (await client.get("/v1/trucks", headers=mover_a.headers)).json()["items"][0]
        await client.delete(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)
        refused = await client.post(f"{QUEUE}/{case_id}/approve", headers=staff.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "verification_incomplete")
        assert [one["code"] for one in refused.json()["missing"]] == ["truck"]
        assert await status_of(client, mover_a) == "submitted"

    async def test_no_such_case(self, client: httpx.AsyncClient, staff: Caller) -> None:
        refused = await client.post(f"{QUEUE}/{uuid4()}/approve", headers=staff.headers)
        assert (refused.status_code, refused.json()["code"]) == (404, "case_not_found")


class TestRejectVerification:
    async def test_company_reads_why_and_may_ask_again(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        body = {"reason": "The policy names\nanother company 🙈"}
        rejected = await client.post(f"{QUEUE}/{case_id}/reject", headers=staff.headers, json=body)
        assert (rejected.status_code, rejected.json()["status"]) == (200, "rejected")
        assert rejected.json()["reason"] == body["reason"]
        assert await status_of(client, mover_a) == "rejected"
        assert await submit(client, mover_a.headers) != case_id

    @pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"reason": "a\u0000"}, {"reason": "x" * 501}])
    async def test_a_reason_is_needed(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller, body: dict[str, str] | None
    ) -> None:
        await make_ready(client, mover_a.headers)
        case_id = await submit(client, mover_a.headers)
        refused = await client.post(f"{QUEUE}/{case_id}/reject", headers=staff.headers, json=body)
        assert refused.status_code == 422
        assert await status_of(client, mover_a) == "submitted"


class TestSuspendCompany:
    async def test_suspended_company_leaves_the_market_and_comes_back(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller, staff: Caller
    ) -> None:
        await make_verified(client, mover_a.headers, staff.headers)
        await make_verified(client, mover_b.headers, staff.headers)
        path = f"/v1/ops/orgs/{mover_a.org_id}"
        suspended = await client.post(f"{path}/suspend", headers=staff.headers, json={"reason": "Insurance lapsed"})
        assert (suspended.status_code, suspended.json()["organization"]["status"]) == (200, "suspended")
        assert (await client.get(f"/v1/orgs/{mover_a.org_id}")).status_code == 404
        assert (await client.get(f"/v1/orgs/{mover_b.org_id}")).status_code == 200
        shown = (await client.get("/v1/org/verification", headers=mover_a.headers)).json()
        assert shown["suspensions"] == [
            {"cause": "staff", "reason": "Insurance lapsed", "suspended_at": "2027-03-01T17:00:00Z", "lifted_at": None}
        ]
        refused = await client.post("/v1/org/verification", headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "company_suspended")
        reinstated = await client.post(f"{path}/reinstate", headers=staff.headers)
        assert (reinstated.status_code, reinstated.json()["lifted_at"]) == (200, "2027-03-01T17:00:00Z")
        assert (await client.get(f"/v1/orgs/{mover_a.org_id}")).status_code == 200
        again = await client.post(f"{path}/reinstate", headers=staff.headers)
        assert (again.status_code, again.json()["code"]) == (409, "company_not_suspended")

    async def test_only_a_verified_company_can_be_suspended(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller
    ) -> None:
        path = f"/v1/ops/orgs/{mover_a.org_id}/suspend"
        refused = await client.post(path, headers=staff.headers, json={"reason": "Why not"})
        assert (refused.status_code, refused.json()["code"]) == (409, "company_not_verified")
        assert await status_of(client, mover_a) == "draft"

    @pytest.mark.parametrize(("command", "body"), [("suspend", {"reason": "Who?"}), ("reinstate", None)])
    async def test_no_such_company(
        self, client: httpx.AsyncClient, staff: Caller, command: str, body: dict[str, str] | None
    ) -> None:
        refused = await client.post(f"/v1/ops/orgs/{uuid4()}/{command}", headers=staff.headers, json=body)
        assert (refused.status_code, refused.json()["code"]) == (404, "org_not_found")
