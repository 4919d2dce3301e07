"""The database that the benchmark measures on: one of its own, made and filled once, used again while it is the same.

5,000 companies around twenty towns, 25,000 trucks, 500,000 bookings with what they have taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from app.adapters.geocoding.offline import OfflineGeocoder
from app.kernel.places import PlaceIn
from app.kernel.ports.geocoding import locate_place
from app.modules.pricing.rules import config_to_json, parse_config
from app.runtime.db.bootstrap import prepare_database
from bench.pricing import CONFIG

ROOT: Final = Path(__file__).resolve().parents[1]
FILL: Final = Path(__file__).with_name("ground.sql")
JOBS: Final = Path(__file__).with_name("jobs.sql")
COMPANIES: Final = 5_000
FEW_COMPANIES: Final = 800
DISPATCHED: Final = 0

# The last stands alone: nobody but the company of the races works there.
TOWNS: Final = (
    ("94103", "San Francisco", "CA"),
    ("90012", "Los Angeles", "CA"),
    ("92101", "San Diego", "CA"),
    ("98101", "Seattle", "WA"),
    ("97204", "Portland", "OR"),
    ("85004", "Phoenix", "AZ"),
    ("80202", "Denver", "CO"),
    ("75201", "Dallas", "TX"),
    ("77002", "Houston", "TX"),
    ("78701", "Austin", "TX"),
    ("60602", "Chicago", "IL"),
    ("55401", "Minneapolis", "MN"),
    ("48226", "Detroit", "MI"),
    ("43215", "Columbus", "OH"),
    ("30303", "Atlanta", "GA"),
    ("33130", "Miami", "FL"),
    ("28202", "Charlotte", "NC"),
    ("19103", "Philadelphia", "PA"),
    ("10007", "New York", "NY"),
    ("02108", "Boston", "MA"),
    ("58102", "Fargo", "ND"),
)

# What a run leaves behind is taken away by the next one.
SWEEP: Final = """
DELETE FROM app.booking_steps;
DELETE FROM app.reservations WHERE created_at > $1;
DELETE FROM app.bookings WHERE created_at > $1;
DELETE FROM app.quotes;
DELETE FROM app.outbox_events;
DELETE FROM app.idempotency_keys;
DELETE FROM app.customer_sessions;
DELETE FROM app.customers;
DELETE FROM app.audit_entries;
"""


@dataclass(frozen=True, slots=True)
class Company:
    """A company, its owner, and the owner's session."""

    org_id: UUID
    user_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Ground:
    """The filled database: its URLs by setting name, and how a request's place is written."""

    admin_url: str
    urls: dict[str, str]
    companies: int

    def places(self) -> list[dict[str, str]]:
        return [_place_in(town) for town in TOWNS]


def _place_in(town: tuple[str, str, str]) -> dict[str, str]:
    postal_code, city, state = town
    return {"line1": "1 Main Street", "city": city, "state": state, "postal_code": postal_code}


async def make_ground(admin_url: str, companies: int) -> Ground:
    """Make and fill the database, or take it as it is when the same schema and the same fill made it.

    Raises: CannotPrepare, OSError, asyncpg.PostgresError.
    """
    own = make_url(admin_url).set(drivername="postgresql")
    admin = own.set(database=f"{own.database or 'movehub'}_bench{'' if companies == COMPANIES else '_small'}")
    url = admin.render_as_string(hide_password=False)
    urls = await prepare_database(url)
    ground = Ground(url, urls, companies)
    connection = await asyncpg.connect(url)
    try:
        if await _fingerprint_of(connection) != _fingerprint(companies):
            await connection.close()
            await drop_database(own.render_as_string(hide_password=False), admin.database or "")
            await prepare_database(url)
            await asyncio.to_thread(migrate, urls)
            connection = await asyncpg.connect(url)
            await fill(connection, companies)
        else:
            await sweep(connection)
    finally:
        await connection.close()
    return ground


def _fingerprint(companies: int) -> str:
    versions = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    texts = [
        FILL.read_bytes(),
        JOBS.read_bytes(),
        Path(__file__).read_bytes(),
        *(path.read_bytes() for path in versions),
    ]
    return hashlib.sha256(b"\0".join([str(companies).encode(), *texts])).hexdigest()


