"""What a company asks of its bookings: the terms of a cancellation, door codes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.bookings.models import BookingRules, CancellationPolicy
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.statements import Ready

POLICY = sa.select(CancellationPolicy.kind, CancellationPolicy.steps, CancellationPolicy.version).where(
    CancellationPolicy.org_id == sa.bindparam("org_id")
)


async def get_policy(session: ReadSession, org_id: UUID) -> AnyRow | None:
    return (await session.execute(POLICY, {"org_id": org_id})).one_or_none()


HELD_UNDER = Ready(
    sa.text(
        "SELECT p.kind, p.steps, coalesce(r.door_codes, false) AS door_codes "
        "FROM (SELECT CAST(:org_id AS uuid) AS org_id) AS o "
        "LEFT JOIN app.cancellation_policies AS p USING (org_id) LEFT JOIN app.booking_rules AS r USING (org_id)"
    ).bindparams(sa.bindparam("org_id", type_=pg.UUID(as_uuid=True)))
)


async def what_company_asks(session: ReadSession, org_id: UUID) -> tuple[dict[str, Any] | None, bool]:
    """What a booking made now is held under: the company's own terms, None by default, and whether it wants codes."""
    (row,) = await HELD_UNDER.rows(session, {"org_id": org_id})
    return {"kind": row.kind, "steps": row.steps} if row.kind else None, row.door_codes


async def insert_policy(session: WriteSession, policy: dict[str, Any]) -> bool:
    """Whether the company had none."""
    insert = pg.insert(CancellationPolicy).values(**policy).on_conflict_do_nothing(index_elements=["org_id"])
    return (await session.execute(insert.returning(CancellationPolicy.id))).one_or_none() is not None


async def lock_policy(session: WriteSession, org_id: UUID) -> CancellationPolicy | None:
    query = sa.select(CancellationPolicy).where(CancellationPolicy.org_id == org_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def get_rules(session: ReadSession, org_id: UUID) -> BookingRules | None:
    return (await session.execute(sa.select(BookingRules).where(BookingRules.org_id == org_id))).scalar_one_or_none()


async def insert_rules(session: WriteSession, rules: dict[str, Any]) -> bool:
    """Whether the company had none."""
    insert = pg.insert(BookingRules).values(**rules).on_conflict_do_nothing(index_elements=["org_id"])
    return (await session.execute(insert.returning(BookingRules.id))).one_or_none() is not None


async def lock_rules(session: WriteSession, org_id: UUID) -> BookingRules | None:
    query = sa.select(BookingRules).where(BookingRules.org_id == org_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()
