from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.paging import PageRequest
from app.modules.bookings.models import Booking, BookingRules, BookingStep, CalendarFeed, CancellationPolicy, DoorCode
from app.modules.bookings.repository.desk import ENDED
from app.modules.bookings.values import BookingStatus, Door
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import HotRead, ReadSession, WriteSession
from app.runtime.db.statements import Ready, ReadyInsert
from app.runtime.db.walk import Walk

LIVE = sa.text("status NOT IN ('cancelled', 'expired', 'no_show')")
NOT_WORKED = (BookingStatus.HELD, BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.NO_SHOW)
QUIET = {"synchronize_session": False}
BOOKINGS = table_of(Booking)
INSERT_BOOKING = Ready(
    pg.insert(BOOKINGS)
    .on_conflict_do_nothing(index_elements=["org_id", "quote_id"], index_where=LIVE)
    .returning(BOOKINGS.c.id)
)
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


async def list_open_of_customer(session: ReadSession, customer_id: UUID, now: datetime) -> Sequence[AnyRow]:
    is_dead_hold = sa.and_(Booking.status == BookingStatus.HELD, Booking.hold_expires_at <= now)
    query = (
        sa.select(Booking.id, Booking.reference, Booking.status)
        .where(Booking.customer_id == customer_id, Booking.status.not_in(ENDED), sa.not_(is_dead_hold))
        .order_by(Booking.starts_at, Booking.id)
    )
    return (await session.execute(query)).all()


async def overwrite_booking(session: WriteSession, org_id: UUID, booking_id: UUID, fields: dict[str, Any]) -> None:
    query = sa.update(Booking).where(Booking.org_id == org_id, Booking.id == booking_id)
    await session.execute(query.values(version=Booking.version + 1, **fields), execution_options=QUIET)


async def clear_notes(session: WriteSession, org_id: UUID, booking_id: UUID) -> None:
    query = sa.update(BookingStep).where(BookingStep.org_id == org_id, BookingStep.booking_id == booking_id)
    told = sa.or_(BookingStep.note.is_not(None), BookingStep.latitude.is_not(None))
    cleared = query.where(told).values(note=None, latitude=None, longitude=None)
    await session.execute(cleared, execution_options=QUIET)


async def insert_step(session: WriteSession, step: dict[str, Any]) -> None:
    await INSERT_STEP.insert(session, [step])


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


async def insert_door_codes(session: WriteSession, codes: Sequence[dict[str, Any]]) -> None:
    await session.execute(sa.insert(table_of(DoorCode)), codes)


async def list_door_codes(session: ReadSession, org_id: UUID, booking_id: UUID) -> dict[Door, DoorCode]:
    query = sa.select(DoorCode).where(DoorCode.org_id == org_id, DoorCode.booking_id == booking_id)
    return {code.door: code for code in (await session.execute(query)).scalars()}


# The list is the busiest read: it runs on the driver, and PostgreSQL builds each item, which the program only
# joins. What `rules.as_of` says of an expired hold stands here as the CASE. $1 is the instant of the request.
STATUS = "CASE WHEN b.status = 'held' AND b.hold_expires_at <= $1 THEN 'expired' ELSE b.status END"
ITEM = f"""json_build_object(
    'id', b.id, 'reference', b.reference, 'status', {STATUS},
    'hold_expires_at', to_char(b.hold_expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'starts_at', to_char(b.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'ends_at', to_char(b.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'pickup_zone', b.pickup_zone, 'organization_id', b.org_id, 'contact_name', b.contact->>'full_name',
    'origin_city', b.origin->>'city', 'destination_city', b.destination->>'city',
    'crew_size', b.crew_size, 'truck_ids', b.truck_ids, 'driver_ids', b.driver_ids,
    'total', json_build_object('amount', b.total::text, 'currency', b.currency), 'version', b.version)::text"""
# How each filter is written; its value takes the place of {}.
FILTERS = {"status": f"{STATUS} = ${{}}", "starts_after": "b.starts_at >= ${}", "starts_before": "b.starts_at < ${}"}


@lru_cache(maxsize=64)
def list_query(owner: str, filters: tuple[str, ...], *, is_continued: bool) -> str:
    """The text of a list: put together from the constants of this file alone, every value is bound."""
    conditions = [f"b.{owner} = $2"]
    conditions += [FILTERS[name].format(number) for number, name in enumerate(filters, start=4)]
    if is_continued:
        first = 4 + len(filters)
        conditions.append(f"(b.starts_at, b.id) < (${first}, ${first + 1})")
    where = " AND ".join(conditions)
    return (
        f"SELECT b.starts_at, b.id, {ITEM} AS item FROM app.bookings AS b WHERE {where} "  # noqa: S608
        "ORDER BY b.starts_at DESC, b.id DESC LIMIT $3"
    )


async def list_bookings(
    hot: HotRead, owner: tuple[str, UUID], page: PageRequest, now: datetime, filters: dict[str, Any]
) -> Sequence[Any]:
    """Up to one row more than the page: (starts_at, id, the item as JSON text). The latest start first.

    `owner` is the column, org_id or customer_id, and its value.
    """
    values: list[Any] = [now, owner[1], page.limit + 1, *filters.values()]
    if page.after is not None:
        values += [datetime.fromisoformat(page.after[0]), UUID(page.after[1])]
    query = list_query(owner[0], tuple(filters), is_continued=page.after is not None)
    return await hot.rows(query, *values)


