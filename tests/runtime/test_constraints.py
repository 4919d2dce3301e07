"""The table of what the database refuses and what the client is told, each provoked on the real server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app import registry
from app.kernel.errors import AppError
from app.modules.invoices.errors import AlreadyInvoiced
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity, SessionRole
from tests.conftest import Logins

pytestmark = pytest.mark.integration

NOBODY = Identity()
CONFLICTS = "EXCLUDE USING gist (a WITH =)"
TABLE = "CREATE TEMP TABLE probe (a int {}) ON COMMIT DROP"
TWICE = "INSERT INTO probe VALUES (1), (1)"
ERROR_CODE = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{}'; END $$"

# What is done, the status and the code it is told with.
REFUSED: dict[str, tuple[tuple[str, ...], int, str]] = {
    "23505 of a table without an error of its own": ((TABLE.format("UNIQUE"), TWICE), 409, "already_exists"),
    "23505 by the name of the constraint": (
        (TABLE.format("CONSTRAINT uq_invoices_org_id_booking_id UNIQUE"), TWICE),
        409,
        AlreadyInvoiced.code,
    ),
    "23P01": ((TABLE.format(", " + CONFLICTS), TWICE), 409, "already_exists"),
    "23P01 by the name of the constraint": (
        (TABLE.format(", CONSTRAINT ex_reservations_overlap " + CONFLICTS), TWICE),
        409,
        "slot_taken",
    ),
    "23503": (
        (
            "CREATE TEMP TABLE target (a int PRIMARY KEY) ON COMMIT DROP",
            TABLE.format("REFERENCES target"),
            "INSERT INTO probe VALUES (1)",
        ),
        404,
        "reference_not_found",
    ),
    "23502": ((TABLE.format("NOT NULL"), "INSERT INTO probe VALUES (null)"), 422, "value_refused"),
    "22003": (("SELECT 99999999999::bigint::int",), 422, "value_refused"),
    "22021": (("SELECT convert_from('\\xff'::bytea, 'UTF8')",), 422, "value_refused"),
    "22P05": (("SELECT convert_to('\u65e5', 'LATIN1')",), 422, "value_refused"),
    "57014": (("SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(5)"), 504, "database_timed_out"),
    "53100": ((ERROR_CODE.format("53100"),), 503, "database_unavailable"),
    "53200": ((ERROR_CODE.format("53200"),), 503, "database_unavailable"),
    "57P02": ((ERROR_CODE.format("57P02"),), 503, "database_unavailable"),
    "57P03": ((ERROR_CODE.format("57P03"),), 503, "database_unavailable"),
    "08006": ((ERROR_CODE.format("08006"),), 503, "database_unavailable"),
}
# Nothing that a client sends can cause these: they are faults of ours, and told as such.
FAULTS = {
    "23514": (TABLE.format("CHECK (a > 5)"), TWICE),
    "22P02": ("SELECT 'x'::uuid",),
    "22012": ("SELECT 1/0",),
    "42P01": ("SELECT * FROM nowhere",),
}


@asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[Database]:
    """A database of one login on an engine of its own."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    engine: AsyncEngine = create_async_engine(address, **({"pool_size": 2, "max_overflow": 0} | options))
    yield Database(engine, registry.error_map())
    await engine.dispose()


@pytest.fixture
async def as_admin(logins: Logins) -> AsyncIterator[Database]:
    """Temporary tables, and settings that only an administrator may change."""
    async with connected(logins.admin) as database:
        yield database


async def run(database: Database, *statements: str, identity: Identity = NOBODY) -> None:
    async with database.write(identity) as session:
        for statement in statements:
            await session.execute(sa.text(statement))


def told(refused: pytest.ExceptionInfo[AppError]) -> tuple[int, str]:
    return refused.value.status, refused.value.code


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_has_its_status_and_code(as_admin: Database, name: str):
    statements, status, code = REFUSED[name]
    with pytest.raises(AppError) as refused:
        await run(as_admin, *statements)
    assert told(refused) == (status, code)


@pytest.mark.parametrize("state", FAULTS)
async def test_what_no_client_can_cause_is_a_fault_of_ours(as_admin: Database, state: str):
    with pytest.raises(DBAPIError) as raised:
        await run(as_admin, *FAULTS[state])
    assert getattr(raised.value.orig, "sqlstate", None) == state


async def _both(first: Callable[[], Any], second: Callable[[], Any]) -> list[str]:
    outcomes = await asyncio.gather(first(), second(), return_exceptions=True)
    return sorted("done" if one is None else getattr(one, "code", repr(one)) for one in outcomes)


@pytest.fixture
async def rows(logins: Logins) -> AsyncIterator[str]:
    """A real table of two rows that two transactions can meet on."""
    admin, name = await asyncpg.connect(logins.admin), f"public.probe_{uuid4().hex[:8]}"
    await admin.execute(f"CREATE TABLE {name} AS SELECT a, 0 AS n FROM generate_series(1, 2) AS a")
    yield name
    await admin.execute(f"DROP TABLE {name}")
    await admin.close()


async def test_40p01_of_two_that_wait_for_each_other_one_may_try_again(as_admin: Database, rows: str):
    met = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> None:
        async with as_admin.write(NOBODY) as session:
            await session.execute(sa.text("SET LOCAL deadlock_timeout = '100ms'"))
            await session.execute(sa.text(f"UPDATE {rows} SET n = n + 1 WHERE a = {first}"))
            await met.wait()
            await session.execute(sa.text(f"UPDATE {rows} SET n = n + 1 WHERE a = {second}"))

    assert await _both(lambda: lock(1, 2), lambda: lock(2, 1)) == ["done", "try_again"]


