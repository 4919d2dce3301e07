"""What an administrator does once, and what any number of starts may do again at the same time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from app.runtime.db.bootstrap import CannotPrepare, prepare_database
from tests.conftest import Logins

pytestmark = pytest.mark.integration


def on(logins: Logins, **changes: object) -> str:
    url = make_url(logins.admin).set(**changes)  # type: ignore[arg-type]
    return url.render_as_string(hide_password=False)


@pytest.fixture
async def names(logins: Logins) -> AsyncIterator[list[str]]:
    """Names of databases that do not exist yet; dropped afterwards."""
    made = [f"movehub_new_{os.getpid()}_{number}" for number in range(4)]
    yield made
    admin = await asyncpg.connect(on(logins, database="postgres"))
    for name in made:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()


async def test_starts_at_the_same_time_do_not_meet(logins: Logins, names: list[str]):
    """Of several databases of one server, and of one database: the logins are shared by all."""
    told = await asyncio.gather(*(prepare_database(on(logins, database=name)) for name in (*names, *names)))
    for name, urls in zip((*names, *names), told, strict=True):
        assert set(urls) == {"MOVEHUB_DB__APP_URL", "MOVEHUB_DB__WORKER_URL", "MOVEHUB_DB__MIGRATE_URL"}
        for url in urls.values():
            assert make_url(url).database == name
            connection = await asyncpg.connect(url)
            assert not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
            await connection.close()


async def test_a_user_who_may_not_is_told_the_remedy(logins: Logins):
    with pytest.raises(CannotPrepare, match="administrator"):
        await prepare_database(logins.app)


async def test_a_server_that_is_not_there_is_told(logins: Logins):
    with pytest.raises(CannotPrepare, match="127.0.0.1:1"):
        await prepare_database(on(logins, host="127.0.0.1", port=1))
