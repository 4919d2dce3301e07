"""What tests stand on: a migrated template cloned once a worker, the API's and the worker's own logins, a clock that
moves by hand. Nothing runs as the administrator but the cloning.

Rows are really committed, through a real pool: each test makes companies and customers of its own, and no test
counts on an empty table. DATABASE_URL is an administrator's, REDIS_URL a Redis; `make test` starts both.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.modules.identity.repository import mark_email_verified
from app.modules.identity.service.staff import create_staff
from app.modules.identity.values import StaffRole
from app.runtime.db.bootstrap import APP, WORKER, prepare_database
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import Environment, Settings
from app.runtime.web.service import Readiness
from tests.documented import DocumentedTransport
from tests.factories.towns import OPEN, close_companies

ROOT: Final = Path(__file__).resolve().parent.parent
START: Final = datetime(2027, 3, 1, 17, tzinfo=UTC)
PASSWORD: Final = "correct horse battery"
# Whoever reads a database has the keys of whoever wrote it, in this process or another.
PEPPER: Final = "a pepper of the tests, long enough for HMAC"
SEALING_KEY: Final = "a sealing key of the tests, long enough"
PATIENCE: Final = ("statement_timeout = '60s'", "lock_timeout = '30s'", "idle_in_transaction_session_timeout = '60s'")

for name, examples in (("normal", 200), ("nightly", 2_000), ("mutants", 20)):
    hypothesis_settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=name == "mutants",
        suppress_health_check=[HealthCheck.too_slow],
    )
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))


@dataclass(frozen=True, slots=True)
class Logins:
    """URLs of one database: the administrator's, and the three that the program knows."""

    admin: str
    app: str
    worker: str
    migrate: str


def _admin_url() -> str:
    url = os.environ.get("DATABASE_URL")
    if not url:
        pytest.exit("The tests need services: run `make test`, or set DATABASE_URL and REDIS_URL.", returncode=4)
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _on(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _schema_hash() -> str:
    """Of whatever decides how a migrated database looks."""
    files = [*(ROOT / "migrations").rglob("*.py"), ROOT / "app/runtime/db/rls.py", ROOT / "app/runtime/db/bootstrap.py"]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _exists(url: str, database: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database))
    finally:
        await connection.close()


def migrate(url: str, revision: str = "head") -> None:
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    if revision == "head":
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)


def logins_of(admin: str) -> Logins:
    """Prepare the database and name its logins."""
    urls = asyncio.run(prepare_database(admin))
    return Logins(admin, urls["MOVEHUB_DB__APP_URL"], urls["MOVEHUB_DB__WORKER_URL"], urls["MOVEHUB_DB__MIGRATE_URL"])


@pytest.fixture(scope="session")
def template() -> str:
    """The name of the migrated template: made by the first worker that comes, once a schema."""
    admin = _on(_admin_url(), "postgres")
    name = f"movehub_template_{_schema_hash()}"
    lock = Path(tempfile.gettempdir()) / f"{name}_{os.getuid()}_{make_url(admin).port}.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not asyncio.run(_exists(admin, name)):
            building = f"{name}_building"
            asyncio.run(_run(admin, f"DROP DATABASE IF EXISTS {building}", f"CREATE DATABASE {building}"))
            migrate(logins_of(_on(admin, building)).migrate)
            asyncio.run(_run(admin, f"ALTER DATABASE {building} RENAME TO {name}"))
    return name


def clone(template_name: str, name: str) -> Logins:
    """A database of its own; grants on the database itself do not travel with a template, and none are needed."""
    admin = _on(_admin_url(), "postgres")
    statements = (
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {template_name} STRATEGY FILE_COPY",
    )
    asyncio.run(_run(admin, *statements))
    return logins_of(_on(admin, name))


