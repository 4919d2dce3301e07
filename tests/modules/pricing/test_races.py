"""Two people of one company change its prices at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.pricing.handlers import bring_into_force
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import new_key
from tests.modules.pricing.jobs import config

pytestmark = pytest.mark.integration
WHERE = "/v1/pricing-configs"


async def write(client: httpx.AsyncClient, who: Member, rate: int) -> httpx.Response:
    body = config(base_hourly_rate=rate)
    return await client.post(WHERE, headers=who.headers | new_key(), json=body)


async def versions(client: httpx.AsyncClient, who: Member) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(WHERE, headers=who.headers)).json()["items"]
    return items


def refused(answers: list[httpx.Response], made: int) -> list[httpx.Response]:
    """Those that lost, each told so."""
    lost = [answer for answer in answers if answer.status_code != made]
    assert {(answer.status_code, answer.json()["code"]) for answer in lost} <= {(409, "pricing_config_race")}
    return lost


@pytest.mark.parametrize("standing", [0, 1])
async def test_of_drafts_at_once_each_has_its_own_number(
    committed_client: httpx.AsyncClient, committed_mover: Member, standing: int
) -> None:
    for rate in range(standing):
        assert (await write(committed_client, committed_mover, 100 + rate)).status_code == 201
    answers = await asyncio.gather(*(write(committed_client, committed_mover, rate) for rate in range(200, 206)))
    made = len(answers) - len(refused(list(answers), 201))
    assert made >= 1
    listed = await versions(committed_client, committed_mover)
    assert [one["version"] for one in listed] == list(range(standing + made, 0, -1))
    assert [one["version"] for one in listed if one["status"] == "active"] == [1]


async def test_of_activations_at_once_one_is_in_force(
    committed_client: httpx.AsyncClient, committed_mover: Member
) -> None:
    ids = [(await write(committed_client, committed_mover, rate)).json()["id"] for rate in range(100, 106)]
    answers = await asyncio.gather(
        *(
            committed_client.post(f"{WHERE}/{one}/activate", headers=committed_mover.headers | new_key())
            for one in ids[1:]
        )
    )
    assert len(refused(list(answers), 200)) < len(answers)
    listed = await versions(committed_client, committed_mover)
    [active] = [one for one in listed if one["status"] == "active"]
    assert active["id"] in [answer.json()["id"] for answer in answers if answer.status_code == 200]
    assert active["retired_at"] is None
    assert all(one["retired_at"] is not None for one in listed if one["status"] == "retired")


async def test_planning_and_activating_one_version_at_once_is_told_apart(
    committed_client: httpx.AsyncClient, committed_mover: Member
) -> None:
    headers = committed_mover.headers
    for rate in range(100, 106):
        await write(committed_client, committed_mover, rate)
    for one in (await versions(committed_client, committed_mover))[:-1]:
        path, start = f"{WHERE}/{one['id']}", {"in_force_from": "2099-06-01T00:00:00Z"}
        activated, *told = await asyncio.gather(
            committed_client.post(f"{path}/activate", headers=headers | new_key()),
            *(committed_client.post(f"{path}/plan", headers=headers | new_key(), json=start) for _ in range(3)),
        )
        assert activated.status_code == 200, activated.text
        lost = [answer for answer in told if answer.status_code != 200]
        assert {(one.status_code, one.json()["code"]) for one in lost} <= {(409, "pricing_config_in_force")}
    assert all(one["in_force_from"] is None for one in await versions(committed_client, committed_mover))


async def test_what_is_due_and_what_is_activated_at_that_moment_do_not_lock_each_other_out(
    committed_client: httpx.AsyncClient, committed_mover: Member, worker_resources: Resources, clock: ManualClock
) -> None:
    headers = committed_mover.headers
    _, *planned = [(await write(committed_client, committed_mover, rate)).json()["id"] for rate in range(100, 104)]
    for config_id in planned:
        start = {"in_force_from": (clock.now() + timedelta(minutes=1)).isoformat()}
        await committed_client.post(f"{WHERE}/{config_id}/plan", headers=headers | new_key(), json=start)
    clock.advance(timedelta(minutes=2))
    activated, _ = await asyncio.gather(
        committed_client.post(f"{WHERE}/{planned[1]}/activate", headers=headers | new_key()),
        bring_into_force(worker_resources),
    )
    assert activated.status_code == 200, activated.text
    listed = await versions(committed_client, committed_mover)
    assert [one["id"] for one in listed if one["status"] == "active"] == [planned[1]]
    assert all(one["in_force_from"] is None for one in listed)
