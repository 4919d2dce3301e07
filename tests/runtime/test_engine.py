"""Connections: open before they are needed, and acquainted with the types of our statements."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from asyncpg import Connection
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from app.kernel.ids import new_id
from app.runtime.db.engine import LEARNED, create_engine, open_pool
from app.runtime.settings import Settings
from tests.conftest import Logins

OPEN = sa.text("SELECT count(*) FROM pg_stat_activity WHERE application_name = current_setting('application_name')")


@pytest.fixture
async def engine(settings: Settings, logins: Logins) -> AsyncIterator[AsyncEngine]:
    made = create_engine(SecretStr(logins.app), settings.db, application_name=f"movehub-test-{new_id()}")
    yield made
    await made.dispose()


@pytest.mark.integration
class TestOpenPool:
    async def test_so_many_connections_wait_for_the_first_crowd(self, engine: AsyncEngine):
        await open_pool(engine, 3)
        async with engine.connect() as connection:
            assert (await connection.execute(OPEN)).scalar_one() == 3

    async def test_a_server_with_fewer_to_give_is_gone_on_with(
        self, settings: Settings, logins: Logins, caplog: pytest.LogCaptureFixture
    ):
        nobody = make_url(logins.app).set(port=1).render_as_string(hide_password=False)
        engine = create_engine(SecretStr(nobody), settings.db, application_name="movehub-test-nobody")
        await open_pool(engine, 2)
        assert [record.message for record in caplog.records] == ["the pool is not full"]
        await engine.dispose()


@pytest.mark.integration
class TestLearned:
    @pytest.mark.parametrize("kind", LEARNED)
    async def test_the_catalogue_is_not_asked_for_it_again(
        self, engine: AsyncEngine, kind: str, monkeypatch: pytest.MonkeyPatch
    ):
        async with engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None

            async def refuse(*_: object) -> None:
                raise AssertionError(f"{kind} was asked for")

            monkeypatch.setattr(Connection, "_introspect_types", refuse)
            await driver.fetch(f"SELECT $1::{kind}", None)
            with pytest.raises(AssertionError, match="was asked for"):
                await driver.fetch("SELECT $1::int8range[]", None)