def drop(name: str) -> None:
    asyncio.run(_run(_on(_admin_url(), "postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def logins(template: str, worker_id: str) -> Iterator[Logins]:
    """The test worker's own clone, where no statement ends because the machine is busy: what ends one has its test."""
    name = f"movehub_test_{os.getpid()}_{worker_id}"
    found = clone(template, name)
    roles = [f"ALTER ROLE {login} IN DATABASE {name}" for login in (APP, WORKER)]
    asyncio.run(_run(found.admin, *(f"{role} SET {patience}" for role in roles for patience in PATIENCE)))
    yield found
    drop(name)


def settings_for(urls: Logins, folder: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "environment": Environment.TEST,
        "redis_url": SecretStr(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")),
        "db": {
            "app_url": urls.app,
            "worker_url": urls.worker,
            "pool_size": 20,
            "pool_overflow": 50,
            "pool_timeout_seconds": 60,
            "still_seconds": 60,
            "connect_timeout_seconds": 30,
            "command_timeout_seconds": 30,
        },
        # A frozen Redis and a late answer are tried in tests of their own; a busy machine is neither.
        "redis": {"socket_timeout_seconds": 5.0, "wait_seconds": 20.0},
        "http": {"request_deadline_seconds": 180.0},
        "auth": {
            "token_key": "a key of the tests, long enough for HMAC",
            "pepper": PEPPER,
            "second_factor_exempt": ("@example.com", "@movehub.example"),
            "sealing_key": SEALING_KEY,
            "argon2_memory_kib": 8,
        },
        "limits": {"factor": 1_000_000},
        "storage": {"root": folder / "objects"},
        "mail": {"mailbox": folder / "mailbox.jsonl"},
        "queue": {"stream": f"movehub:test:{urls.app.rsplit('/', 1)[-1]}"},
    }
    return Settings(**(values | changes))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def settings(logins: Logins, tmp_path: Path) -> Settings:
    return settings_for(logins, tmp_path)


@pytest.fixture(scope="session")
async def app_database(logins: Logins, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """The API's login on a real pool, one a test worker."""
    known = settings_for(logins, tmp_path_factory.mktemp("engine"))
    engine = create_engine(SecretStr(logins.app), known.db, application_name="movehub-test")
    yield Database(engine, registry.error_map())
    await engine.dispose()


@pytest.fixture(scope="session")
async def worker_database(logins: Logins, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    known = settings_for(logins, tmp_path_factory.mktemp("engine"))
    engine = create_engine(SecretStr(logins.worker), known.db, application_name="movehub-test-worker")
    yield Database(engine, registry.error_map())
    await engine.dispose()


@pytest.fixture
async def resources(settings: Settings, app_database: Database, clock: ManualClock) -> AsyncIterator[Resources]:
    made = build_resources(settings, app_database, clock=clock)
    yield made
    await made.close()


@pytest.fixture
async def worker_resources(
    settings: Settings, worker_database: Database, clock: ManualClock
) -> AsyncIterator[Resources]:
    """As the worker process has them: its own login, the same mailbox.

    What a test leaves in the queue because it fails again and again is not tried beside the tests after it.
    """
    made = build_resources(settings, worker_database, clock=clock)
    yield made
    await made.close()
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        await redis.delete(settings.queue.stream)


@pytest.fixture
def app(resources: Resources, logins: Logins) -> FastAPI:
    return assemble(resources, Readiness(logins.app, registry.schema_revision()))


@pytest.fixture
async def client(app: FastAPI, logins: Logins) -> AsyncIterator[httpx.AsyncClient]:
    stood_before = len(OPEN)
    async with httpx.AsyncClient(transport=DocumentedTransport(app), base_url="http://test") as made:
        yield made
    await close_companies(logins.admin, OPEN[stood_before:])


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in, for a company."""

    org_id: UUID
    email: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class StaffMember:
    email: str
    headers: dict[str, str]

    @property
    def org_id(self) -> UUID:
        raise AttributeError("staff belong to no company")


SAN_FRANCISCO: Final = {"line1": "1355 Market Street", "city": "San Francisco", "state": "CA", "postal_code": "94103"}
_numbers: Iterator[int] = iter(range(1, 1_000_000_000))


async def show_address(client: httpx.AsyncClient, user_id: UUID) -> None:
    """As if the person had followed the link that was mailed."""
    app: FastAPI = client._transport.app  # type: ignore[attr-defined]
    resources: Resources = app.state.resources
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        await mark_email_verified(session, user_id, resources.clock.now())


async def register(client: httpx.AsyncClient, **organization: Any) -> Member:
    """A fresh company and its owner, over HTTP."""
    email = f"owner{next(_numbers)}.{os.getpid()}@example.com"
    body = {
        "email": email,
        "password": PASSWORD,
        "full_name": "Ann Owner",
        "organization": {
            "name": f"Movers {next(_numbers)}",
            "phone": "+14155550134",
            "timezone": "America/Los_Angeles",
            "usdot_number": "1234567",
            "address": SAN_FRANCISCO,
            **organization,
        },
    }
    answer = await client.post("/v1/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    await show_address(client, UUID(told["user"]["id"]))
    return Member(UUID(told["organization"]["id"]), email, {"Authorization": f"Bearer {told['access_token']}"})


@pytest.fixture
async def mover_a(client: httpx.AsyncClient) -> Member:
    return await register(client)


@pytest.fixture
async def mover_b(client: httpx.AsyncClient) -> Member:
    return await register(client)


async def sign_in_staff(client: httpx.AsyncClient, resources: Resources, role: StaffRole) -> StaffMember:
    email = f"staff{next(_numbers)}.{os.getpid()}@example.com"
    password_hash = await resources.passwords.hash(PASSWORD)
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        await create_staff(
            session,
            email=email,
            full_name="Sam Staff",
            password_hash=password_hash,
            role=role,
            now=resources.clock.now(),
        )
    answer = await client.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    return StaffMember(email, {"Authorization": f"Bearer {answer.json()['access_token']}"})


@pytest.fixture
async def staff(client: httpx.AsyncClient, resources: Resources) -> StaffMember:
    return await sign_in_staff(client, resources, StaffRole.REVIEWER)


@pytest.fixture
async def admin(client: httpx.AsyncClient, resources: Resources) -> StaffMember:
    return await sign_in_staff(client, resources, StaffRole.ADMIN)


# Rows are committed everywhere; these names say that a test counts on it.
@pytest.fixture
def committed_client(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return client


@pytest.fixture
def committed_mover(mover_a: Member) -> Member:
    return mover_a


@pytest.fixture
def committed_staff(staff: StaffMember) -> StaffMember:
    return staff
