"""Bringing a database to the schema, and refusing one whose history is another."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic import command
from sqlalchemy.engine import make_url

from app.registry import SCHEMA_REVISION
from app.runtime.db import rls
from app.runtime.db.bootstrap import prepare_database
from app.runtime.db.migrating import CannotMigrate, config_of, migrate
from tests.conftest import Logins

pytestmark = pytest.mark.integration


@pytest.fixture
async def made(logins: Logins) -> AsyncIterator[tuple[str, str]]:
    """A database just prepared: its administrator's URL and that of the migrations' login."""
    name = f"movehub_migrating_{os.getpid()}"
    admin = make_url(logins.admin).set(database=name).render_as_string(hide_password=False)
    urls = await prepare_database(admin)
    yield admin, urls["MOVEHUB_DB__MIGRATE_URL"]
    maintenance = await asyncpg.connect(logins.admin)
    await maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await maintenance.close()


async def _do(url: str, statement: str) -> str | None:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchval(statement)
        return None if found is None else str(found)
    finally:
        await connection.close()


async def test_a_database_comes_to_the_schema_once_and_is_refused_after_another_history(
    made: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    admin, url = made
    await asyncio.gather(migrate(url), migrate(url))
    assert await _do(admin, "SELECT version_num FROM app.alembic_version") == SCHEMA_REVISION
    await migrate(url)

    with monkeypatch.context() as patched:
        patched.setattr(rls, "source", lambda: b"other policies of the same files")
        with pytest.raises(CannotMigrate, match="make reset"):
            await migrate(url)
    await migrate(url)

    await _do(admin, "COMMENT ON TABLE app.alembic_version IS 'what other files made'")
    with pytest.raises(CannotMigrate, match="make reset"):
        await migrate(url)

    await _do(admin, "UPDATE app.alembic_version SET version_num = 'of_tomorrow'")
    with pytest.raises(CannotMigrate, match="of_tomorrow, unknown"):
        await migrate(url)


async def test_one_that_stopped_between_two_migrations_is_carried_on(made: tuple[str, str]):
    admin, url = made
    config = config_of(url)
    await asyncio.to_thread(command.upgrade, config, "+3")
    assert await _do(admin, "SELECT version_num FROM app.alembic_version") != SCHEMA_REVISION

    await migrate(url)
    assert await _do(admin, "SELECT version_num FROM app.alembic_version") == SCHEMA_REVISION

    await asyncio.to_thread(command.downgrade, config, "-1")
    await migrate(url)
    assert await _do(admin, "SELECT version_num FROM app.alembic_version") == SCHEMA_REVISION
