"""What stands on a board's days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.bookings.models import Booking
from app.modules.bookings.repository.bookings import NOT_WORKED
from app.modules.bookings.repository.listing import ITEM, ITEM_WITHOUT_TOTAL, STATUS
from app.modules.bookings.values import LONGEST_MOVE, BookingStatus
from app.runtime.db.session import ReadSession
from app.runtime.db.statements import Ready

INSTANT = sa.DateTime(timezone=True)


def _on_board(item: str) -> Ready:
    return Ready(
        sa.text(
            f"SELECT {item.replace('$1', ':now')} AS item FROM app.bookings AS b "  # noqa: S608 - constants of this package
            "WHERE b.org_id = :org_id AND b.starts_at < :until AND b.ends_at > :since "
            f"AND b.starts_at > :since - interval '{LONGEST_MOVE.days} days' "
            f"AND {STATUS.replace('$1', ':now')} NOT IN ('cancelled', 'expired', 'no_show') "
            "AND (CAST(:resource_id AS uuid) IS NULL "
            "OR :resource_id = ANY(b.truck_ids || b.driver_ids || b.equipment_ids)) "
            "AND (b.legs IS NULL OR EXISTS (SELECT FROM jsonb_array_elements(b.legs) AS l "
            "WHERE CAST(l->>'starts_at' AS timestamptz) < :until AND CAST(l->>'ends_at' AS timestamptz) > :since "
            "AND (CAST(:resource_id AS uuid) IS NULL "
            "OR (l->'truck_ids') || (l->'driver_ids') || (l->'equipment_ids') "
            "? CAST(CAST(:resource_id AS uuid) AS text)))) "
            "ORDER BY b.starts_at, b.id"
        ).bindparams(
            sa.bindparam("org_id", type_=pg.UUID(as_uuid=True)),
            sa.bindparam("resource_id", type_=pg.UUID(as_uuid=True)),
            sa.bindparam("since", type_=INSTANT),
            sa.bindparam("until", type_=INSTANT),
            sa.bindparam("now", type_=INSTANT),
        )
    )


ON_BOARD = _on_board(ITEM)
ON_BOARD_WITHOUT_TOTAL = _on_board(ITEM_WITHOUT_TOTAL)


async def list_on_board(
    session: ReadSession,
    org_id: UUID,
    between: tuple[datetime, datetime],
    now: datetime,
    resource_id: UUID | None,
    *,
    tells_total: bool,
) -> Sequence[str]:
    """The items, as JSON text, of live bookings that touch the time between, the first first."""
    since, until = between
    parameters = {"org_id": org_id, "since": since, "until": until, "now": now, "resource_id": resource_id}
    statement = ON_BOARD if tells_total else ON_BOARD_WITHOUT_TOTAL
    return [row.item for row in await statement.rows(session, parameters)]


async def _in_order(session: ReadSession, query: sa.Select[Booking]) -> Sequence[Booking]:
    return (await session.execute(query.order_by(Booking.starts_at, Booking.id))).scalars().all()


async def list_jobs_of(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], resource_id: UUID
) -> Sequence[Booking]:
    """The confirmed jobs of a truck or person that touch the time between, the first first."""
    since, until = between
    query = sa.select(Booking).where(
        Booking.org_id == org_id,
        Booking.starts_at < until,
        Booking.starts_at > since - LONGEST_MOVE,
        Booking.ends_at > since,
        Booking.status.not_in(NOT_WORKED),
        sa.literal(resource_id) == sa.any_(Booking.truck_ids.op("||")(Booking.driver_ids)),
    )
    return await _in_order(session, query)


async def list_tours(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], statuses: Sequence[BookingStatus]
) -> Sequence[Booking]:
    """Moves of several legs of which one starts between, the first first."""
    since, until = between
    legs = sa.func.jsonb_array_elements(Booking.legs).table_valued(sa.column("value", pg.JSONB)).alias("leg")
    starts_at = legs.c.value["starts_at"].astext.cast(INSTANT)
    query = sa.select(Booking).where(
        Booking.org_id == org_id,
        Booking.starts_at > since - LONGEST_MOVE,
        Booking.starts_at < until,
        Booking.ends_at > since,
        Booking.status.in_(statuses),
        Booking.legs.is_not(None),
        sa.exists(sa.select(1).select_from(legs).where(starts_at >= since, starts_at < until)),
    )
    return await _in_order(session, query)


async def list_starting(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], statuses: Sequence[BookingStatus]
) -> Sequence[Booking]:
    """Those in one piece that start between, the first first."""
    since, until = between
    query = sa.select(Booking).where(
        Booking.org_id == org_id,
        Booking.starts_at >= since,
        Booking.starts_at < until,
        Booking.status.in_(statuses),
        Booking.legs.is_(None),
    )
    return await _in_order(session, query)


async def list_in_status(
    session: ReadSession, org_id: UUID, booking_ids: Collection[UUID], statuses: Collection[BookingStatus]
) -> set[UUID]:
    """Those of them whose status is one of these."""
    query = sa.select(Booking.id).where(
        Booking.org_id == org_id, Booking.id.in_(booking_ids), Booking.status.in_(statuses)
    )
    return set((await session.execute(query)).scalars())
