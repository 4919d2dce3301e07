"""Chains to look at and to tamper with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from app.kernel.actor import Mover, MoverMember, Role
from app.modules.audit.public import Change, record
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from tests.conftest import Logins

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def owner_of(org_id: UUID) -> Mover:
    return MoverMember(uuid4(), org_id, Role.OWNER, uuid4(), NOON)


async def write_entries(database: Database, org_id: UUID, count: int) -> None:
    """`count` entries of a company, each in a transaction of its own."""
    for number in range(1, count + 1):
        async with database.write(Identity(Audience.MOVER, org_id=org_id)) as session:
            change = Change("fleet.truck_changed", "truck", uuid4(), before={"capacity": 0}, after={"capacity": number})
            record(session, owner_of(org_id), change)


async def entries_of(logins: Logins, org_id: UUID) -> list[asyncpg.Record]:
    """A chain as the administrator reads it."""
    connection = await asyncpg.connect(logins.admin)
    try:
        return list(await connection.fetch("SELECT * FROM app.audit_entries WHERE org_id = $1 ORDER BY seq", org_id))
    finally:
        await connection.close()


@asynccontextmanager
async def as_table_owner(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may do everything to the table: policies and triggers are off while he is at it."""
    connection = await asyncpg.connect(logins.admin)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE movehub_owner")
            await connection.execute("ALTER TABLE app.audit_entries DISABLE TRIGGER USER")
            await connection.execute("ALTER TABLE app.audit_entries NO FORCE ROW LEVEL SECURITY")
            yield connection
            await connection.execute("ALTER TABLE app.audit_entries FORCE ROW LEVEL SECURITY")
            await connection.execute("ALTER TABLE app.audit_entries ENABLE TRIGGER USER")
    finally:
        await connection.close()
