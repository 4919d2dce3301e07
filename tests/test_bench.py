"""The ground of the benchmark is filled past the services: a change of the schema must not leave it behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from bench.expiring import fill_papers
from bench.ground import TOWNS, fill, sweep
from tests.conftest import clone, drop

pytestmark = pytest.mark.integration


@pytest.fixture
async def ground(template: str, worker_id: str) -> AsyncIterator[asyncpg.Connection]:
    name = f"movehub_bench_{os.getpid()}_{worker_id}"
    logins = await asyncio.to_thread(clone, template, name)
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()
    await asyncio.to_thread(drop, name)


async def test_the_ground_is_filled_and_swept(ground: asyncpg.Connection):
    await fill(ground, len(TOWNS))
    sessions = await ground.fetchval("SELECT count(*) FROM app.login_sessions")
    bookings = await ground.fetchval("SELECT count(*) FROM app.bookings")
    assert sessions >= len(TOWNS)
    assert bookings > len(TOWNS)
    one_company = "(SELECT org_id FROM app.bookings LIMIT 1)"
    await ground.execute(f"UPDATE app.bookings SET created_at = now() + interval '1 s' WHERE org_id = {one_company}")
    await sweep(ground)
    assert 0 < await ground.fetchval("SELECT count(*) FROM app.bookings") < bookings


async def test_companies_with_papers_that_end_are_made(ground: asyncpg.Connection):
    before = await ground.fetchval("SELECT count(*) FROM app.insurance_policies")
    await fill_papers(ground, 3)
    assert await ground.fetchval("SELECT count(*) FROM app.insurance_policies") == before + 9
