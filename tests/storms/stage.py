"""Where a storm takes place: a PostgreSQL that can be restarted, API processes that can be killed, a worker."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from movehub_local.children import Child, Family
from movehub_local.services import start_services

from app.runtime.resources import Resources
from tests.conftest import Logins, logins_of, migrate, settings_for
from tests.running import environ_of, in_process, serve_process, until_ready, work

PROCESSES: Final = 3
HOLD_MINUTES: Final = 2


@dataclass
class Stage:
    """`urls` answer, all but those that were killed."""

    logins: Logins
    postgres: Child
    family: Family
    urls: list[str] = field(default_factory=list)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_api(self, stack: ExitStack, environ: dict[str, str]) -> None:
        url, self._processes[url] = serve_process(stack, environ)
        until_ready(url)
        self.urls.append(url)

    def kill_api(self, chance: random.Random) -> str:
        """Kill one process with SIGKILL, whatever it is doing; where it answered."""
        url = chance.choice(self.urls)
        self.urls.remove(url)
        self._processes[url].send_signal(signal.SIGKILL)
        return url

    async def restart_postgres(self) -> None:
        """End every session at once, and start the same cluster again."""
        await asyncio.to_thread(self._restart_postgres)

    def _restart_postgres(self) -> None:
        was = self.postgres
        was.stop()
        self.family.forget(was)
        account = {} if os.geteuid() else {"user": "postgres", "group": "postgres"}
        process = subprocess.Popen(was.process.args, cwd="/", stderr=subprocess.DEVNULL, **account)  # type: ignore[call-overload]
        self.postgres = Child(was.name, process, was.stop_signal, was.patience_seconds)
        self.family.children.append(self.postgres)


@contextmanager
def raised(folder: Path) -> Iterator[Stage]:
    """The stage on a cluster of its own, with the schema and nothing in it; all of it is gone at the end."""
    home = folder / "services"
    home.mkdir()
    family = Family(home)
    try:
        urls = start_services(family, lasting=True, environ={"REDIS_URL": os.environ["REDIS_URL"]})
        logins = logins_of(urls.database)
        migrate(logins.migrate)
        postgres = next(child for child in family.children if child.name == "PostgreSQL")
        stage = Stage(logins, postgres, family)
        with ExitStack() as stack:
            environ = storm_environ(logins, folder)
            for _ in range(PROCESSES):
                stage.start_api(stack, environ)
            work(stack, environ, logins)
            yield stage
    finally:
        for child in family.children:
            child.stop()


def storm_environ(logins: Logins, folder: Path) -> dict[str, str]:
    """Settings of the processes: the tests' own secrets, so that who signed in beside them is signed in with them."""
    auth = settings_for(logins, folder).auth
    assert auth.token_key
    assert auth.pepper
    assert auth.sealing_key
    return environ_of(logins, os.environ["REDIS_URL"], folder) | {
        "MOVEHUB_AUTH__TOKEN_KEY": auth.token_key.get_secret_value(),
        "MOVEHUB_AUTH__PEPPER": auth.pepper.get_secret_value(),
        "MOVEHUB_AUTH__SEALING_KEY": auth.sealing_key.get_secret_value(),
        "MOVEHUB_LIMITS__FACTOR": "1000000",
        "MOVEHUB_MARKET__HOLD_MINUTES": str(HOLD_MINUTES),
        # Few customers stand for many.
        "MOVEHUB_MARKET__MOST_HOLDS": "1000000",
        "MOVEHUB_QUEUE__STREAM": f"storm:{time.time_ns()}",
    }


@asynccontextmanager
async def office(logins: Logins, folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Resources]]:
    """The program once more, in this process and by the true clock: for what must stand before a storm begins."""
    # What must stand before a storm takes as long as it takes.
    async with in_process(logins, folder, http={"request_deadline_seconds": 300.0}) as made:
        yield made
