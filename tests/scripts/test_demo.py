"""`make demo`, played to its end against the program as it is run."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app import registry
from app.main import build_resources
from app.modules.identity.service.staff import create_staff
from app.modules.identity.values import StaffRole
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.seed import company, play
from tests.conftest import ROOT, Logins, clone, drop, settings_for
from tests.running import environ_of, serve, until_ready, work

pytestmark = pytest.mark.integration


@pytest.fixture
def staffed(template: str, worker_id: str, tmp_path: Path) -> Iterator[Logins]:
    """A database of its own, in which there is nobody but the demo's member of staff."""
    name = f"movehub_demo_{os.getpid()}_{worker_id}"
    logins = clone(template, name)
    asyncio.run(hire(logins, tmp_path))
    yield logins
    drop(name)


async def hire(logins: Logins, folder: Path) -> None:
    settings = settings_for(logins, folder)
    engine = create_engine(SecretStr(logins.app), settings.db, application_name="demo")
    resources = build_resources(settings, Database(engine, registry.error_map()))
    password_hash = await resources.passwords.hash(company.PASSWORD)
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        await create_staff(
            session,
            email=play.STAFF,
            full_name="Sam Staff",
            password_hash=password_hash,
            role=StaffRole.ADMIN,
            now=resources.clock.now(),
        )
    await resources.close()
    await engine.dispose()


def test_the_story_is_as_told(staffed: Logins, tmp_path: Path) -> None:
    settings = environ_of(staffed, os.environ["REDIS_URL"], tmp_path) | {
        # Of its own: no other worker takes from it.
        "MOVEHUB_QUEUE__STREAM": f"demo:{uuid4().hex}",
        "MOVEHUB_AUTH__SECOND_FACTOR_EXEMPT": f'["{play.STAFF}"]',
        "MOVEHUB_LIMITS__FACTOR": "20",
    }
    with ExitStack() as stack:
        url = serve(stack, settings)
        work(stack, settings, staffed)
        until_ready(url)
        told = subprocess.run(
            [sys.executable, "scripts/demo.py"],
            cwd=ROOT,
            env=os.environ | {"BASE_URL": url},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert told.returncode == 0, told.stderr + told.stdout[-2000:]
    assert "slot_taken" in told.stdout
