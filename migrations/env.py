"""Runs migrations as `movehub_migrate`, which becomes the owner for their length."""

from __future__ import annotations

import asyncio
import os

import sqlalchemy as sa
from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.registry import metadata
from app.runtime.db.bootstrap import OWNER
from app.runtime.db.engine import asyncpg_url
from app.runtime.db.migrating import remember_history

URL = "MOVEHUB_DB__MIGRATE_URL"


def run(connection: Connection) -> None:
    connection.execute(sa.text(f"SET ROLE {OWNER}"))
    connection.execute(sa.text("SET search_path = app, public"))
    # The guard of every migration: wait a second for a lock, work five in one statement.
    connection.execute(sa.text("SET lock_timeout = '1s'"))
    connection.execute(sa.text("SET statement_timeout = '5s'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_type=True,
        transaction_per_migration=True,
        on_version_apply=remember_history,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    url = context.config.attributes.get("url") or os.environ[URL]
    engine = create_async_engine(asyncpg_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if context.config.attributes.get("connection") is not None:
    run(context.config.attributes["connection"])
else:
    asyncio.run(main())
