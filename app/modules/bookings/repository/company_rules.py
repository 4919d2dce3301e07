"""What a company asks of its bookings: the terms of a cancellation, door codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.bookings.models import Booking, BookingRules, CancellationPolicy
from app.modules.orgs import public as orgs
from app.runtime.db.base import AnyRow
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.statements import Ready

POLICY = sa.select(CancellationPolicy.kind, CancellationPolicy.steps, CancellationPolicy.version).where(
    CancellationPolicy.org_id == sa.bindparam("org_id")
)


async def get_policy(session: ReadSession, org_id: UUID) -> AnyRow | None:
    return (await session.execute(POLICY, {"org_id": org_id})).one_or_none()


LIVE_HOLDS = sa.func.array(
    sa.select(Booking.hold_expires_at)
    .where(Booking.customer_id == sa.bindparam("of_customer"), Booking.hold_expires_at > sa.bindparam("now"))
    .order_by(Booking.hold_expires_at)
    .scalar_subquery()
)
HELD_UNDER = Ready(
    sa.select(
        orgs.COMPANIES.c.name,
        orgs.COMPANIES.c.status,
        CancellationPolicy.kind,
        CancellationPolicy.steps,
        sa.func.coalesce(BookingRules.door_codes, sa.false()).label("door_codes"),
        LIVE_HOLDS.label("holds_end"),
    )
    .select_from(orgs.COMPANIES)
    .outerjoin(CancellationPolicy, CancellationPolicy.org_id == orgs.COMPANIES.c.id)
    .outerjoin(BookingRules, BookingRules.org_id == orgs.COMPANIES.c.id)
    .where(orgs.COMPANIES.c.id == sa.bindparam("org_id"))
)


async def what_company_asks(
    session: ReadSession, org_id: UUID, customer_id: UUID | None, now: datetime
) -> DriverRow | None:
    """What a booking made now is held under: the company's `name` and `status`, `kind` and `steps` of its own terms,
    null by default, and whether it wants `door_codes`; `holds_end`: when the customer's live holds end, at whatever
    company, the first first, and of nobody none.
    """
    rows = await HELD_UNDER.rows(session, {"org_id": org_id, "of_customer": customer_id, "now": now})
    return rows[0] if rows else None


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
