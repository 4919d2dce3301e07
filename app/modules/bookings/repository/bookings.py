"""A booking, its steps and its doors: written, locked, read whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.bookings.models import Booking, BookingStep, DoorCode
from app.modules.bookings.values import BookingStatus, Door
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.statements import Ready, ReadyInsert

LIVE = sa.text("status NOT IN ('cancelled', 'expired', 'no_show')")
NOT_WORKED = (BookingStatus.HELD, BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.NO_SHOW)
ENDED = (BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.NO_SHOW)
FORGOTTEN_AT_ONCE = 200
QUIET = {"synchronize_session": False}
BOOKINGS = table_of(Booking)
INSERT_BOOKING = Ready(
    pg.insert(BOOKINGS)
    .on_conflict_do_nothing(index_elements=["org_id", "quote_id"], index_where=LIVE)
    .returning(BOOKINGS.c.id)
)
INSERT_UNQUOTED = ReadyInsert(BOOKINGS)
INSERT_STEP = ReadyInsert(table_of(BookingStep))
FIND_OWN = sa.text(
    "SELECT b.org_id, set_config('app.current_org_id', b.org_id::text, true) FROM app.bookings AS b "
    "WHERE b.id = :booking_id AND b.customer_id = :customer_id"
).bindparams(
    sa.bindparam("booking_id", type_=pg.UUID(as_uuid=True)), sa.bindparam("customer_id", type_=pg.UUID(as_uuid=True))
)


async def find_org_of_own_booking(session: ReadSession, booking_id: UUID, customer_id: UUID) -> UUID | None:
    """The company of a customer's own booking; the transaction acts on it from here on."""
    row = (await session.execute(FIND_OWN, {"booking_id": booking_id, "customer_id": customer_id})).one_or_none()
    return row.org_id if row else None


async def insert_booking(session: WriteSession, booking: dict[str, Any]) -> bool:
    """Whether the row went in; not, when a live booking has its quote."""
    return bool(await INSERT_BOOKING.rows(session, booking))


def insert_unquoted(session: WriteSession, booking: dict[str, Any]) -> None:
    """A booking by hand, which nothing can be in the way of: with the transaction's last statement."""
    INSERT_UNQUOTED.insert_last(session, [booking])


async def expire_hold_of_quote(session: WriteSession, org_id: UUID, quote_id: UUID, now: datetime) -> UUID | None:
    """Write down that the quote's hold has expired; its id, when there was one."""
    query = (
        sa.update(Booking)
        .where(
            Booking.org_id == org_id,
            Booking.quote_id == quote_id,
            Booking.status == BookingStatus.HELD,
            Booking.hold_expires_at <= now,
        )
        .values(status=BookingStatus.EXPIRED, hold_expires_at=None, version=Booking.version + 1, updated_at=now)
        .returning(Booking.id)
    )
    return (await session.execute(query, execution_options=QUIET)).scalar_one_or_none()


BOOKED = Ready(
    sa.select(BOOKINGS.c.id).where(
        BOOKINGS.c.org_id == sa.bindparam("of_org"),
        BOOKINGS.c.quote_id == sa.bindparam("of_quote"),
        LIVE,
        sa.or_(BOOKINGS.c.status != BookingStatus.HELD, BOOKINGS.c.hold_expires_at > sa.bindparam("now")),
    )
)


async def is_quote_booked(session: ReadSession, org_id: UUID, quote_id: UUID, now: datetime) -> bool:
    """Whether a booking of the quote lives, or its hold runs."""
    return bool(await BOOKED.rows(session, {"of_org": org_id, "of_quote": quote_id, "now": now}))


