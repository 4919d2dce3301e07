from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import Environment
from app.runtime.web.service import Readiness
from app.seed import play
from tests.conftest import START, Logins, clone, drop, settings_for

pytestmark = pytest.mark.integration

# The demo's company, one of the others, and those that staff still have to look at.
FEW = 2 + play.SUBMITTED + play.DRAFTS
CONTENT = "SELECT string_agg(t::text, '|' ORDER BY t::text) FROM app.{table} AS t"


@pytest.fixture
def clones(template: str, worker_id: str) -> Iterator[list[Logins]]:
    names = [f"movehub_seed{number}_{os.getpid()}_{worker_id}" for number in (1, 2)]
    yield [clone(template, name) for name in names]
    for name in names:
        drop(name)


@asynccontextmanager
async def seeded(logins: Logins, folder: Path) -> AsyncIterator[tuple[Resources, Database]]:
    settings = settings_for(logins, folder)
    engines = [
        create_engine(SecretStr(url), settings.db, application_name="seed") for url in (logins.app, logins.worker)
    ]
    database, worker_database = (Database(engine, registry.error_map()) for engine in engines)
    resources = build_resources(settings, database, clock=ManualClock(START))
    try:
        await play.seed(resources, worker_database, number=1, progress=lambda _: None, companies=FEW)
        yield resources, worker_database
    finally:
        await resources.close()
        for engine in engines:
            await engine.dispose()


async def content(logins: Logins) -> dict[str, str]:
    admin = await asyncpg.connect(logins.admin)
    tables = ("trucks", "drivers", "bookings", "reservations", "invoices", "pricing_configs")
    found = {table: await admin.fetchval(CONTENT.format(table=table)) for table in tables}
    await admin.close()
    return found


async def test_the_same_number_makes_the_same_data_and_the_accounts_sign_in(clones: list[Logins], tmp_path: Path):
    first, second = clones
    async with seeded(first, tmp_path) as (resources, worker_database):
        again = await play.seed(resources, worker_database, number=1, progress=lambda _: None, companies=FEW)
        assert not again.is_new
        app = assemble(resources, Readiness(first.app, registry.schema_revision()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            for name in ("owner", "dispatcher", "driver", "staff"):
                body = {"email": f"{name}@movehub.example", "password": play.PASSWORD}
                answer = await client.post("/v1/auth/login", json=body)
                assert answer.status_code == 200, (name, answer.text)
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            queue = (await client.get("/v1/ops/verifications?status=submitted", headers=headers)).json()["items"]
            assert len(queue) == play.SUBMITTED
    async with seeded(second, tmp_path):
        pass
    one, other = await content(first), await content(second)
    assert one["bookings"]
    assert one == other


async def test_production_is_never_filled(resources: Resources, worker_database: Database):
    settings = resources.settings.model_copy(update={"environment": Environment.PRODUCTION})
    production = replace(resources, settings=settings)
    with pytest.raises(play.CannotSeed):
        await play.seed(production, worker_database, number=1, progress=lambda _: None)
