"""What is for the operator and not for the world: metrics and documentation, on a port of their own.

In development they stand on the public listener too; in production nowhere but here, and without a port nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.runtime.resources import Resources
from app.runtime.settings import HttpSettings
from app.runtime.web.docs import mount_docs
from app.runtime.web.server import BoundedHttp, listen
from app.runtime.web.service import show_metrics

DOCUMENT: Final = "/openapi.json"


def mount_for_operators(app: Starlette, document: Callable[[], dict[str, Any]]) -> None:
    """/metrics, /openapi.json, /docs and /redoc, none of them in the document."""

    async def show_document(_: Request) -> Response:
        return JSONResponse(document())

    app.add_route("/metrics", show_metrics, include_in_schema=False)
    app.add_route(DOCUMENT, show_document, include_in_schema=False)
    mount_docs(app, openapi_url=DOCUMENT)


def assemble_internal(resources: Resources, document: Callable[[], dict[str, Any]] | None = None) -> Starlette:
    """Of the API with its document; of the worker, which has none, metrics alone."""
    app = Starlette()
    app.state.resources = resources
    if document is None:
        app.add_route("/metrics", show_metrics)
    else:
        mount_for_operators(app, document)
    return app


class _Beside(uvicorn.Server):
    """A server inside a process that has its own way of leaving: it hears no signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening_inside(app: Starlette, http: HttpSettings) -> AsyncIterator[int | None]:
    """Serve `app` on the internal port for as long as the block runs; the port, None without one.

    Raises: CannotListen.
    """
    if http.internal_port is None:
        yield None
        return
    listener = listen(http.internal_host, http.internal_port, setting="MOVEHUB_HTTP__INTERNAL_PORT")
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=http.most_connections,
        timeout_graceful_shutdown=1,
        http=BoundedHttp,
    )
    server = _Beside(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