async def lock_booking(session: WriteSession, org_id: UUID, booking_id: UUID) -> Booking | None:
    query = sa.select(Booking).where(Booking.org_id == org_id, Booking.id == booking_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def get_booking_of(session: ReadSession, org_id: UUID, booking_id: UUID) -> Booking | None:
    query = sa.select(Booking).where(Booking.org_id == org_id, Booking.id == booking_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_booking(session: ReadSession, booking_id: UUID) -> Booking | None:
    """By id alone: the policies show a member its company's, a customer their own."""
    return (await session.execute(sa.select(Booking).where(Booking.id == booking_id))).scalar_one_or_none()


async def list_rows_of_customer(session: ReadSession, customer_id: UUID) -> Sequence[dict[str, Any]]:
    """The whole rows, for the customer's own transaction."""
    query = sa.select(BOOKINGS).where(BOOKINGS.c.customer_id == customer_id).order_by(BOOKINGS.c.id)
    return [dict(row) for row in (await session.execute(query)).mappings()]


def is_open(now: datetime) -> sa.ColumnElement[bool]:
    """Held or promised, and not done; a hold past its time is over, whether or not the sweeper has written it."""
    is_dead_hold = sa.and_(Booking.status == BookingStatus.HELD, Booking.hold_expires_at <= now)
    return sa.and_(Booking.status.not_in(ENDED), sa.not_(is_dead_hold))


async def list_open_of_customer(session: ReadSession, customer_id: UUID, now: datetime) -> Sequence[AnyRow]:
    query = (
        sa.select(Booking.id, Booking.reference, Booking.status)
        .where(Booking.customer_id == customer_id, is_open(now))
        .order_by(Booking.starts_at, Booking.id)
    )
    return (await session.execute(query)).all()


async def lock_expired_before(session: WriteSession, org_id: UUID, kept_since: datetime) -> Sequence[Booking]:
    """A batch of a company's holds that expired, were made before that instant and still tell whose they were."""
    is_old = sa.and_(Booking.status == BookingStatus.EXPIRED, Booking.created_at <= kept_since)
    query = sa.select(Booking).where(Booking.org_id == org_id, is_old, Booking.sealed_contact.is_not(None))
    query = query.order_by(Booking.id).limit(FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    return (await session.execute(query)).scalars().all()


async def overwrite_booking(session: WriteSession, org_id: UUID, booking_id: UUID, fields: dict[str, Any]) -> None:
    query = sa.update(Booking).where(Booking.org_id == org_id, Booking.id == booking_id)
    await session.execute(query.values(version=Booking.version + 1, **fields), execution_options=QUIET)


async def clear_notes(session: WriteSession, org_id: UUID, booking_id: UUID) -> None:
    query = sa.update(BookingStep).where(BookingStep.org_id == org_id, BookingStep.booking_id == booking_id)
    told = sa.or_(BookingStep.note.is_not(None), BookingStep.latitude.is_not(None))
    cleared = query.where(told).values(note=None, latitude=None, longitude=None)
    await session.execute(cleared, execution_options=QUIET)


def insert_step(session: WriteSession, step: dict[str, Any]) -> None:
    INSERT_STEP.insert_last(session, [step])


async def list_steps(session: ReadSession, org_id: UUID, booking_id: UUID) -> Sequence[AnyRow]:
    query = (
        sa.select(
            BookingStep.at,
            BookingStep.from_status,
            BookingStep.to_status,
            BookingStep.actor_kind,
            BookingStep.actor_id,
            BookingStep.note,
            BookingStep.latitude,
            BookingStep.longitude,
            BookingStep.photo_ids,
        )
        .where(BookingStep.org_id == org_id, BookingStep.booking_id == booking_id)
        .order_by(BookingStep.at, BookingStep.id)
    )
    return (await session.execute(query)).all()


async def insert_door_codes(session: WriteSession, codes: Sequence[dict[str, Any]]) -> None:
    await session.execute(sa.insert(table_of(DoorCode)), codes)


async def list_door_codes(session: ReadSession, org_id: UUID, booking_id: UUID) -> dict[Door, DoorCode]:
    query = sa.select(DoorCode).where(DoorCode.org_id == org_id, DoorCode.booking_id == booking_id)
    return {code.door: code for code in (await session.execute(query)).scalars()}


async def list_dead_holds(session: ReadSession, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(org_id, booking_id) of holds past their time, across companies: ids and nothing else."""
    query = sa.text("SELECT org_id, booking_id FROM app.dead_holds(:now, :limit)")
    return (await session.execute(query, {"now": now, "limit": limit})).all()
