"""The bare limit of a list: ASGI and asyncpg, nothing else. The same BEGIN, settings, SQL and COMMIT, the same server.

`python -m bench.bare` serves on PORT. A request's path is the place of a company in BENCH_COMPANIES, a JSON list of
(organization, user, session); its token is not read, no limit counts it, nothing is logged.
"""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import asyncpg
import uvicorn
from starlette.types import Receive, Scope, Send

from app.modules.bookings.repository import list_query
from app.runtime.db.tenancy import Audience, Identity, SessionRole, opening_text
from app.runtime.settings import Settings
from app.runtime.web.server import configure_server

PAGE: Final = 20
QUERY: Final = list_query("org_id", (), is_continued=False)
HEADERS: Final = [(b"content-type", b"application/json")]


def _identity(org: str, user: str, session: str) -> Identity:
    return Identity(
        Audience.MOVER,
        org_id=UUID(org),
        user_id=UUID(user),
        session_id=UUID(session),
        role=SessionRole.OWNER,
        now=datetime.now(UTC),
    )


class BareList:
    def __init__(self, url: str, pool_size: int, companies: list[Identity]) -> None:
        self._url = url
        self._pool_size = pool_size
        self._companies = [(one.org_id, opening_text(one, read_only=True)) for one in companies]
        self._pool: asyncpg.Pool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        assert self._pool is not None
        org_id, opening = self._companies[int(scope["path"].lstrip("/"))]
        async with self._pool.acquire() as connection:
            await connection.execute(opening)
            rows = await connection.fetch(QUERY, datetime.now(UTC), org_id, PAGE + 1)
            await connection.execute("COMMIT")
        body = f'{{"items":[{",".join(row["item"] for row in rows[:PAGE])}],"next_cursor":null}}'.encode()
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": body})

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
    """A connection whose transaction has ended is clean: the pool's own RESET would be a fourth round trip."""


def main() -> None:
    settings = Settings()
    assert settings.db.app_url is not None
    companies = [_identity(*ids) for ids in json.loads(os.environ["BENCH_COMPANIES"])]
    app = BareList(settings.db.app_url.get_secret_value(), settings.db.pool_size, companies)
    config = configure_server(app, settings)
    config.port = settings.port
    asyncio.Runner(loop_factory=config.get_loop_factory()).run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
