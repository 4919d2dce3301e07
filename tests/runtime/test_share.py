"""The share of the connections that is kept for bookings, and the line that everybody else stands in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa

from app.kernel.clock import ManualClock
from app.runtime.db.session import Database
from app.runtime.db.share import MOST_IN_LINE, Gate, Overloaded, Patience, SharedPool
from app.runtime.db.tenancy import Identity
from tests.conftest import Logins, Member
from tests.factories.bookings import book_by_hand
from tests.running import in_process

IMPATIENT: Final = Patience(still_seconds=0.05, most_seconds=5.0)
FEW: Final[dict[str, Any]] = {"pool_size": 4, "pool_overflow": 0, "pool_timeout_seconds": 5.0, "still_seconds": 0.08}
OF_OTHERS: Final = 2  # of four connections, with three tenths kept


@pytest.mark.unit
class TestGate:
    async def test_one_beyond_its_size_waits_for_one_that_leaves(self):
        gate = Gate(2, IMPATIENT)
        assert [gate.is_passed() for _ in range(3)] == [True, True, False]

        waiting = asyncio.create_task(gate.wait())
        await asyncio.sleep(0)
        gate.leave()
        await waiting
        assert not gate.is_passed()

    async def test_those_in_line_pass_in_the_order_in_which_they_came(self):
        gate, passed = Gate(1, IMPATIENT), list[int]()
        assert gate.is_passed()

        async def come(number: int) -> None:
            await gate.wait()
            passed.append(number)
            gate.leave()

        crowd = [asyncio.create_task(come(number)) for number in range(5)]
        await asyncio.sleep(0)
        gate.leave()
        await asyncio.gather(*crowd)
        assert passed == [0, 1, 2, 3, 4]
        assert gate.is_passed()

    async def test_a_line_that_stands_still_is_left(self):
        gate = Gate(1, IMPATIENT)
        assert gate.is_passed()
        began = time.monotonic()
        with pytest.raises(Overloaded):
            await gate.wait()
        assert time.monotonic() - began >= IMPATIENT.still_seconds

        gate.leave()
        assert gate.is_passed()  # who left the line took no place with them

    async def test_a_line_that_moves_is_stood_in_for_longer(self):
        gate = Gate(2, Patience(still_seconds=0.2, most_seconds=60.0))
        assert (gate.is_passed(), gate.is_passed()) == (True, True)
        line = [asyncio.create_task(gate.wait()) for _ in range(6)]
        for one in line:
            await asyncio.sleep(0.08)
            gate.leave()
            await one

    async def test_but_not_for_ever(self):
        gate = Gate(1, Patience(still_seconds=0.05, most_seconds=0.3))
        assert gate.is_passed()
        line = [asyncio.create_task(gate.wait()) for _ in range(30)]
        for _ in line:
            await asyncio.sleep(0.02)
            gate.leave()
        ends = await asyncio.gather(*line, return_exceptions=True)
        assert {type(end) for end in ends} == {type(None), Overloaded}

    async def test_a_line_that_is_too_long_is_not_joined(self):
        gate = Gate(1, Patience(still_seconds=60.0, most_seconds=60.0))
        assert gate.is_passed()
        line = [asyncio.create_task(gate.wait()) for _ in range(MOST_IN_LINE)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await gate.wait()
        for one in line:
            one.cancel()
        await asyncio.gather(*line, return_exceptions=True)

    @pytest.mark.parametrize("had_passed", [False, True])
    async def test_who_is_cancelled_in_line_gives_the_place_back(self, had_passed: bool):
        gate = Gate(1, IMPATIENT)
        assert gate.is_passed()
        waiting = asyncio.create_task(gate.wait())
        await asyncio.sleep(0)
        if had_passed:
            gate.leave()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        if not had_passed:
            gate.leave()
        assert [gate.is_passed(), gate.is_passed()] == [True, False]

    async def test_a_loop_that_was_busy_is_no_line_that_stands_still(self):
        gate = Gate(1, IMPATIENT)
        assert gate.is_passed()
        waiting = asyncio.create_task(gate.wait())
        await asyncio.sleep(0)
        time.sleep(3 * IMPATIENT.still_seconds)  # noqa: ASYNC251 - that is what is tried
        for _ in range(5):
            await asyncio.sleep(0)
        gate.leave()
        await waiting


@asynccontextmanager
async def occupied(database: Database, many: int) -> AsyncIterator[None]:
    """So many connections are held by readers that do not let go of them."""
    async with AsyncExitStack() as stack:
        for _ in range(many):
            session = await stack.enter_async_context(database.read(Identity()))
            await session.execute(sa.text("SELECT 1"))
        yield


@pytest.mark.integration
class TestBookings:
    async def test_somebody_can_book_while_readers_hold_all_that_they_may(
        self, logins: Logins, tmp_path: Path, clock: ManualClock, client: httpx.AsyncClient, mover_a: Member
    ):
        held = await book_by_hand(client, mover_a.headers)
        path, headers = f"/v1/bookings/{held['id']}", mover_a.headers

        async with in_process(logins, tmp_path, clock, db={**FEW}) as (crowded, resources):
            async with occupied(resources.database, OF_OTHERS):
                began = time.monotonic()
                refused = await crowded.get(path, headers=headers)
                took = time.monotonic() - began
                many = [{"command": "confirm", "booking_id": held["id"]}]
                bulk = await crowded.post("/v1/bookings/bulk", headers=headers, json={"commands": many})
                arrival = {"arrives_at": held["starts_at"]}
                planned = await crowded.post(f"{path}/plan-arrival", headers=headers, json=arrival)
                confirmed = await crowded.post(f"{path}/confirm", headers=headers)
                at_once = await asyncio.gather(*(crowded.get(path, headers=headers) for _ in range(20)))
            after = await crowded.get(path, headers=headers)

        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["Retry-After"] == "1"
        assert [(one.status_code, one.json()["code"]) for one in (bulk, planned)] == [(503, "overloaded")] * 2
        assert 0.08 <= took < FEW["pool_timeout_seconds"]
        assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")
        assert {answer.status_code for answer in at_once} == {503}
        assert after.json()["status"] == "confirmed"

    async def test_a_crowd_of_readers_that_come_and_go_is_served(
        self, logins: Logins, tmp_path: Path, clock: ManualClock, mover_a: Member
    ):
        patient = {**FEW, "still_seconds": 5.0}
        async with in_process(logins, tmp_path, clock, db=patient) as (crowded, resources):
            answers = await asyncio.gather(*(crowded.get("/v1/trucks", headers=mover_a.headers) for _ in range(40)))
            bind = resources.database.bind
            pool = bind.sync_engine.pool if hasattr(bind, "sync_engine") else None
            assert isinstance(pool, SharedPool)
            assert pool.checkedout() == 0
            assert [pool.gate.is_passed() for _ in range(OF_OTHERS + 1)] == [True] * OF_OTHERS + [False]
        assert {answer.status_code for answer in answers} == {200}

    async def test_whoever_is_cut_off_leaves_the_gate(
        self, logins: Logins, tmp_path: Path, clock: ManualClock, mover_a: Member
    ):
        async with in_process(logins, tmp_path, clock, db={**FEW}) as (crowded, resources):
            for delay in range(30):
                asked = asyncio.create_task(crowded.get("/v1/trucks", headers=mover_a.headers))
                await asyncio.sleep(delay / 2_000)
                asked.cancel()
                await asyncio.gather(asked, return_exceptions=True)
            async with occupied(resources.database, OF_OTHERS):
                assert (await crowded.get("/v1/trucks", headers=mover_a.headers)).status_code == 503
            assert (await crowded.get("/v1/trucks", headers=mover_a.headers)).status_code == 200
