"""Two members of staff at once: one wins, the other is told that it is done."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.factories.callers import Caller
from tests.factories.verification import make_ready, make_verified, submit

pytestmark = pytest.mark.integration

TRIES = 8


class TestDecideOnce:
    async def test_of_many_decisions_one_stands(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller, committed_staff: Caller
    ) -> None:
        client, staff = committed_client, committed_staff.headers
        await make_ready(client, committed_mover.headers)
        path = f"/v1/ops/verifications/{await submit(client, committed_mover.headers)}"
        answers = await asyncio.gather(
            *(client.post(f"{path}/approve", headers=staff) for _ in range(TRIES)),
            *(client.post(f"{path}/reject", headers=staff, json={"reason": "No"}) for _ in range(TRIES)),
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 2 * TRIES - 1}
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"case_already_decided"}
        [winner] = [answer.json() for answer in answers if answer.status_code == 200]
        shown = (await client.get("/v1/org", headers=committed_mover.headers)).json()
        assert shown["status"] == {"approved": "verified", "rejected": "rejected"}[winner["status"]]


class TestSuspendOnce:
    async def test_of_many_suspensions_one_stands(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller, committed_staff: Caller
    ) -> None:
        client, staff = committed_client, committed_staff.headers
        await make_verified(client, committed_mover.headers, staff)
        path = f"/v1/ops/orgs/{committed_mover.org_id}/suspend"
        answers = await asyncio.gather(
            *(client.post(path, headers=staff, json={"reason": f"Number {number}"}) for number in range(TRIES))
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: TRIES - 1}
        shown = (await client.get("/v1/org/verification", headers=committed_mover.headers)).json()
        assert len(shown["suspensions"]) == 1
