"""Two members of a company press the button at once: one case is opened."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.factories.callers import Caller
from tests.factories.verification import make_ready

pytestmark = pytest.mark.integration

TRIES = 8


class TestSubmitOnce:
    async def test_of_many_requests_one_case_is_opened(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller
    ) -> None:
        headers = committed_mover.headers
        await make_ready(committed_client, headers)
        answers = await asyncio.gather(
            *(committed_client.post("/v1/org/verification", headers=headers) for _ in range(TRIES))
        )
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: TRIES - 1}
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"case_already_open"}
        shown = (await committed_client.get("/v1/org/verification", headers=headers)).json()
        assert len(shown["cases"]) == 1
