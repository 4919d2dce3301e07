"""What a company asks of its bookings: the terms of a cancellation, door codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.bookings.models import Booking, BookingRules, CancellationPolicy
from app.modules.calendar import public as calendar
from app.modules.customers import public as customers
from app.modules.orgs import public as orgs
from app.runtime.db.base import AnyRow
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.statements import Ready

INSTANT = sa.DateTime(timezone=True)
POLICY = sa.select(CancellationPolicy.kind, CancellationPolicy.steps, CancellationPolicy.version).where(
    CancellationPolicy.org_id == sa.bindparam("org_id")
)


async def get_policy(session: ReadSession, org_id: UUID) -> AnyRow | None:
    return (await session.execute(POLICY, {"org_id": org_id})).one_or_none()


OF_CUSTOMER = sa.bindparam("of_customer", type_=pg.UUID(as_uuid=True))
LIVE_HOLDS = sa.func.array(
    sa.select(Booking.hold_expires_at)
    .where(Booking.customer_id == OF_CUSTOMER, Booking.hold_expires_at > sa.bindparam("now"))
    .order_by(Booking.hold_expires_at)
    .scalar_subquery()
)
# Nobody's session sees other customers: a function of the database sums for it.
UNPROVEN_HOURS: sa.ColumnElement[Any] = sa.func.app.unproven_hours(
    sa.bindparam("org_id", type_=pg.UUID(as_uuid=True)),
    OF_CUSTOMER,
    sa.bindparam("since", type_=INSTANT),
    sa.bindparam("until", type_=INSTANT),
    sa.bindparam("now", type_=INSTANT),
    sa.bindparam("besides", type_=pg.UUID(as_uuid=True)),
    type_=pg.ARRAY(sa.Double()),
)
HAS_NO_PHONE = sa.exists().where(customers.CUSTOMERS.c.id == OF_CUSTOMER, sa.not_(customers.CUSTOMERS.c.has_phone))
TRUCKS = sa.select(calendar.TRUCKS.c.trucks).where(calendar.TRUCKS.c.org_id == sa.bindparam("org_id")).scalar_subquery()


def _held_under(unproven_hours: sa.ColumnElement[Any], trucks: sa.ColumnElement[Any]) -> Ready:
    return Ready(
        sa.select(
            orgs.COMPANIES.c.name,
            orgs.COMPANIES.c.status,
            CancellationPolicy.kind,
            CancellationPolicy.steps,
            sa.func.coalesce(BookingRules.door_codes, sa.false()).label("door_codes"),
            LIVE_HOLDS.label("holds_end"),
            unproven_hours.label("unproven_hours"),
            trucks.label("trucks"),
        )
        .select_from(orgs.COMPANIES)
        .outerjoin(CancellationPolicy, CancellationPolicy.org_id == orgs.COMPANIES.c.id)
        .outerjoin(BookingRules, BookingRules.org_id == orgs.COMPANIES.c.id)
        .where(orgs.COMPANIES.c.id == sa.bindparam("org_id"))
    )


HELD_BY_CUSTOMER = _held_under(sa.case((HAS_NO_PHONE, UNPROVEN_HOURS)), sa.case((HAS_NO_PHONE, TRUCKS)))
# A company's people see no customers.
HELD_BY_HAND = _held_under(sa.null(), sa.null())


async def what_company_asks(
    session: ReadSession, org_id: UUID, customer_id: UUID | None, now: datetime, between: tuple[datetime, datetime]
) -> DriverRow | None:
    """What a booking made now is held under: the company's `name` and `status`, `kind` and `steps` of its own terms,
    null by default, and whether it wants `door_codes`; `holds_end`: when the customer's live holds end, at whatever
    company, the first first, and of nobody none. Of a customer who has proved no phone number, `unproven_hours`: the
    truck-hours of jobs that start between, held or booked, that they have of the company already, and that all who
    have proved none have; and its `trucks`; else null.
    """
    since, until = between
    of = {"org_id": org_id, "of_customer": customer_id, "besides": None}
    statement = HELD_BY_HAND if customer_id is None else HELD_BY_CUSTOMER
    rows = await statement.rows(session, of | {"now": now, "since": since, "until": until})
    return rows[0] if rows else None


async def unproven_share(
    session: ReadSession, booking: Booking, now: datetime, between: tuple[datetime, datetime]
) -> AnyRow:
    """What the customer of a booking has of its company besides, as `what_company_asks` says it."""
    since, until = between
    of = {"org_id": booking.org_id, "of_customer": booking.customer_id, "besides": booking.id}
    query = sa.select(UNPROVEN_HOURS.label("unproven_hours"), TRUCKS.label("trucks"))
    return (await session.execute(query, of | {"now": now, "since": since, "until": until})).one()


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
