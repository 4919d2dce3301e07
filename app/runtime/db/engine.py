"""The engine: asyncpg with a time-out on everything, no parameters in errors, dead connections found for free, and
connections that know their types before somebody waits for them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from contextlib import AsyncExitStack
from typing import Any, Final

import asyncpg
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from app.runtime.db.share import Gate, Patience, SharedPool, all_connections
from app.runtime.settings import DatabaseSettings

logger = logging.getLogger("movehub.database")
# What asking a database ends with that is away, or refuses.
NO_DATABASE: Final = (OSError, TimeoutError, asyncpg.PostgresError, SQLAlchemyError)
# The first release with multiranges.
OLDEST_WITH_ALL: Final = (14,)
# The arrays and ranges of our statements. The driver asks PostgreSQL's catalogue for each when a connection first meets
# it, some 6 ms a time; all at once they are one question.
LEARNED: Final = (
    "uuid[]",
    "text[]",
    "varchar[]",
    "date[]",
    "timestamptz[]",
    "interval[]",
    "bool[]",
    "int2[]",
    "int4[]",
    "int8[]",
    "float8[]",
    "numeric[]",
    "jsonb[]",
    "bytea[]",
    "tstzrange",
    "tstzrange[]",
    "int4multirange",
)
LEARN: Final = f"SELECT {', '.join(f'${number}::{kind}' for number, kind in enumerate(LEARNED, start=1))}"


def asyncpg_url(url: str) -> str:
    """The same URL for the asyncpg driver; `postgres://` and `postgresql://` are both usual."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def to_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=str)


def _refuse_closed(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    # The driver knows of a closed socket without asking the server, so no ping is paid at each checkout.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError


def _learn_types(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.run_async(_learn)


async def _learn(connection: asyncpg.Connection) -> None:
    # An older server lacks some of them: `refuse_powerful_login` says in a sentence what is wrong with it.
    if connection.get_server_version() >= OLDEST_WITH_ALL:
        await connection.prepare(LEARN)


async def open_pool(engine: AsyncEngine, size: int) -> None:
    """Open so many connections at once and put them back: the first crowd finds them made.

    A server that has fewer to give is no reason not to start: it is logged, and the rest are asked for when needed.
    """
    async with AsyncExitStack() as opened:
        opened.enter_context(all_connections())
        connecting = [opened.enter_async_context(engine.connect()) for _ in range(size)]
        results = await asyncio.gather(*connecting, return_exceptions=True)
    failures = [one for one in results if isinstance(one, BaseException)]
    for failure in failures:
        if not isinstance(failure, NO_DATABASE):
            raise failure
    if failures:
        logger.warning("the pool is not full", extra={"missing": len(failures), "error": type(failures[0]).__name__})


def create_engine(
    url: SecretStr,
    settings: DatabaseSettings,
    *,
    application_name: str,
    pooled: bool = True,
    keeps_share: bool = False,
) -> AsyncEngine:
    """An engine for one login. Statement and lock time-outs stand on the role itself (`bootstrap.py`).

    `keeps_share`: a share of its connections is kept for bookings (`share.py`).
    """
    pool: dict[str, Any] = (
        {
            "pool_size": settings.pool_size,
            "max_overflow": settings.pool_overflow,
            "pool_timeout": settings.pool_timeout_seconds,
            # The one used last is the one whose statements are planned: in turn, all would stay cold for long.
            "pool_use_lifo": True,
            "poolclass": SharedPool if keeps_share else AsyncAdaptedQueuePool,
        }
        if pooled
        else {"poolclass": NullPool}
    )
    engine = create_async_engine(
        asyncpg_url(url.get_secret_value()),
        hide_parameters=True,
        json_serializer=to_json,
        connect_args={
            "timeout": settings.connect_timeout_seconds,
            "command_timeout": settings.command_timeout_seconds,
            "server_settings": {"application_name": application_name},
        },
        **pool,
    )
    if isinstance(engine.sync_engine.pool, SharedPool):
        engine.sync_engine.pool.gate = _gate(settings)
    event.listen(engine.sync_engine, "connect", _learn_types)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _gate(settings: DatabaseSettings) -> Gate:
    connections = settings.pool_size + settings.pool_overflow
    others = max(1, math.floor(connections * (1 - settings.share_of_bookings)))
    return Gate(others, Patience(settings.still_seconds, settings.pool_timeout_seconds))
