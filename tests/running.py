"""The program as it is run: processes on ports of their own, ended with the stack they were started on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from pydantic import SecretStr

from app import registry
from app.kernel.clock import Clock
from app.main import assemble, build_resources
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.web.service import Readiness
from tests.conftest import PEPPER, ROOT, SEALING_KEY, Logins, settings_for

SECONDS_TO_START: Final = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def in_process(
    logins: Logins, folder: Path, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Resources]]:
    """The program once more, in this process, on a database of its own; by the true clock without one."""
    if "db" in settings:
        settings["db"] = {"app_url": logins.app, "worker_url": logins.worker, **settings["db"]}
    chosen = settings_for(logins, folder, **settings)
    engine = create_engine(SecretStr(logins.app), chosen.db, application_name="movehub-apart", keeps_share=True)
    resources = build_resources(chosen, Database(engine, registry.error_map()), clock=clock)
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client, resources
    await resources.close()
    await engine.dispose()


@contextmanager
def running(*command: str, environ: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | (environ or {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def environ_of(logins: Logins, redis_url: str, folder: Path) -> dict[str, str]:
    """What API and worker share, in development; cheap passwords, and limits as they are."""
    return {
        "ENVIRONMENT": "development",
        "REDIS_URL": redis_url,
        "MOVEHUB_DB__APP_URL": logins.app,
        "MOVEHUB_AUTH__TOKEN_KEY": "t" * 40,
        "MOVEHUB_AUTH__PEPPER": PEPPER,
        "MOVEHUB_AUTH__SEALING_KEY": SEALING_KEY,
        "MOVEHUB_AUTH__ARGON2_MEMORY_KIB": "8",
        "MOVEHUB_LIMITS__FACTOR": "1",
        "MOVEHUB_STORAGE__ROOT": str(folder / "objects"),
        "MOVEHUB_MAIL__MAILBOX": str(folder / "mailbox.jsonl"),
    }


def serve(stack: ExitStack, environ: Mapping[str, str]) -> str:
    """Start an API process; where it answers, once it is ready (`until_ready`)."""
    return serve_process(stack, environ)[0]


def serve_process(stack: ExitStack, environ: Mapping[str, str]) -> tuple[str, subprocess.Popen[bytes]]:
    """As `serve`, with the process, for whoever kills it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"PORT": str(port), "MOVEHUB_HTTP__PUBLIC_URL": url}
    return url, stack.enter_context(running(sys.executable, "-m", "app", "serve", environ={**environ, **own}))


def work(stack: ExitStack, environ: Mapping[str, str], logins: Logins) -> None:
    """Start a worker."""
    own = {"MOVEHUB_DB__WORKER_URL": logins.worker}
    stack.enter_context(running(sys.executable, "-m", "app", "worker", environ={**environ, **own}))


def until_ready(url: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not become ready")
