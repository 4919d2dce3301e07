"""A version that comes into force by itself: next week's prices are written today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.kernel.actor import System
from app.kernel.clock import ManualClock
from app.modules.pricing.handlers import bring_into_force
from app.modules.pricing.service import planned
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import new_key
from tests.modules.pricing.jobs import config

pytestmark = pytest.mark.integration
WHERE = "/v1/pricing-configs"


async def write(client: httpx.AsyncClient, who: Member, rate: int = 100) -> str:
    answer = await client.post(WHERE, headers=who.headers | new_key(), json=config(base_hourly_rate=rate))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def plan(client: httpx.AsyncClient, who: Member, config_id: str, start: Any) -> httpx.Response:
    path = f"{WHERE}/{config_id}/plan"
    return await client.post(path, headers=who.headers | new_key(), json={"in_force_from": start})


async def states(client: httpx.AsyncClient, who: Member) -> list[str]:
    """Of the versions, the first first."""
    items = (await client.get(WHERE, headers=who.headers)).json()["items"]
    return [one["status"] for one in reversed(items)]


async def test_it_comes_at_its_time_and_not_before(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
) -> None:
    later, sooner = [(clock.now() + timedelta(minutes=minutes)).isoformat() for minutes in (6, 4)]
    _, second, third = [await write(client, mover_a, rate) for rate in (100, 110, 120)]
    for config_id, start in ((second, later), (third, sooner)):
        told = await plan(client, mover_a, config_id, start)
        assert (told.status_code, told.json()["status"]) == (200, "draft"), told.text
        assert datetime.fromisoformat(told.json()["in_force_from"]) == datetime.fromisoformat(start)
    seen = []
    for minutes in (3, 1, 2):
        clock.advance(timedelta(minutes=minutes))
        await bring_into_force(worker_resources)
        seen.append(await states(client, mover_a))
    assert seen == [["active", "draft", "draft"], ["retired", "draft", "active"], ["retired", "active", "retired"]]
    shown = (await client.get(f"{WHERE}/{second}", headers=mover_a.headers)).json()
    assert (shown["in_force_from"], shown["retired_at"]) == (None, None)
    trail = (await client.get("/v1/org/audit", headers=mover_a.headers)).json()["items"]
    made = [(one["action"], one["actor"]["kind"]) for one in trail if one["action"].startswith("pricing.config_")]
    assert made.count(("pricing.config_activated", "system")) == 2


async def test_after_a_pause_all_that_were_due_come_in_their_order(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
) -> None:
    _, second, third = [await write(client, mover_a, rate) for rate in (100, 110, 120)]
    for config_id, minutes in ((third, 1), (second, 2)):
        await plan(client, mover_a, config_id, (clock.now() + timedelta(minutes=minutes)).isoformat())
    clock.advance(timedelta(minutes=9))
    await bring_into_force(worker_resources)
    await bring_into_force(worker_resources)
    assert await states(client, mover_a) == ["retired", "active", "retired"]


async def test_a_plan_is_taken_back_and_activating_at_once_ends_it(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
) -> None:
    _, second, third = [await write(client, mover_a, rate) for rate in (100, 110, 120)]
    soon = (clock.now() + timedelta(minutes=1)).isoformat()
    for config_id in (second, third):
        await plan(client, mover_a, config_id, soon)
    assert (await plan(client, mover_a, second, None)).json()["in_force_from"] is None
    active = await client.post(f"{WHERE}/{third}/activate", headers=mover_a.headers | new_key())
    assert active.json()["in_force_from"] is None
    clock.advance(timedelta(minutes=2))
    await bring_into_force(worker_resources)
    assert await states(client, mover_a) == ["retired", "draft", "active"]


async def test_what_an_owner_activates_after_it_was_due_stands(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
) -> None:
    _, second, third, fourth = [await write(client, mover_a, rate) for rate in (100, 110, 120, 130)]
    for config_id, minutes in ((second, 1), (fourth, 9)):
        await plan(client, mover_a, config_id, (clock.now() + timedelta(minutes=minutes)).isoformat())
    clock.advance(timedelta(minutes=5))
    await client.post(f"{WHERE}/{third}/activate", headers=mover_a.headers | new_key())
    await bring_into_force(worker_resources)
    assert await states(client, mover_a) == ["retired", "draft", "active", "draft"]
    trail = (await client.get("/v1/org/audit", headers=mover_a.headers)).json()["items"]
    told = [one for one in trail if one["action"] == "pricing.config_planned" and one["resource"]["id"] == second]
    assert [(one["actor"]["kind"], one["changes"][-1]["after"] is None) for one in told] == [
        ("mover", True),
        ("mover", False),
    ]
    clock.advance(timedelta(minutes=5))
    await bring_into_force(worker_resources)
    assert await states(client, mover_a) == ["retired", "draft", "retired", "active"]


async def test_whoever_says_that_the_present_one_stays_keeps_it(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
) -> None:
    first, second = [await write(client, mover_a, rate) for rate in (100, 110)]
    await plan(client, mover_a, second, (clock.now() + timedelta(minutes=1)).isoformat())
    clock.advance(timedelta(minutes=5))
    await client.post(f"{WHERE}/{first}/activate", headers=mover_a.headers | new_key())
    await bring_into_force(worker_resources)
    assert await states(client, mover_a) == ["active", "draft"]


async def test_a_company_whose_version_fails_keeps_no_other_waiting(
    client: httpx.AsyncClient,
    mover_a: Member,
    mover_b: Member,
    worker_resources: Resources,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned_of = {}
    for minutes, who in enumerate((mover_a, mover_b), 1):
        _, planned_of[who.org_id] = [await write(client, who, rate) for rate in (100, 110)]
        await plan(client, who, planned_of[who.org_id], (clock.now() + timedelta(minutes=minutes)).isoformat())
    begin = planned.bring_into_force

    async def stumble(session: WriteSession, actor: System, org_id: UUID, config_id: UUID) -> bool:
        if org_id == mover_a.org_id:
            raise ValueError("a row that nobody thought of")
        return await begin(session, actor, org_id, config_id)

    monkeypatch.setattr(planned, "bring_into_force", stumble)
    clock.advance(timedelta(minutes=5))
    await bring_into_force(worker_resources)
    assert await states(client, mover_b) == ["retired", "active"]
    assert await states(client, mover_a) == ["active", "draft"]


async def test_a_wall_time_is_the_companys(client: httpx.AsyncClient, mover_a: Member) -> None:
    await write(client, mover_a)
    told = (await plan(client, mover_a, await write(client, mover_a), "2027-06-01T00:00")).json()
    assert told["in_force_from"] == "2027-06-01T07:00:00Z"


@pytest.mark.parametrize(
    ("start", "status", "code", "pointer"),
    [
        ("2027-03-01T08:59:59-08:00", 422, "start_passed", "/in_force_from"),
        ("2027-03-14T02:30:00", 422, "local_time_refused", "/in_force_from"),
        ("soon", 422, "validation_failed", "/in_force_from"),
        ("1e400", 422, "validation_failed", "/in_force_from"),
    ],
)
async def test_what_is_no_time_to_come_is_refused(
    client: httpx.AsyncClient, mover_a: Member, start: str, status: int, code: str, pointer: str
) -> None:
    await write(client, mover_a)
    answer = await plan(client, mover_a, await write(client, mover_a), start)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_what_is_in_force_and_what_is_anothers_is_not_planned(
    client: httpx.AsyncClient, mover_a: Member, mover_b: Member
) -> None:
    first = await write(client, mover_a)
    answers = [await plan(client, who, first, "2027-06-01T00:00") for who in (mover_a, mover_b)]
    told = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert told == [(409, "pricing_config_in_force"), (404, "pricing_config_not_found")]
