"""Cases on the staff's desk: claimed, noted, given back, looked at by two."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kernel.actor import StaffRole
from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import StaffMember, sign_in_staff
from tests.factories.callers import Caller
from tests.factories.verification import make_ready, submit

pytestmark = pytest.mark.integration

SETTINGS = "/v1/ops/settings"
QUEUE = "/v1/ops/verifications"


@pytest.fixture
async def second(client: httpx.AsyncClient, resources: Resources) -> StaffMember:
    return await sign_in_staff(client, resources, StaffRole.REVIEWER)


@pytest.fixture
async def case(client: httpx.AsyncClient, mover_a: Caller) -> str:
    await make_ready(client, mover_a.headers)
    return f"{QUEUE}/{await submit(client, mover_a.headers)}"


async def settle(client: httpx.AsyncClient, admin: Caller, **changes: Any) -> httpx.Response:
    shown = await client.get(SETTINGS, headers=admin.headers)
    body = {
        name: shown.json()[name] for name in ("fee_percent", "four_eyes", "claim_minutes", "fuel_index_price")
    } | changes
    return await client.put(SETTINGS, headers=admin.headers | {"If-Match": shown.headers["etag"]}, json=body)


@pytest.fixture
async def four_eyes(client: httpx.AsyncClient, admin: Caller) -> AsyncIterator[None]:
    assert (await settle(client, admin, four_eyes=True)).status_code == 200
    yield
    assert (await settle(client, admin, four_eyes=False)).status_code == 200


async def post(client: httpx.AsyncClient, who: Caller, path: str, body: Any = None) -> tuple[int, Any]:
    answer = await client.post(path, headers=who.headers, json=body)
    return answer.status_code, answer.json()


async def queued(client: httpx.AsyncClient, who: Caller, **query: str) -> set[str]:
    """The paths of the cases that a filter shows."""
    found: set[str] = set()
    page: dict[str, str] = {}
    while True:
        answer = await client.get(QUEUE, headers=who.headers, params={"limit": "100"} | query | page)
        assert answer.status_code == 200, answer.text
        found |= {f"{QUEUE}/{one['id']}" for one in answer.json()["items"]}
        if answer.json()["next_cursor"] is None:
            return found
        page = {"cursor": answer.json()["next_cursor"]}


class TestClaim:
    async def test_nobody_else_claims_or_decides_it_until_it_is_given_back(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller, second: Caller, case: str
    ) -> None:
        status, claimed = await post(client, staff, f"{case}/claim")
        assert (status, claimed["status"], claimed["claim"]["until"]) == (200, "in_review", "2027-03-01T18:00:00Z")
        assert (await client.get("/v1/org", headers=mover_a.headers)).json()["status"] == "in_review"
        for command, body in (("claim", None), ("approve", None), ("reject", {"reason": "No"})):
            status, refused = await post(client, second, f"{case}/{command}", body)
            assert (status, refused["code"], refused["claimed_until"]) == (
                409,
                "case_claimed",
                "2027-03-01T18:00:00+00:00",
            )
        status, refused = await post(client, second, f"{case}/give-back")
        assert (status, refused["code"]) == (409, "case_not_claimed")
        status, given_back = await post(client, staff, f"{case}/give-back")
        assert (status, given_back["status"], given_back["claim"]) == (200, "submitted", None)
        status, approved = await post(client, second, f"{case}/approve")
        assert (status, approved["status"], approved["organization"]["status"]) == (200, "approved", "verified")
        status, refused = await post(client, staff, f"{case}/claim")
        assert (status, refused["code"]) == (409, "case_already_decided")

    async def test_after_its_time_it_is_anybodys(
        self, client: httpx.AsyncClient, clock: ManualClock, staff: Caller, second: Caller, admin: Caller, case: str
    ) -> None:
        assert (await settle(client, admin, claim_minutes=5)).status_code == 200
        try:
            await post(client, staff, f"{case}/claim")
            clock.advance(timedelta(minutes=4, seconds=59))
            assert (await post(client, second, f"{case}/claim"))[0] == 409
            clock.advance(timedelta(seconds=1))
            assert case in await queued(client, staff, claimed="none")
            status, claimed = await post(client, second, f"{case}/claim")
            assert (status, claimed["status"]) == (200, "in_review")
            assert (await post(client, staff, f"{case}/approve"))[1]["code"] == "case_claimed"
        finally:
            await settle(client, admin, claim_minutes=60)

    async def test_the_queue_by_whose_it_is(
        self, client: httpx.AsyncClient, staff: Caller, second: Caller, case: str
    ) -> None:
        assert case in await queued(client, staff, claimed="none", status="submitted")
        await post(client, staff, f"{case}/claim")
        assert case in await queued(client, staff, claimed="me")
        assert case in await queued(client, second, claimed="others", status="in_review")
        for who, claimed in ((staff, "none"), (staff, "others"), (second, "me")):
            assert case not in await queued(client, who, claimed=claimed)
        await post(client, staff, f"{case}/approve")
        assert case not in await queued(client, staff, claimed="none")
        assert case in await queued(client, staff, status="approved")

    async def test_of_many_at_once_one_has_it(
        self, client: httpx.AsyncClient, staff: Caller, second: Caller, case: str
    ) -> None:
        answers = await asyncio.gather(*(post(client, who, f"{case}/claim") for who in (staff, second) * 4))
        assert Counter(status for status, _ in answers) == {200: 4, 409: 4}
        assert len({told["claim"]["user_id"] for status, told in answers if status == 200}) == 1


class TestFourEyes:
    @pytest.mark.usefixtures("four_eyes")
    async def test_two_reviewers_approve(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller, second: Caller, case: str
    ) -> None:
        await post(client, staff, f"{case}/claim")
        status, first = await post(client, staff, f"{case}/approve")
        assert (status, first["status"], first["claim"]) == (200, "submitted", None)
        assert first["first_approved_by"] is not None
        status, refused = await post(client, staff, f"{case}/approve")
        assert (status, refused["code"]) == (409, "second_reviewer_needed")
        assert (await client.get("/v1/org", headers=mover_a.headers)).json()["status"] == "submitted"
        status, approved = await post(client, second, f"{case}/approve")
        assert (status, approved["organization"]["status"]) == (200, "verified")

    @pytest.mark.usefixtures("four_eyes")
    async def test_many_first_approvals_at_once_are_one(
        self, client: httpx.AsyncClient, staff: Caller, second: Caller, case: str
    ) -> None:
        answers = await asyncio.gather(*(post(client, staff, f"{case}/approve") for _ in range(6)))
        assert Counter(status for status, _ in answers) == {200: 1, 409: 5}
        answers = await asyncio.gather(*(post(client, who, f"{case}/approve") for who in (staff, second) * 3))
        assert Counter(status for status, _ in answers) == {200: 1, 409: 5}


class TestCaseFile:
    async def test_notes_are_the_staffs_and_no_companys(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller, second: Caller, case: str
    ) -> None:
        status, note = await post(client, staff, f"{case}/notes", {"text": "Quagga called the insurer"})
        assert (status, note["text"]) == (201, "Quagga called the insurer")
        await post(client, second, f"{case}/reject", {"reason": "No"})
        await post(client, second, f"{case}/notes", {"text": "Quagga again"})
        shown = (await client.get(case, headers=staff.headers)).json()
        assert [one["text"] for one in shown["notes"]] == ["Quagga again", "Quagga called the insurer"]
        assert [one["step"] for one in shown["history"]] == ["rejected", "submitted"]
        assert len({one["by"] for one in shown["history"]}) == 2
        for path in ("/v1/org/verification", "/v1/org", "/v1/org/audit"):
            told = await client.get(path, headers=mover_a.headers)
            assert (told.status_code, "Quagga" in told.text) == (200, False), path

    async def test_a_rejection_tells_item_by_item_and_the_company_asks_again(
        self, client: httpx.AsyncClient, mover_a: Caller, staff: Caller, case: str
    ) -> None:
        truck_id = (await client.get("/v1/trucks", headers=mover_a.headers)).json()["items"][0]["id"]
        findings = [
            {"item": "cargo", "truck_id": None, "reason": "Cut off at the limit."},
            {"item": "truck_registration", "truck_id": truck_id, "reason": "Of another truck."},
        ]
        status, rejected = await post(client, staff, f"{case}/reject", {"reason": "Two things.", "findings": findings})
        assert (status, rejected["findings"]) == (200, findings)
        shown = (await client.get("/v1/org/verification", headers=mover_a.headers)).json()
        assert (shown["status"], shown["cases"][0]["findings"]) == ("rejected", findings)
        await submit(client, mover_a.headers)
        shown = (await client.get("/v1/org/verification", headers=mover_a.headers)).json()
        assert [one["step"] for one in shown["history"]] == ["submitted", "rejected", "submitted"]
        assert all("by" not in one for one in shown["history"])

    async def test_anothers_truck_is_no_reason(
        self, client: httpx.AsyncClient, mover_b: Caller, staff: Caller, case: str
    ) -> None:
        await make_ready(client, mover_b.headers)
        truck_id = (await client.get("/v1/trucks", headers=mover_b.headers)).json()["items"][0]["id"]
        finding = {"item": "truck_inspection", "truck_id": truck_id, "reason": "Old."}
        status, refused = await post(client, staff, f"{case}/reject", {"reason": "No.", "findings": [finding]})
        assert (status, refused["code"], refused["errors"][0]["pointer"]) == (
            422,
            "finding_refused",
            "/findings/0/truck_id",
        )
        assert case in await queued(client, staff, status="submitted")


class TestSettings:
    async def test_a_change_names_what_it_read(self, client: httpx.AsyncClient, admin: Caller) -> None:
        shown = await client.get(SETTINGS, headers=admin.headers)
        body = {name: shown.json()[name] for name in ("fee_percent", "four_eyes", "claim_minutes", "fuel_index_price")}
        without = await client.put(SETTINGS, headers=admin.headers, json=body)
        assert (without.status_code, without.json()["code"]) == (428, "if_match_required")
        stale = await client.put(SETTINGS, headers=admin.headers | {"If-Match": '"v0"'}, json=body)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        assert (await settle(client, admin)).status_code == 200
        latest = await client.get("/v1/ops/audit?action=platform.settings_set&limit=1", headers=admin.headers)
        assert latest.json()["items"][0]["action"] == "platform.settings_set"

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"fee_percent": "100.01"}, "/fee_percent"),
            ({"fee_percent": "-1"}, "/fee_percent"),
            ({"fee_percent": "0.001"}, "/fee_percent"),
            ({"claim_minutes": 0}, "/claim_minutes"),
            ({"fuel_index_price": "-0.001"}, "/fuel_index_price"),
            ({"fuel_index_price": "2.8145"}, "/fuel_index_price"),
            ({"claim_minutes": 1441}, "/claim_minutes"),
            ({"four_eyes": "perhaps"}, "/four_eyes"),
        ],
    )
    async def test_a_bad_value_is_pointed_at_and_nothing_changes(
        self, client: httpx.AsyncClient, admin: Caller, change: dict[str, Any], pointer: str
    ) -> None:
        before = (await client.get(SETTINGS, headers=admin.headers)).json()
        refused = await settle(client, admin, **change)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
        assert (await client.get(SETTINGS, headers=admin.headers)).json() == before

    async def test_of_two_changes_at_once_one_stands(self, client: httpx.AsyncClient, admin: Caller) -> None:
        answers = await asyncio.gather(*(settle(client, admin) for _ in range(4)))
        assert 200 in {answer.status_code for answer in answers} <= {200, 412}
