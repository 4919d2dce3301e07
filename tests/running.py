"""The program as it is run: processes on ports of their own, ended with the stack they were started on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.conftest import ROOT, Logins

SECONDS_TO_START: Final = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


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
        "MOVEHUB_AUTH__PEPPER": "p" * 40,
        "MOVEHUB_AUTH__SEALING_KEY": "s" * 40,
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
    return url, stack.enter_context(running(sys.executable, "-m", "app.cli", "serve", environ={**environ, **own}))


def work(stack: ExitStack, environ: Mapping[str, str], logins: Logins) -> None:
    """Start a worker."""
    own = {"MOVEHUB_DB__WORKER_URL": logins.worker}
    stack.enter_context(running(sys.executable, "-m", "app.cli", "worker", environ={**environ, **own}))


def until_ready(url: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not become ready")
