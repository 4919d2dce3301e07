from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.modules.identity.service.staff import create_staff
from app.modules.identity.values import StaffRole
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import Environment
from app.runtime.web.service import Readiness
from app.seed import play
from app.seed.company import PASSWORD
from tests.conftest import START, Logins, clone, drop, settings_for

pytestmark = pytest.mark.integration

# The demo's company, one of the others, and one of each kind that staff have or had to do with.
FEW = 2 + play.SUSPENDED + play.REJECTED + play.SUBMITTED + play.DRAFTS
# What is sealed is another text each time.
CONTENT = (
    "SELECT string_agg(one, '|' ORDER BY one) FROM (SELECT (to_jsonb(t) - 'sealed_contact' - 'sealed_phone')::text AS one "
    "FROM app.{table} AS t) AS every"
)


@pytest.fixture(scope="module")
def clones(template: str, worker_id: str) -> Iterator[list[Logins]]:
    names = [f"movehub_seed{number}_{os.getpid()}_{worker_id}" for number in (1, 2, 3)]
    yield [clone(template, name) for name in names]
    for name in names:
        drop(name)


@asynccontextmanager
async def seeded(logins: Logins, folder: Path, companies: int = FEW) -> AsyncIterator[tuple[Resources, Database]]:
    settings = settings_for(logins, folder)
    engines = [
        create_engine(SecretStr(url), settings.db, application_name="seed") for url in (logins.app, logins.worker)
    ]
    database, worker_database = (Database(engine, registry.error_map()) for engine in engines)
    resources = build_resources(settings, database, clock=ManualClock(START))
    try:
        await play.seed(resources, worker_database, number=1, progress=lambda _: None, companies=companies)
        yield resources, worker_database
    finally:
        await resources.close()
        for engine in engines:
            await engine.dispose()


@pytest.fixture(scope="module")
async def demo(
    clones: list[Logins], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Resources, Database]]:
    async with seeded(clones[0], tmp_path_factory.mktemp("demo")) as filled:
        yield filled


async def content(logins: Logins) -> dict[str, str]:
    admin = await asyncpg.connect(logins.admin)
    tables = ("trucks", "drivers", "bookings", "reservations", "invoices", "pricing_configs")
    found = {table: await admin.fetchval(CONTENT.format(table=table)) for table in tables}
    await admin.close()
    return found


@asynccontextmanager
async def calling(resources: Resources, logins: Logins) -> AsyncIterator[httpx.AsyncClient]:
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def signed_in(client: httpx.AsyncClient, name: str) -> dict[str, str]:
    body = {"email": f"{name}@movehub.example", "password": PASSWORD}
    answer = await client.post("/v1/auth/login", json=body)
    assert answer.status_code == 200, (name, answer.text)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_the_same_number_makes_the_same_data(
    clones: list[Logins], demo: tuple[Resources, Database], tmp_path: Path
):
    resources, worker_database = demo
    again = await play.seed(resources, worker_database, number=1, progress=lambda _: None, companies=FEW)
    assert not again.is_new
    async with seeded(clones[1], tmp_path):
        one, other = await content(clones[0]), await content(clones[1])
    assert one["bookings"]
    assert one == other


async def test_the_demo_accounts_find_work_to_do(clones: list[Logins], demo: tuple[Resources, Database]):
    async with calling(demo[0], clones[0]) as client:
        staff = await signed_in(client, "staff")
        queue = (await client.get("/v1/ops/verifications?status=submitted", headers=staff)).json()["items"]
        assert len(queue) == play.SUBMITTED
        await signed_in(client, "owner")
        driver = await signed_in(client, "driver")
        [lane] = (await client.get("/v1/calendar", params={"view": "week"}, headers=driver)).json()["lanes"]
        assert (lane["name"], bool(lane["taken"])) == ("Drew Driver", True)
        dispatcher = await signed_in(client, "dispatcher")
        today = START.replace(hour=8).isoformat().replace("+00:00", "Z")
        tomorrow = (START.replace(hour=8) + timedelta(days=1)).isoformat().replace("+00:00", "Z")
        asked = {"starts_after": today, "starts_before": tomorrow}
        jobs = (await client.get("/v1/bookings", params=asked, headers=dispatcher)).json()["items"]
        # At nine in Seattle the morning's jobs are on their way.
        assert {job["status"] for job in jobs} & {"arrived", "loading"}
        held = (await client.get("/v1/bookings", params={"status": "held"}, headers=dispatcher)).json()["items"]
        assert len(held) == 2
        home = {"line1": "12 Alder Street", "city": "Seattle", "state": "WA", "postal_code": "98103"}
        wanted = {"origin": home, "destination": home, "starts_at": "2027-03-24T09:00:00", "home_size": "studio"}
        found = await client.post("/v1/search", json=wanted)
        assert "Evergreen & Vance Moving" in found.text


async def test_a_seed_that_was_interrupted_is_not_taken_for_a_whole_one(
    resources: Resources, worker_database: Database
):
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        await create_staff(
            session,
            email=play.STAFF,
            full_name="Sam Staff",
            password_hash="nobody signs in with it",
            role=StaffRole.ADMIN,
            now=START,
        )
    with pytest.raises(play.CannotSeed, match="interrupted"):
        await play.seed(resources, worker_database, number=1, progress=lambda _: None)


async def test_a_seed_cut_before_its_letters_are_settled_is_not_taken_for_a_whole_one(
    clones: list[Logins], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def cut_off(database: Database, now: datetime) -> None:
        raise ConnectionAbortedError

    async def start() -> None:
        async with seeded(clones[2], tmp_path, companies=1):
            pass

    monkeypatch.setattr(play, "_settle_outbox", cut_off)
    with pytest.raises(ConnectionAbortedError):
        await start()
    with pytest.raises(play.CannotSeed, match="interrupted"):
        await start()


async def test_production_is_never_filled(resources: Resources, worker_database: Database):
    settings = resources.settings.model_copy(update={"environment": Environment.PRODUCTION})
    production = replace(resources, settings=settings)
    with pytest.raises(play.CannotSeed):
        await play.seed(production, worker_database, number=1, progress=lambda _: None)
