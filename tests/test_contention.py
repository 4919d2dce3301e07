"""Two who are in each other's way in the database: tried again a few times, and told to come again when that is no use.

Each is provoked as it really happens, between a request over HTTP and a transaction that takes the locks against it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, clone, drop, register
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.calendar import administrator, untruths
from tests.running import in_process

pytestmark = pytest.mark.integration

# Found before the lock time-out of a second; and two who change the same row are told so, though both waited.
STRICT: Final = ("deadlock_timeout = '100ms'", "default_transaction_isolation = 'repeatable read'")
WAITS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def scratch(template: str, worker_id: str) -> Iterator[Logins]:
    name = f"movehub_contended_{os.getpid()}_{worker_id}"
    yield clone(template, name)
    drop(name)


@dataclass
class Stage:
    """The program on a database of its own, and a booking of a company's that is confirmed."""

    client: httpx.AsyncClient
    resources: Resources
    logins: Logins
    member: Member
    booking: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.booking['id']}"

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.client.post(path, headers=self.member.headers | new_key(), json=body)

    @property
    def retries(self) -> float:
        return float(self.resources.metrics.retries._value.get())

    async def is_true(self) -> bool:
        return not any((await untruths(self.logins, self.member.org_id, self.resources.clock.now())).values())


@pytest.fixture
async def stage(scratch: Logins, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stage]:
    async with administrator(scratch) as admin:
        name = await admin.fetchval("SELECT quote_ident(current_database())")
        for setting in STRICT:
            await admin.execute(f"ALTER DATABASE {name} SET {setting}")
    async with in_process(scratch, tmp_path, clock, http={"request_deadline_seconds": 60.0}) as (client, resources):
        member = await register(client)
        booking = await book_by_hand(client, member.headers)
        made = Stage(client, resources, scratch, member, booking)
        assert (await made.post(f"{made.path}/confirm")).status_code == 200
        yield made


@asynccontextmanager
async def other(stage: Stage) -> AsyncIterator[asyncpg.Connection[Any]]:
    """Somebody else's transaction, rolled back at the end."""
    async with administrator(stage.logins) as admin:
        transaction = admin.transaction()
        await transaction.start()
        yield admin
        await transaction.rollback()


async def until_it_waits(stage: Stage) -> None:
    async with administrator(stage.logins) as admin:
        for _ in range(500):
            if await admin.fetchval(WAITS):
                return
            await asyncio.sleep(0.01)
    pytest.fail("the request waits for nothing")


async def without_time_out(stage: Stage) -> None:
    """From here on nothing but the deadlock itself ends a wait of the request's."""
    login = urlsplit(stage.logins.app).username
    async with administrator(stage.logins) as admin:
        name = await admin.fetchval("SELECT quote_ident(current_database())")
        await admin.execute(f"ALTER ROLE {login} IN DATABASE {name} SET lock_timeout = 0")
    engine = stage.resources.database.bind
    assert isinstance(engine, AsyncEngine)
    await engine.dispose()


LOCK_RESOURCE: Final = "SELECT FROM app.resources WHERE id = $1 FOR UPDATE"
COMMANDS: Final = ("assign", "bulk")


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_deadlock_is_tried_again_and_the_client_sees_one_answer(stage: Stage, command: str):
    """Resources are locked in the order of their ids; here is one who does not."""
    team = {name: stage.booking[name] for name in ("truck_ids", "driver_ids")}
    first, last = sorted(UUID(one) for ids in team.values() for one in ids)
    wish = {"booking_id": stage.booking["id"], "command": "assign", **team}
    ask = (f"{stage.path}/assign", team) if command == "assign" else ("/v1/bookings/bulk", {"commands": [wish]})
    await without_time_out(stage)
    async with other(stage) as admin:
        await admin.execute("SET LOCAL deadlock_timeout = '60s'")  # whom it finds is the request
        await admin.execute(LOCK_RESOURCE, last)
        request = asyncio.create_task(stage.post(*ask))
        await until_it_waits(stage)
        await admin.execute(LOCK_RESOURCE, first)
    answer = await request
    assert answer.status_code == 200, answer.text
    assert answer.json().get("status", answer.json().get("done")) in {"assigned", 1}
    assert stage.retries >= 1
    assert await stage.is_true()


@pytest.mark.parametrize(("command", "status"), [("start", 200), ("cancel", 200), ("tracking-link/renew", 200)])
async def test_a_row_that_another_changed_meanwhile_is_read_anew(stage: Stage, command: str, status: int):
    """A serialization failure, with and without an idempotency key's place: the answer is of the row as it is then."""
    body = {"reason": "No more"} if command == "cancel" else None
    async with administrator(stage.logins) as admin:
        async with admin.transaction():
            query = "UPDATE app.bookings SET link_issue = link_issue + 1 WHERE id = $1"
            await admin.execute(query, UUID(stage.booking["id"]))
            request = asyncio.create_task(stage.post(f"{stage.path}/{command}", body))
            await until_it_waits(stage)
        answer = await request
        assert answer.status_code == status, answer.text
        issue = await admin.fetchval("SELECT link_issue FROM app.bookings WHERE id = $1", UUID(stage.booking["id"]))
    assert issue == (3 if command == "tracking-link/renew" else 2)
    assert stage.retries == 1
    assert await stage.is_true() or command == "cancel"


@pytest.mark.parametrize("command", ["start", "tracking-link/renew"])
async def test_when_it_is_no_use_the_client_is_told_when_to_come_again(stage: Stage, command: str):
    async with other(stage) as admin:
        await admin.execute("SELECT FROM app.bookings WHERE id = $1 FOR UPDATE", UUID(stage.booking["id"]))
        answer = await stage.post(f"{stage.path}/{command}")
    assert (answer.status_code, answer.json()["code"]) == (503, "try_again")
    assert int(answer.headers["Retry-After"]) >= 1
    shown = await stage.client.get(stage.path, headers=stage.member.headers)
    assert shown.json()["status"] == "confirmed"
