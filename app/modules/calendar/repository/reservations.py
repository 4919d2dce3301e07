from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.ids import new_id
from app.modules.calendar.models import CalendarRules, DayLimit, Reservation, Resource
from app.modules.calendar.values import (
    LONGEST_DRIVE,
    LONGEST_LOCAL_DRIVE,
    DayLimits,
    Hours,
    ReservationKind,
    ResourceKind,
    ResourceSpec,
    Stops,
    TruckClass,
    Window,
)
from app.modules.calendar.values import DayLimit as Limit
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.statements import Ready, ReadyInsert

# A reservation is 30 days long at most (ck_reservations_window): none that starts earlier can reach a window.
LONGEST = sa.text("interval '30 days'")
UUIDS = pg.ARRAY(pg.UUID(as_uuid=True))
INSTANT = sa.DateTime(timezone=True)
RESERVATIONS = table_of(Reservation)


def _spec(row: AnyRow | DriverRow) -> ResourceSpec:
    return ResourceSpec(
        id=row.id,
        kind=ResourceKind(row.kind),
        capacity_cuft=row.capacity_cuft,
        max_weight_lb=row.max_weight_lb,
        skills=tuple(row.skills),
        usable_until=row.usable_until,
        turnaround_minutes=row.turnaround_minutes,
        hours=_hours(row),
        limits=_limits(row),
        branch_id=row.branch_id,
    )


def _hours(row: AnyRow | DriverRow) -> Hours | None:
    if row.hours_zone is None:
        return None
    found = (row.hours_weekly, row.hours_less, row.hours_more)
    return Hours(row.hours_zone, *(tuple((one.lower, one.upper) for one in spans) for spans in found))


def _limits(row: AnyRow | DriverRow) -> DayLimits | None:
    if row.limits_zone is None:
        return None
    whole = {name: getattr(row, name) for name in JOBS_OF}
    of_branches = [(UUID(one["branch_id"]), size, one[name]) for one in row.branches for name, size in JOBS_OF.items()]
    each = [*((None, size, whole[name]) for name, size in JOBS_OF.items()), *of_branches]
    return DayLimits(
        row.limits_zone, tuple(Limit(branch, size, most) for branch, size, most in each if most is not None)
    )


# The columns of the limits, and the fields of a branch's, by the size of truck that they are for.
JOBS_OF = {"jobs": None, "van_jobs": TruckClass.VAN, "box_jobs": TruckClass.BOX, "large_jobs": TruckClass.LARGE}


SPEC = (
    Resource.id,
    Resource.kind,
    Resource.capacity_cuft,
    Resource.max_weight_lb,
    Resource.skills,
    Resource.usable_until,
    Resource.turnaround_minutes,
    Resource.hours_zone,
    Resource.hours_weekly,
    Resource.hours_less,
    Resource.hours_more,
    DayLimit.zone.label("limits_zone"),
    DayLimit.jobs,
    DayLimit.van_jobs,
    DayLimit.box_jobs,
    DayLimit.large_jobs,
    DayLimit.branches,
    Resource.branch_id,
)


async def insert_resource(session: WriteSession, org_id: UUID, spec: ResourceSpec) -> None:
    resource = {
        "org_id": org_id,
        "id": spec.id,
        "kind": spec.kind,
        "capacity_cuft": spec.capacity_cuft,
        "max_weight_lb": spec.max_weight_lb,
        "skills": list(spec.skills),
        "usable_until": spec.usable_until,
        "branch_id": spec.branch_id,
        "turnaround_minutes": sa.func.coalesce(
            sa.select(CalendarRules.turnaround_minutes).where(CalendarRules.org_id == org_id).scalar_subquery(), 0
        ),
    }
    await session.execute(sa.insert(Resource).values(**resource))


async def set_turnaround(session: WriteSession, org_id: UUID, minutes: int) -> None:
    """For the resources that are there, and for those to come."""
    row = {"org_id": org_id, "id": new_id(), "turnaround_minutes": minutes}
    insert = pg.insert(CalendarRules).values(**row)
    changed = {"turnaround_minutes": insert.excluded.turnaround_minutes}
    await session.execute(insert.on_conflict_do_update(index_elements=["org_id"], set_=changed))
    query = sa.update(Resource).where(Resource.org_id == org_id).values(turnaround_minutes=minutes)
    await session.execute(query, execution_options={"synchronize_session": False})


async def update_resource(session: WriteSession, org_id: UUID, spec: ResourceSpec) -> bool:
    query = (
        sa.update(Resource)
        .where(Resource.org_id == org_id, Resource.id == spec.id)
        .values(
            capacity_cuft=spec.capacity_cuft,
            max_weight_lb=spec.max_weight_lb,
            skills=list(spec.skills),
            usable_until=spec.usable_until,
            branch_id=spec.branch_id,
        )
        .returning(Resource.id)
    )
    return (await session.execute(query)).one_or_none() is not None


