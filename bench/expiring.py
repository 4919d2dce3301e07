"""The nightly look at papers that end: 10,000 companies, 50,000 papers, on a database of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from app import registry
from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.main import build_resources
from app.modules.verification.service import sweep
from app.runtime.db.bootstrap import prepare_database
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.settings import DatabaseSettings, Environment, HttpSettings, Settings
from bench.callers import AUTH, PUBLIC_URL
from bench.figures import Figure
from bench.ground import drop_database, migrate

COMPANIES: Final = 10_000
KINDS: Final = ("cargo", "liability", "workers_comp")
DOCUMENTS: Final = ("state_permit", "business_licence")
DAY: Final = date(2027, 3, 1)
MOST_SECONDS: Final = 20.0
MOST_SECONDS_AT_ONCE: Final = 1.0


async def measure_sweep(admin_url: str, redis_url: str) -> list[Figure]:
    """The first look, at all that ends within a month, and the next day's. Raises: CannotPrepare, OSError."""
    own = make_url(admin_url).set(drivername="postgresql")
    url = own.set(database=f"{own.database or 'movehub'}_bench_papers").render_as_string(hide_password=False)
    urls = await prepare_database(url)
    try:
        await asyncio.to_thread(migrate, urls)
        await _fill(url)
        return await _sweep(urls["MOVEHUB_DB__WORKER_URL"], redis_url)
    finally:
        await drop_database(own.render_as_string(hide_password=False), f"{own.database or 'movehub'}_bench_papers")


async def _sweep(worker_url: str, redis_url: str) -> list[Figure]:
    settings = Settings(
        environment=Environment.TEST,
        auth=AUTH,
        db=DatabaseSettings(worker_url=SecretStr(worker_url)),
        redis_url=SecretStr(redis_url),
        http=HttpSettings(public_url=PUBLIC_URL),
    )
    engine = create_engine(SecretStr(worker_url), settings.db, application_name="movehub-bench")
    clock = ManualClock(datetime.combine(DAY, time(12), UTC))
    resources = build_resources(settings, Database(engine, registry.error_map()), clock=clock)
    taken: list[float] = []
    try:
        for _ in range(2):
            noticed = sweep.MOST_AT_ONCE
            while noticed == sweep.MOST_AT_ONCE:
                started = perf_counter()
                noticed = await sweep.notice_some(resources, clock.now())
                taken.append(perf_counter() - started)
            clock.advance(timedelta(days=1))
    finally:
        await resources.close()
        await engine.dispose()
    return [
        Figure("papers of 10,000 companies, first look and next", sum(taken), MOST_SECONDS, "s", "< 1"),
        Figure("longest transaction of them", max(taken), MOST_SECONDS_AT_ONCE, "s", "< 1"),
    ]


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await fill_papers(connection, COMPANIES)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def fill_papers(connection: asyncpg.Connection[Any], count: int) -> None:
    """So many companies with five papers each."""
    await connection.execute("SET session_replication_role = replica; SET search_path = app, public")
    companies = [new_id() for _ in range(count)]
    await connection.executemany(INSERT_COMPANY, [(one, f"Company {one}") for one in companies])
    await _copy(connection, "insurance_policies", _policies(companies))
    await _copy(connection, "company_documents", _documents(companies))
    await connection.execute("RESET session_replication_role")


async def _copy(connection: asyncpg.Connection[Any], table: str, rows: Iterator[dict[str, Any]]) -> None:
    records = list(rows)
    columns = list(records[0])
    await connection.copy_records_to_table(
        table, schema_name="app", columns=columns, records=[tuple(one.values()) for one in records]
    )


# Where nobody looks, a line of JSON is enough.
PLACE: Final = json.dumps({})
INSERT_COMPANY: Final = f"""
INSERT INTO app.organizations (id, name, phone, timezone, status, address, city, state, location, rating_count,
    lead_time_hours, requires_both_ends, version, created_at, updated_at)
VALUES ($1, $2, '+14155550134', 'America/Los_Angeles', 'verified', '{PLACE}', 'Fresno', 'CA',
    'POINT(-119.77 36.74)', 0, 0, false, 1, now(), now())
"""


def _last_days(number: int) -> date:
    """Spread over a year, some over already."""
    return DAY + timedelta(days=number * 7 % 365 - 7)


def _policies(companies: list[UUID]) -> Iterator[dict[str, Any]]:
    for number, org_id in enumerate(companies):
        for place, kind in enumerate(KINDS):
            yield _paper(org_id, kind, number + place * 11) | {
                "insurer": "Harbor Mutual",
                "policy_number": kind,
                "coverage_amount": 750_000,
                "coverage_currency": "USD",
            }


def _documents(companies: list[UUID]) -> Iterator[dict[str, Any]]:
    for number, org_id in enumerate(companies):
        for place, kind in enumerate(DOCUMENTS):
            yield _paper(org_id, kind, number + place * 13) | {"issuer": "The state"}


def _paper(org_id: UUID, kind: str, number: int) -> dict[str, Any]:
    last_day = _last_days(number)
    return {
        "org_id": org_id,
        "id": new_id(),
        "kind": kind,
        "effective_on": last_day - timedelta(days=365),
        "expires_on": last_day,
        "review": "confirmed",
        "created_at": datetime.combine(DAY, time(), UTC),
    }
