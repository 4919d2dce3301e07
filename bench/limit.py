"""What the bare limits of reads share: ASGI and asyncpg, nothing else, on the server that the program has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import uvicorn
from starlette.types import Receive, Scope, Send

from app.runtime.settings import Settings
from app.runtime.web.server import configure_server

HEADERS: Final = [(b"content-type", b"application/json")]
Statement = tuple[str, tuple[Any, ...]]


class Limit:
    """Answers every GET with a transaction of its own. No token is read, no limit counts, nothing is logged."""

    def __init__(self) -> None:
        self._settings = Settings()
        self._pool: asyncpg.Pool | None = None

    def asked(self, path: str) -> tuple[str, Sequence[Statement]]:
        """The text that opens the transaction, and what is asked in it."""
        raise NotImplementedError

    def body(self, rows: Sequence[asyncpg.Record]) -> bytes:
        """Made of the rows of the last statement."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        assert self._pool is not None
        opening, statements = self.asked(scope["path"])
        rows: Sequence[asyncpg.Record] = ()
        async with self._pool.acquire() as connection:
            await connection.execute(opening)
            for text, values in statements:
                rows = await connection.fetch(text, *values)
            await connection.execute("COMMIT")
        body = self.body(rows)
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        database = self._settings.db
        assert database.app_url is not None
        await receive()
        self._pool = await asyncpg.create_pool(
            database.app_url.get_secret_value(),
            min_size=database.pool_size,
            max_size=database.pool_size,
            reset=_nothing,
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    def serve(self) -> None:
        """Until it is told to stop."""
        config = configure_server(self, self._settings)
        config.port = self._settings.port
        asyncio.Runner(loop_factory=config.get_loop_factory()).run(uvicorn.Server(config).serve())


async def _nothing(_: object) -> None:
    """A connection whose transaction has ended is clean: the pool's own RESET would be one more round trip."""