INSTANT = sa.DateTime(timezone=True)
ON_BOARD = sa.text(
    f"SELECT {ITEM.replace('$1', ':now')} AS item FROM app.bookings AS b "  # noqa: S608 - constants of this file
    "WHERE b.org_id = :org_id AND b.starts_at < :until AND b.ends_at > :since "
    "AND b.starts_at > :since - interval '30 days' "
    f"AND {STATUS.replace('$1', ':now')} NOT IN ('cancelled', 'expired', 'no_show') "
    "AND (CAST(:resource_id AS uuid) IS NULL OR :resource_id = ANY(b.truck_ids || b.driver_ids)) "
    "ORDER BY b.starts_at, b.id"
).bindparams(
    sa.bindparam("org_id", type_=pg.UUID(as_uuid=True)),
    sa.bindparam("resource_id", type_=pg.UUID(as_uuid=True)),
    sa.bindparam("since", type_=INSTANT),
    sa.bindparam("until", type_=INSTANT),
    sa.bindparam("now", type_=INSTANT),
)


async def list_on_board(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], now: datetime, resource_id: UUID | None
) -> Sequence[str]:
    """The items, as JSON text, of live bookings that touch the time between, the first first."""
    since, until = between
    parameters = {"org_id": org_id, "since": since, "until": until, "now": now, "resource_id": resource_id}
    return (await session.execute(ON_BOARD, parameters)).scalars().all()


async def list_jobs_of(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], resource_id: UUID
) -> Sequence[Booking]:
    """The confirmed jobs of a truck or person that touch the time between, the first first."""
    since, until = between
    query = (
        sa.select(Booking)
        .where(
            Booking.org_id == org_id,
            Booking.starts_at < until,
            Booking.starts_at > since - timedelta(days=30),
            Booking.ends_at > since,
            Booking.status.not_in(NOT_WORKED),
            sa.literal(resource_id) == sa.any_(Booking.truck_ids.op("||")(Booking.driver_ids)),
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    return (await session.execute(query)).scalars().all()


async def list_starting(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], statuses: Sequence[BookingStatus]
) -> Sequence[Booking]:
    """Those that start between, the first first."""
    since, until = between
    query = (
        sa.select(Booking)
        .where(
            Booking.org_id == org_id,
            Booking.starts_at >= since,
            Booking.starts_at < until,
            Booking.status.in_(statuses),
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    return (await session.execute(query)).scalars().all()


async def list_for_feed(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], resource_id: UUID | None, limit: int
) -> Sequence[Booking]:
    """What was ever confirmed and starts between, cancelled ones among them, the first first."""
    since, until = between
    query = sa.select(Booking).where(
        Booking.org_id == org_id,
        Booking.starts_at >= since,
        Booking.starts_at < until,
        Booking.confirmed_at.is_not(None),
    )
    if resource_id is not None:
        query = query.where(sa.literal(resource_id) == sa.any_(Booking.truck_ids.op("||")(Booking.driver_ids)))
    return (await session.execute(query.order_by(Booking.starts_at, Booking.id).limit(limit))).scalars().all()


LIVE_FEEDS = sa.select(CalendarFeed).where(CalendarFeed.revoked_at.is_(None)).order_by(CalendarFeed.id)


async def get_feed(session: ReadSession, org_id: UUID, feed_id: UUID) -> CalendarFeed | None:
    query = LIVE_FEEDS.where(CalendarFeed.org_id == org_id, CalendarFeed.id == feed_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_feeds(session: ReadSession, org_id: UUID) -> Sequence[CalendarFeed]:
    return (await session.execute(LIVE_FEEDS.where(CalendarFeed.org_id == org_id))).scalars().all()


async def revoke_feed(session: WriteSession, org_id: UUID, feed_id: UUID, now: datetime) -> bool:
    query = (
        sa.update(CalendarFeed)
        .where(CalendarFeed.org_id == org_id, CalendarFeed.id == feed_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(CalendarFeed.id)
    )
    return (await session.execute(query, execution_options=QUIET)).one_or_none() is not None


async def list_dead_holds(session: ReadSession, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(org_id, booking_id) of holds past their time, across companies: ids and nothing else."""
    query = sa.text("SELECT org_id, booking_id FROM app.dead_holds(:now, :limit)")
    return (await session.execute(query, {"now": now, "limit": limit})).all()


PRICED = sa.select(
    *(
        BOOKINGS.c[name]
        for name in (
            *("org_id", "id", "pricing_config_id", "job", "price", "total", "currency"),
            *("actuals", "final_price"),
        )
    )
)


async def list_priced(session: ReadSession, walk: Walk) -> Sequence[AnyRow]:
    """The next bookings of a walk over all companies, with what their prices were made of."""
    return (await session.execute(walk.step(PRICED, BOOKINGS, BOOKINGS.c.created_at))).all()


async def list_latest_priced(session: ReadSession, org_id: UUID, since: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, reference, starts_at, job) of the company's bookings by its price list that were made since then and not
    called off, the latest first. Ids rise with the time.
    """
    query = sa.select(BOOKINGS.c.id, BOOKINGS.c.reference, BOOKINGS.c.starts_at, BOOKINGS.c.job).where(
        BOOKINGS.c.org_id == org_id, BOOKINGS.c.pricing_config_id.is_not(None), BOOKINGS.c.created_at >= since, LIVE
    )
    return (await session.execute(query.order_by(BOOKINGS.c.id.desc()).limit(limit))).all()


async def list_final_prices(session: ReadSession, keys: Collection[tuple[UUID, UUID]]) -> Sequence[AnyRow]:
    """(id, final_price) of these bookings, by company and id."""
    query = sa.select(BOOKINGS.c.id, BOOKINGS.c.final_price)
    return (await session.execute(query.where(sa.tuple_(BOOKINGS.c.org_id, BOOKINGS.c.id).in_(keys)))).all()