async def retire_resource(session: WriteSession, org_id: UUID, resource_id: UUID, now: datetime) -> bool:
    query = (
        sa.update(Resource)
        .where(Resource.org_id == org_id, Resource.id == resource_id, Resource.retired_at.is_(None))
        .values(retired_at=now)
        .returning(Resource.id)
    )
    return (await session.execute(query)).one_or_none() is not None


async def count_in_service(session: ReadSession, org_id: UUID) -> Sequence[AnyRow]:
    query = (
        sa.select(Resource.kind, sa.func.count().label("in_service"))
        .where(Resource.org_id == org_id, Resource.retired_at.is_(None))
        .group_by(Resource.kind)
    )
    return (await session.execute(query)).all()


# NO KEY UPDATE: writers of reservations wait, foreign-key checks do not.
IN_SERVICE = (
    sa.select(*SPEC)
    .outerjoin(DayLimit, DayLimit.org_id == Resource.org_id)
    .where(Resource.org_id == sa.bindparam("org_id"), Resource.retired_at.is_(None))
)
IN_ORDER = IN_SERVICE.order_by(Resource.id).with_for_update(key_share=True, of=Resource)
NAMED = Resource.id == sa.any_(sa.bindparam("ids", type_=UUIDS))
ALL_TRUCKS = sa.and_(DayLimit.zone.is_not(None), Resource.kind == sa.literal_column("'truck'"))
# Pieces of equipment are taken where they are named, and are nobody's to choose.
CHOSEN_FROM = Resource.kind != sa.literal_column("'equipment'")
LOCK_ALL = Ready(IN_ORDER.where(CHOSEN_FROM))
LOCK_ALL_AND = Ready(IN_ORDER.where(sa.or_(CHOSEN_FROM, NAMED)))
LOCK_NAMED = Ready(IN_ORDER.where(NAMED))
LOCK_FOR_SALE = Ready(IN_ORDER.where(sa.or_(NAMED, ALL_TRUCKS)))


async def list_resources(session: ReadSession, org_id: UUID) -> list[ResourceSpec]:
    """The company's resources in service."""
    return [_spec(row) for row in await session.execute(IN_SERVICE, {"org_id": org_id})]


async def lock_resources(session: WriteSession, org_id: UUID, ids: Sequence[UUID] | None = None) -> list[ResourceSpec]:
    """The company's trucks and people in service (or those of `ids`), locked in id order, as everybody locks."""
    if ids is None:
        rows = await LOCK_ALL.rows(session, {"org_id": org_id})
    else:
        rows = await LOCK_NAMED.rows(session, {"org_id": org_id, "ids": list(ids)})
    return [_spec(row) for row in rows]


async def lock_all_and(session: WriteSession, org_id: UUID, ids: Sequence[UUID]) -> list[ResourceSpec]:
    """The company's trucks and people in service, and these pieces of equipment; locked in id order."""
    return [_spec(row) for row in await LOCK_ALL_AND.rows(session, {"org_id": org_id, "ids": list(ids)})]


async def lock_for_sale(session: WriteSession, org_id: UUID, ids: Sequence[UUID]) -> list[ResourceSpec]:
    """These resources, and all trucks of a company that limits its days: who counts its jobs counts alone."""
    rows = await LOCK_FOR_SALE.rows(session, {"org_id": org_id, "ids": list(ids)})
    return [_spec(row) for row in rows]


BUSY = Ready(
    sa.select(
        Reservation.id,
        Reservation.resource_id,
        Reservation.source_id,
        Reservation.starts_at,
        Reservation.ends_at,
        Reservation.held_until,
        Reservation.first_lat,
        Reservation.first_lng,
        Reservation.last_lat,
        Reservation.last_lng,
        Reservation.is_far,
    ).where(
        Reservation.org_id == sa.bindparam("org_id"),
        Reservation.resource_id == sa.any_(sa.bindparam("resource_ids", type_=UUIDS)),
        Reservation.active,
        Reservation.starts_at < sa.bindparam("until", type_=INSTANT),
        Reservation.starts_at > sa.bindparam("far_since", type_=INSTANT) - LONGEST,
        Reservation.ends_at > sa.bindparam("far_since", type_=INSTANT),
        sa.or_(Reservation.ends_at > sa.bindparam("since", type_=INSTANT), Reservation.is_far),
    )
)


async def list_busy(
    session: ReadSession, org_id: UUID, resource_ids: Sequence[UUID], window: Window, *, goes_far: bool = False
) -> Sequence[DriverRow]:
    """Active reservations that touch the window or lie within a drive of it, dead holds among them. `goes_far`: what is
    asked for ends far away, and what follows is looked at for longer.

    Only leakproof comparisons: they may use the index under row-level security.
    """
    parameters = {
        "org_id": org_id,
        "resource_ids": list(resource_ids),
        "since": window.starts_at - LONGEST_LOCAL_DRIVE,
        "far_since": window.starts_at - LONGEST_DRIVE,
        "until": window.ends_at + (LONGEST_DRIVE if goes_far else LONGEST_LOCAL_DRIVE),
    }
    return await BUSY.rows(session, parameters)


