"""The bare limit of a read: ASGI and asyncpg send the statements that the program sent, and answer as it answered.

`python -m bench.replay` serves on PORT what BENCH_REPLAY, a file, holds: a pickled `Taken`.
"""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import uvicorn
from starlette.types import Receive, Scope, Send

from app.runtime.settings import Settings
from app.runtime.web.server import configure_server

HEADERS: Final = [(b"content-type", b"application/json")]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request sent between its BEGIN, which names who asks, and its COMMIT; and what it was answered."""

    opening: str
    statements: Sequence[tuple[str, tuple[Any, ...]]]
    body: bytes


class Replay:
    def __init__(self, url: str, pool_size: int, taken: Taken) -> None:
        self._url = url
        self._pool_size = pool_size
        self._taken = taken
        self._pool: asyncpg.Pool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        assert self._pool is not None
        async with self._pool.acquire() as connection:
            await connection.execute(self._taken.opening)
            for text, values in self._taken.statements:
                await connection.fetch(text, *values)
            await connection.execute("COMMIT")
        length = (b"content-length", str(len(self._taken.body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": self._taken.body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            self._url, min_size=self._pool_size, max_size=self._pool_size, reset=_nothing
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _nothing(_: object) -> None:
    """A connection whose transaction has ended is clean: the pool's own RESET would be one more round trip."""


def main() -> None:
    settings = Settings()
    assert settings.db.app_url is not None
    taken = pickle.loads(Path(os.environ["BENCH_REPLAY"]).read_bytes())
    app = Replay(settings.db.app_url.get_secret_value(), settings.db.pool_size, taken)
    config = configure_server(app, settings)
    config.port = settings.port
    asyncio.Runner(loop_factory=config.get_loop_factory()).run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
