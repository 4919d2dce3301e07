"""Bring a database to the release's schema, and refuse one that other migrations have made.

Loaded by `movehub migrate` alone: alembic and what it brings along take 8 MB that a server has no use for.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
import sqlalchemy.exc
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.runtime.db import rls
from app.runtime.db.base import SCHEMA
from app.runtime.db.bootstrap import OWNER

INI: Final = Path(__file__).parents[3] / "alembic.ini"
LOCK_TRIES: Final = 10
LOCK_TIMED_OUT: Final = "55P03"
VERSION_TABLE: Final = f"{SCHEMA}.alembic_version"


class CannotMigrate(Exception):
    """The schema cannot be brought to the release's; the message is one sentence with the remedy."""


async def migrate(url: str) -> None:
    """Upgrade to the last migration. Two at once: the second waits, and finds nothing left to do.

    Locks: the migrations' advisory lock, for its whole length.
    Raises: CannotMigrate; OSError, TimeoutError or asyncpg.PostgresError where the server is not reached.
    """
    config = config_of(url)
    scripts = ScriptDirectory.from_config(config)
    lock = await asyncpg.connect(url, timeout=5)
    try:
        await lock.execute("SELECT pg_advisory_lock(hashtext('movehub.migrate'))")
        await lock.execute(f"SET ROLE {OWNER}")
        await _refuse_other_history(lock, scripts)
        await _upgrade(config)
    finally:
        await lock.close()


def config_of(url: str) -> Config:
    """What alembic's commands need to work on the database at `url`, the migrations' login."""
    config = Config(INI)
    config.set_main_option("script_location", str(INI.parent / "migrations"))
    config.attributes["url"] = url
    return config


async def _upgrade(config: Config) -> None:
    for attempt in range(1, LOCK_TRIES + 1):
        try:
            await asyncio.to_thread(command.upgrade, config, "head")
        except sqlalchemy.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_TIMED_OUT or attempt == LOCK_TRIES:
                raise CannotMigrate(f"A migration failed: {error.orig}") from None
            await asyncio.sleep(attempt)
        else:
            return


async def _refuse_other_history(connection: asyncpg.Connection, scripts: ScriptDirectory) -> None:
    """A migration that was changed after it ran leaves a schema that no file describes."""
    if await connection.fetchval("SELECT to_regclass($1)", VERSION_TABLE) is None:
        return
    applied = await connection.fetchval(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant
    written = await connection.fetchval("SELECT obj_description($1::regclass, 'pg_class')", VERSION_TABLE)
    known = {script.revision for script in scripts.walk_revisions()}
    if applied is None:
        return
    if applied not in known:
        raise CannotMigrate(f"The database is at {applied}, unknown to this program: it is newer, or another's.")
    if written != _history(scripts, applied):
        raise CannotMigrate("This database was made by other migrations than these; in development: make reset.")


def remember_history(ctx: MigrationContext, step: Any, heads: Collection[Any], run_args: Any) -> None:  # noqa: ARG001
    """Write which migrations made the schema, in the transaction of each: one that ends between two can go on."""
    scripts = ctx.script
    connection = ctx.connection
    if scripts is None or connection is None:
        raise CannotMigrate("Migrations run against a database, with their files at hand.")
    history = f"'{_history(scripts, next(iter(heads)))}'" if heads else "NULL"
    connection.execute(sa.text(f"COMMENT ON TABLE {VERSION_TABLE} IS {history}"))


def _history(scripts: ScriptDirectory, revision: str) -> str:
    """A digest of every migration from the first to this one, and of what they write policies with."""
    digest = hashlib.sha256(rls.source())
    for script in scripts.iterate_revisions(revision, "base"):
        digest.update(Path(script.path).read_bytes())
    return digest.hexdigest()
