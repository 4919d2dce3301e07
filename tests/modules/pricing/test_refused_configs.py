"""Bad price lists over HTTP: each answered with the place, the reason and what is right there; none is stored."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import Member
from tests.factories.bookings import new_key
from tests.modules.pricing.jobs import WEDNESDAY
from tests.modules.pricing.test_rules_bad_configs import BAD

pytestmark = pytest.mark.integration
WHERE = "/v1/pricing-configs"


async def test_each_is_answered_and_none_is_stored(client: httpx.AsyncClient, mover_a: Member) -> None:
    assert len(BAD) >= 40
    for body, pointer, code, reason in BAD:
        answer = await client.post(WHERE, headers=mover_a.headers | new_key(), json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        [fault] = answer.json()["errors"]
        assert fault["pointer"] == pointer
        if body != []:
            assert fault["code"] == code
            assert reason in fault["message"]
            assert fault["example"] is not None
    listed = await client.get(WHERE, headers=mover_a.headers)
    assert listed.json()["items"] == []


async def test_a_trial_tells_the_same(client: httpx.AsyncClient, mover_a: Member) -> None:
    job = {"starts_at": WEDNESDAY, "pickup_zone": "America/Los_Angeles", "hours": 1}
    body, pointer, code, _ = next(row for row in BAD if row[1].endswith("/to"))
    answer = await client.post(f"{WHERE}/simulate", headers=mover_a.headers, json={"config": body, "job": job})
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, f"/config{pointer}", code)
    assert fault["example"] == "08:00"
