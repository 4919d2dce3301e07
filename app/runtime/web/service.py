"""What the operator and the client's developer ask of the service itself: health, metrics, errors, the mailbox."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.kernel.errors import AppError
from app.runtime.resources import resources_of
from app.runtime.settings import Environment

CHECK_SECONDS: Final = 0.5
KEPT_SECONDS: Final = 2.0
AGAIN: Final = {"Retry-After": "2"}


class Readiness:
    """Whether requests can be served: asked on a connection of its own, and remembered for two seconds."""

    def __init__(self, url: str, expected_revision: str) -> None:
        self._url = url
        self._expected = expected_revision
        self._until = 0.0
        self._problem: str | None = None
        self.is_draining = False

    async def problem(self) -> str | None:
        """None when ready; else a word for what is missing."""
        if self.is_draining:
            return "draining"
        now = asyncio.get_running_loop().time()
        if now >= self._until:
            self._problem = await self._ask()
            self._until = now + KEPT_SECONDS
        return self._problem

    async def _ask(self) -> str | None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                connection = await asyncpg.connect(self._url)
                try:
                    revision = await connection.fetchval("SELECT version_num FROM app.alembic_version")
                finally:
                    connection.terminate()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return "database"
        return None if revision == self._expected else "migrations"


class Health(BaseModel):
    status: str
    missing: str | None = None
    degraded: list[str] = []


class ErrorEntry(BaseModel):
    code: str
    status: int
    meaning: str


class ErrorCatalogue(BaseModel):
    items: list[ErrorEntry]


class Pointer(BaseModel):
    """`docs` is null where the documentation is shown to operators alone."""

    name: str = "MoveHub"
    health: str = "/health"
    docs: str | None


def health_router(readiness: Readiness) -> APIRouter:
    router = APIRouter(tags=["service"])

    @router.get("/")
    async def show_root(request: Request) -> Pointer:
        """What this is, and where to look further."""
        is_shown = resources_of(request).settings.environment is not Environment.PRODUCTION
        return Pointer(docs="/docs" if is_shown else None)

    @router.get("/health/live")
    async def live() -> Health:
        """The process runs. Asks nobody."""
        return Health(status="live")

    @router.get("/health", response_model=Health, responses={503: {"model": Health}})
    async def health(request: Request) -> Response:
        """As /health/ready."""
        return await ready(request)

    @router.get("/health/ready", response_model=Health, responses={503: {"model": Health}})
    async def ready(request: Request) -> Response:
        """Requests can be served: the database answers and has this release's schema. Redis may be away."""
        problem = await readiness.problem()
        redis_away = await resources_of(request).limiter.is_degraded()
        health = Health(
            status="not_ready" if problem else "ready", missing=problem, degraded=["redis"] if redis_away else []
        )
        return JSONResponse(health.model_dump(), 503 if problem else 200, AGAIN if problem else None)

    return router


async def show_metrics(request: Request) -> Response:
    return Response(resources_of(request).metrics.render(), media_type="text/plain; version=0.0.4")


def errors_router(errors: Iterable[type[AppError]]) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["service"])
    known = list(errors)
    told = [(code, error.status, meaning) for error in known for code, meaning in error.fault_codes.items()]
    told += [(error.code, error.status, error.title) for error in known]
    entries = {code: ErrorEntry(code=code, status=status, meaning=meaning) for code, status, meaning in told}
    catalogue = ErrorCatalogue(items=[entries[code] for code in sorted(entries)])

    @router.get("/errors")
    async def list_errors() -> ErrorCatalogue:
        """Every code that a problem can have, and those that `errors` has of single places in words of their own, with
        their meaning; a field of the wrong type or length is told by the name of its rule. What only warns, as a price
        list's `warnings` do, is no error and not among them. For everybody.
        """
        return catalogue

    return router


ROW: Final = "<tr><td>{sent_at}</td><td>{channel}</td><td>{to}</td><td><b>{subject}</b><pre>{text}</pre></td></tr>"
PAGE: Final = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Mailbox</title><style>"
    "body{{font:15px system-ui;margin:2rem}}td{{vertical-align:top;padding:.4rem .8rem;border-top:1px solid #ddd}}"
    "td:last-child{{overflow-wrap:anywhere}}td:first-child{{white-space:nowrap}}"
    "pre{{white-space:pre-wrap;font:inherit;margin:.2rem 0}}</style><h1>Mailbox</h1>"
    "<p>Every e-mail and text message the program would have sent, newest first.</p><table>{rows}</table></html>"
)


def mailbox_router(read: Callable[[str | None], list[dict[str, Any]]]) -> APIRouter:
    """Development and test only: `create_app` does not mount it elsewhere."""
    router = APIRouter(prefix="/dev", tags=["development"])

    @router.get("/mailbox", include_in_schema=False)
    async def mailbox(request: Request, to: Annotated[str | None, Query(max_length=320)] = None) -> Response:
        messages = await asyncio.to_thread(read, to)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"items": messages})
        return HTMLResponse(PAGE.format(rows="".join(map(_row, messages))))

    return router


def _row(message: dict[str, Any]) -> str:
    sent_at = datetime.fromisoformat(message["sent_at"]).astimezone(UTC).strftime("%d %b %H:%M:%S UTC")
    shown = {**message, "sent_at": sent_at}
    return ROW.format(**{key: html.escape(str(value or "")) for key, value in shown.items()})