async def test_40001_of_two_that_read_the_same_one_may_try_again(logins: Logins, rows: str):
    met = asyncio.Barrier(2)

    async def raise_it(database: Database) -> None:
        async with database.write(NOBODY) as session:
            await session.execute(sa.text(f"SELECT n FROM {rows} WHERE a = 1"))
            await met.wait()
            await session.execute(sa.text(f"UPDATE {rows} SET n = n + 1 WHERE a = 1"))

    strict = {"server_settings": {"default_transaction_isolation": "repeatable read"}}
    async with connected(logins.admin, connect_args=strict) as database:
        assert await _both(lambda: raise_it(database), lambda: raise_it(database)) == ["done", "try_again"]


async def test_55p03_a_lock_that_does_not_come_may_be_tried_again(as_admin: Database, rows: str):
    async with as_admin.write(NOBODY) as session:
        await session.execute(sa.text(f"UPDATE {rows} SET n = 1 WHERE a = 1"))
        with pytest.raises(AppError) as refused:
            await run(as_admin, "SET LOCAL lock_timeout = '50ms'", f"UPDATE {rows} SET n = 2 WHERE a = 1")
    assert told(refused) == (503, "try_again")


async def test_42501_what_a_policy_or_grant_refuses_does_not_exist(app_database: Database):
    for statement in ("SELECT * FROM app.outbox_events", "SELECT * FROM app.bookings"):
        with pytest.raises(AppError) as refused:
            await run(app_database, statement)
        assert told(refused) == (404, "not_found")


async def test_42501_on_the_driver_is_told_the_same(app_database: Database):
    with pytest.raises(AppError) as refused:
        async with app_database.hot_read(NOBODY) as hot:
            await hot.rows("SELECT * FROM app.bookings")
    assert told(refused) == (404, "not_found")


async def test_25006_a_reader_that_writes_is_refused(as_admin: Database, rows: str):
    with pytest.raises(AppError) as refused:
        async with as_admin.read(NOBODY) as session:
            await session.execute(sa.text(f"DELETE FROM {rows}"))
    assert told(refused) == (503, "database_unavailable")


async def test_mh401_a_session_that_nobody_opened_has_ended(app_database: Database, clock: Any):
    stranger = Identity(Audience.MOVER, org_id=uuid4(), session_id=uuid4(), role=SessionRole.OWNER, now=clock.now())
    with pytest.raises(AppError) as refused:
        await run(app_database, "SELECT 1", identity=stranger)
    assert told(refused) == (401, "session_ended")


async def test_57p01_a_connection_ended_by_the_administrator(as_admin: Database, logins: Logins):
    async def end(process: int) -> None:
        admin = await asyncpg.connect(logins.admin)
        await admin.fetchval("SELECT pg_terminate_backend($1)", process)
        await admin.close()

    async def sleep_until_ended() -> None:
        async with as_admin.write(NOBODY) as session:
            process = (await session.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
            await asyncio.gather(end(process), session.execute(sa.text("SELECT pg_sleep(30)")))

    with pytest.raises(AppError) as refused:
        await sleep_until_ended()
    assert told(refused) == (503, "database_unavailable")
    await run(as_admin, "SELECT 1")


def test_a_driver_that_lost_its_place_is_no_fault_of_ours():
    """As asyncpg says of a connection that ended between two steps of a statement: seen when PostgreSQL restarts."""
    error = asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
    refused = registry.error_map().translate(error)
    assert refused is not None
    assert (refused.status, refused.code) == (503, "database_unavailable")


async def test_25p03_a_transaction_that_idled_too_long(as_admin: Database):
    async def idle() -> None:
        async with as_admin.write(NOBODY) as session:
            await session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
            await asyncio.sleep(0.3)
            await session.execute(sa.text("SELECT 1"))

    with pytest.raises(AppError) as refused:
        await idle()
    assert told(refused) == (503, "database_unavailable")
    await run(as_admin, "SELECT 1")


async def test_53300_no_connection_left(logins: Logins):
    role = f"probe_{os.getpid()}_{uuid4().hex[:6]}"
    admin = await asyncpg.connect(logins.admin)
    await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'probe' CONNECTION LIMIT 0")
    url = make_url(logins.admin).set(username=role, password="probe").render_as_string(hide_password=False)
    try:
        async with connected(url) as database:
            with pytest.raises(AppError) as refused:
                await run(database, "SELECT 1")
    finally:
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()
    assert told(refused) == (503, "database_unavailable")


async def test_a_pool_without_a_free_connection(logins: Logins):
    async with connected(logins.app, pool_size=1, pool_timeout=0.1) as database, database.write(NOBODY) as session:
        await session.execute(sa.text("SELECT 1"))
        with pytest.raises(AppError) as refused:
            await run(database, "SELECT 1")
    assert told(refused) == (503, "database_unavailable")


async def test_a_server_that_is_not_there():
    async with connected("postgresql://nobody:none@127.0.0.1:1/none") as database:
        with pytest.raises(AppError) as refused:
            await run(database, "SELECT 1")
    assert told(refused) == (503, "database_unavailable")
    assert refused.value.headers["Retry-After"] == "1"


async def test_a_server_that_does_not_answer(logins: Logins):
    async with connected(logins.app, connect_args={"command_timeout": 0.1}) as database:
        with pytest.raises(AppError) as refused:
            await run(database, "SELECT pg_sleep(5)")
    assert told(refused) == (504, "database_timed_out")


async def test_every_constraint_that_an_error_names_stands_in_the_schema(logins: Logins):
    admin = await asyncpg.connect(logins.admin)
    found = await admin.fetch(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'app'::regnamespace "
        "UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'app'"
    )
    await admin.close()
    named = {name for error in registry.errors() for name in error.constraints}
    assert named
    assert named - {row[0] for row in found} == set()