async def _fingerprint_of(connection: asyncpg.Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass('public.bench_ground')") is None:
        return None
    found: str | None = await connection.fetchval("SELECT fingerprint FROM public.bench_ground")
    return found


async def drop_database(maintenance_url: str, database: str) -> None:
    connection = await asyncpg.connect(maintenance_url)
    try:
        await connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
    finally:
        await connection.close()


def migrate(urls: dict[str, str]) -> None:
    command = [sys.executable, "-m", "app", "migrate"]
    subprocess.run(command, cwd=ROOT, env=os.environ | urls, check=True, stdout=subprocess.DEVNULL)


async def fill(
    connection: asyncpg.Connection, companies: int, *, near: int | None = None, jobs: Path = JOBS, history: int = 0
) -> None:
    """Fill a migrated, empty database. The administrator's rights are needed.

    `near`: so many of the companies stand around the towns; all, where nothing is said. `jobs`: what they have to do.
    """
    started = perf_counter()
    print(f"filling {companies:,} companies …", flush=True)
    await connection.execute("SET statement_timeout = 0; SET synchronous_commit = off; SET work_mem = '256MB'")
    await connection.execute("SET maintenance_work_mem = '512MB'; SET session_replication_role = replica")
    await connection.execute("SET search_path = app, public")
    await connection.execute(
        "CREATE TEMP TABLE bench_towns (number integer, place jsonb, zone text, lat float, lng float);"
        "CREATE TEMP TABLE bench_prices (body jsonb)"
    )
    towns = [(number, *await _town(town)) for number, town in enumerate(TOWNS)]
    await connection.executemany("INSERT INTO bench_towns VALUES ($1, $2, $3, $4, $5)", towns)
    body = json.dumps(config_to_json(parse_config(CONFIG)))
    await connection.execute("INSERT INTO bench_prices VALUES ($1)", body)
    told = {"companies": companies, "near": companies if near is None else near, "history": history}
    for name, number in told.items():
        await connection.execute("SELECT set_config('bench.' || $1, $2, false)", name, str(number))
    indexes = await _put_aside(connection, "bookings", "reservations")
    for script in (FILL, jobs):
        await connection.execute(script.read_text())
    for statement in indexes:
        await connection.execute(statement)
    await connection.execute("RESET session_replication_role; ANALYZE")
    await connection.execute("CREATE TABLE public.bench_ground (fingerprint text, filled_at timestamptz)")
    await connection.execute("INSERT INTO public.bench_ground VALUES ($1, clock_timestamp())", _fingerprint(companies))
    taken = await connection.fetchval("SELECT count(*) FROM app.reservations")
    print(f"filled {taken:,} reservations in {perf_counter() - started:.0f} s", flush=True)


async def _town(town: tuple[str, str, str]) -> tuple[Any, ...]:
    place = await locate_place(OfflineGeocoder(), PlaceIn.model_validate(_place_in(town)))
    return place.model_dump_json(), place.zone, place.location.lat, place.location.lng


INDEXES_OF: Final = """
SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX app.%I', i.relname)
        ELSE format('ALTER TABLE app.%I DROP CONSTRAINT %I', t.relname, c.conname) END AS away,
    CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.oid)
        ELSE format('ALTER TABLE app.%I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
        END AS back
FROM pg_index AS x
JOIN pg_class AS t ON t.oid = x.indrelid
JOIN pg_class AS i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint AS c ON c.conindid = i.oid AND c.contype IN ('u', 'x')
WHERE t.relnamespace = 'app'::regnamespace AND t.relname = ANY($1) AND NOT x.indisprimary
"""


async def _put_aside(connection: asyncpg.Connection, *tables: str) -> list[str]:
    """Drop the tables' indexes but the primary keys; the statements that make them again."""
    rows = await connection.fetch(INDEXES_OF, tables)
    for row in rows:
        await connection.execute(row["away"])
    return [row["back"] for row in rows]


async def sweep(connection: asyncpg.Connection) -> None:
    """Take away what a run has left: the trail too, so its triggers are asleep meanwhile."""
    filled_at = await connection.fetchval("SELECT filled_at FROM public.bench_ground")
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in SWEEP.strip().split("\n"):
            await connection.execute(statement, *([filled_at] if "$1" in statement else []))
    await connection.execute("VACUUM ANALYZE app.bookings, app.reservations")


async def find_companies(ground: Ground, numbers: Iterable[int]) -> list[Company]:
    """The companies of these numbers of the fill, with their owners."""
    connection = await asyncpg.connect(ground.admin_url)
    try:
        rows = await connection.fetch(OWNERS, [f"owner{number}@example.com".encode() for number in numbers])
    finally:
        await connection.close()
    return [Company(row["org_id"], row["user_id"], row["session_id"]) for row in rows]


OWNERS: Final = """
SELECT m.org_id, m.user_id, s.id AS session_id
FROM app.members AS m JOIN app.users AS u ON u.id = m.user_id JOIN app.login_sessions AS s ON s.user_id = u.id
WHERE u.email_index = ANY($1) ORDER BY m.org_id
"""


def a_day_ahead(days: int, hour: int = 9) -> datetime:
    """That hour, `days` after today, in UTC."""
    return datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