def stops_row(stops: Stops | None) -> dict[str, Any]:
    if stops is None:
        return {"first_lat": None, "first_lng": None, "last_lat": None, "last_lng": None, "is_far": False}
    return {
        "first_lat": stops.first.lat,
        "first_lng": stops.first.lng,
        "last_lat": stops.last.lat,
        "last_lng": stops.last.lng,
        "is_far": stops.is_far,
    }


async def release_dead(session: WriteSession, org_id: UUID, ids: Sequence[UUID], now: datetime) -> int:
    """Free those of `ids` whose hold is past its time; how many. One that was confirmed since it was read stays."""
    query = sa.update(Reservation).where(
        Reservation.org_id == org_id, Reservation.id.in_(ids), Reservation.active, Reservation.held_until <= now
    )
    freed = query.values(active=False).returning(Reservation.id)
    return len((await session.execute(freed, execution_options={"synchronize_session": False})).all())


INSERT_RESERVATIONS = ReadyInsert(RESERVATIONS, "ON CONFLICT DO NOTHING")


async def insert_reservations(session: WriteSession, rows: Sequence[dict[str, Any]]) -> int:
    """Insert in resource order; how many were not refused by the exclusion constraint."""
    return await INSERT_RESERVATIONS.insert(session, sorted(rows, key=lambda row: row["resource_id"]))


def reservation_row(
    org_id: UUID,
    resource: ResourceSpec,
    window: Window,
    *,
    kind: ReservationKind,
    source_id: UUID,
    held_until: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "id": new_id(),
        "resource_id": resource.id,
        "resource_kind": resource.kind,
        "during": pg.Range(window.starts_at, window.ends_at, bounds="[)"),
        "kind": kind,
        "source_id": source_id,
        "active": True,
        "held_until": held_until,
        "created_at": now,
    }


async def keep_source(session: WriteSession, org_id: UUID, source_id: UUID) -> int:
    query = (
        sa.update(Reservation)
        .where(Reservation.org_id == org_id, Reservation.source_id == source_id, Reservation.active)
        .values(held_until=None)
        .returning(Reservation.id)
    )
    rows = await session.execute(query, execution_options={"synchronize_session": False})
    return len(rows.all())


async def release_source(session: WriteSession, org_id: UUID, source_id: UUID) -> int:
    query = (
        sa.update(Reservation)
        .where(Reservation.org_id == org_id, Reservation.source_id == source_id, Reservation.active)
        .values(active=False)
        .returning(Reservation.id)
    )
    rows = await session.execute(query, execution_options={"synchronize_session": False})
    return len(rows.all())


async def release_leg(
    session: WriteSession, org_id: UUID, source_id: UUID, window: Window, resource_ids: Sequence[UUID]
) -> int:
    """How many were freed. Locks: the reservations of these resources in this window."""
    query = (
        sa.update(Reservation)
        .where(
            Reservation.org_id == org_id,
            Reservation.source_id == source_id,
            Reservation.active,
            Reservation.starts_at >= window.starts_at,
            Reservation.ends_at <= window.ends_at,
            Reservation.resource_id.in_(resource_ids),
        )
        .values(active=False)
        .returning(Reservation.id)
    )
    return len((await session.execute(query, execution_options={"synchronize_session": False})).all())


async def forget_stops(session: WriteSession, org_id: UUID, source_id: UUID) -> None:
    query = sa.update(Reservation).where(Reservation.org_id == org_id, Reservation.source_id == source_id)
    nowhere = dict.fromkeys(("first_lat", "first_lng", "last_lat", "last_lng"))
    await session.execute(query.values(**nowhere), execution_options={"synchronize_session": False})


async def exists_taken_after(session: ReadSession, org_id: UUID, resource_id: UUID, now: datetime) -> bool:
    query = sa.select(
        sa.exists().where(
            Reservation.org_id == org_id,
            Reservation.resource_id == resource_id,
            Reservation.active,
            Reservation.ends_at > now,
            sa.or_(Reservation.held_until.is_(None), Reservation.held_until > now),
        )
    )
    return (await session.execute(query)).scalar_one()


async def list_time_off(session: ReadSession, org_id: UUID, resource_id: UUID, now: datetime) -> Sequence[AnyRow]:
    query = (
        sa.select(Reservation.source_id, Reservation.starts_at, Reservation.ends_at)
        .where(
            Reservation.org_id == org_id,
            Reservation.resource_id == resource_id,
            Reservation.kind == ReservationKind.TIME_OFF,
            Reservation.active,
            Reservation.ends_at > now,
        )
        .order_by(Reservation.starts_at)
    )
    return (await session.execute(query)).all()


async def release_time_off(session: WriteSession, org_id: UUID, resource_id: UUID, time_off_id: UUID) -> bool:
    query = (
        sa.update(Reservation)
        .where(
            Reservation.org_id == org_id,
            Reservation.resource_id == resource_id,
            Reservation.source_id == time_off_id,
            Reservation.kind == ReservationKind.TIME_OFF,
            Reservation.active,
        )
        .values(active=False)
        .returning(Reservation.id)
    )
    rows = await session.execute(query, execution_options={"synchronize_session": False})
    return rows.one_or_none() is not None
