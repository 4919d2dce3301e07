from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.paging import PageRequest
from app.modules.fleet.models import Driver, Equipment, Truck, TruckPhoto
from app.modules.fleet.schemas.trucks import FleetQuery
from app.modules.fleet.values import CrewRole, EquipmentKind
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.statements import Ready

Listed = TypeVar("Listed", Truck, Driver, Equipment)


def _page_of(kind: type[Listed], org_id: UUID, page: PageRequest, wanted: FleetQuery) -> sa.Select[Listed]:
    query = sa.select(kind).where(kind.org_id == org_id)
    if wanted.in_service is not None:
        query = query.where(kind.retired_at.is_(None) if wanted.in_service else kind.retired_at.is_not(None))
    if wanted.branch_id is not None:
        query = query.where(kind.branch_id == wanted.branch_id)
    if page.after is not None:
        query = query.where(kind.id > UUID(page.after[0]))
    return query.order_by(kind.id).limit(page.limit + 1)


async def insert_truck(session: WriteSession, truck: Truck) -> None:
    session.add(truck)
    await session.flush()


async def get_truck(session: ReadSession, org_id: UUID, truck_id: UUID) -> Truck | None:
    query = sa.select(Truck).where(Truck.org_id == org_id, Truck.id == truck_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_truck(session: WriteSession, org_id: UUID, truck_id: UUID) -> Truck | None:
    query = sa.select(Truck).where(Truck.org_id == org_id, Truck.id == truck_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_trucks(session: ReadSession, org_id: UUID, page: PageRequest, wanted: FleetQuery) -> Sequence[Truck]:
    """The oldest first; one row more than the page holds."""
    return (await session.execute(_page_of(Truck, org_id, page, wanted))).scalars().all()


async def insert_photo(session: WriteSession, photo: TruckPhoto) -> None:
    session.add(photo)
    await session.flush()


async def count_photos(session: ReadSession, org_id: UUID, truck_id: UUID) -> int:
    query = sa.select(sa.func.count()).where(TruckPhoto.org_id == org_id, TruckPhoto.truck_id == truck_id)
    return (await session.execute(query)).scalar_one()


async def list_photos(session: ReadSession, org_id: UUID, truck_id: UUID) -> Sequence[TruckPhoto]:
    query = sa.select(TruckPhoto).where(TruckPhoto.org_id == org_id, TruckPhoto.truck_id == truck_id)
    return (await session.execute(query.order_by(TruckPhoto.id))).scalars().all()


async def delete_photo(session: WriteSession, org_id: UUID, truck_id: UUID, upload_id: UUID) -> bool:
    query = sa.delete(TruckPhoto).where(
        TruckPhoto.org_id == org_id, TruckPhoto.truck_id == truck_id, TruckPhoto.id == upload_id
    )
    return (await session.execute(query.returning(TruckPhoto.id))).one_or_none() is not None


async def insert_driver(session: WriteSession, driver: Driver) -> None:
    session.add(driver)
    await session.flush()


async def get_driver(session: ReadSession, org_id: UUID, driver_id: UUID) -> Driver | None:
    query = sa.select(Driver).where(Driver.org_id == org_id, Driver.id == driver_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_crew_id(session: ReadSession, org_id: UUID, user_id: UUID) -> UUID | None:
    query = sa.select(Driver.id).where(Driver.org_id == org_id, Driver.user_id == user_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_invited(session: WriteSession, org_id: UUID, driver_id: UUID) -> AnyRow | None:
    """What the sign-in audience may know of a driver or helper: as whom they sign in, and whether they left."""
    query = sa.select(Driver.user_id, Driver.invitation_id, Driver.retired_at)
    query = query.where(Driver.org_id == org_id, Driver.id == driver_id).with_for_update()
    return (await session.execute(query)).one_or_none()


async def set_invitation(
    session: WriteSession, org_id: UUID, driver_id: UUID, invitation_id: UUID, now: datetime
) -> None:
    query = sa.update(Driver).where(Driver.org_id == org_id, Driver.id == driver_id)
    values = {"invitation_id": invitation_id, "version": Driver.version + 1, "updated_at": now}
    await session.execute(query.values(values).execution_options(synchronize_session=False))


async def lock_driver_of_invitation(session: WriteSession, org_id: UUID, invitation_id: UUID) -> Driver | None:
    query = sa.select(Driver).where(Driver.org_id == org_id, Driver.invitation_id == invitation_id)
    return (await session.execute(query.with_for_update())).scalar_one_or_none()


async def lock_driver(session: WriteSession, org_id: UUID, driver_id: UUID) -> Driver | None:
    query = sa.select(Driver).where(Driver.org_id == org_id, Driver.id == driver_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_drivers(session: ReadSession, org_id: UUID, page: PageRequest, wanted: FleetQuery) -> Sequence[Driver]:
    """The oldest first; one row more than the page holds."""
    return (await session.execute(_page_of(Driver, org_id, page, wanted))).scalars().all()


AMONG = sa.any_(sa.bindparam("ids", type_=pg.ARRAY(pg.UUID(as_uuid=True))))
TRUCK_NAMES = Ready(sa.select(Truck.id, Truck.name).where(Truck.org_id == sa.bindparam("org_id"), Truck.id == AMONG))
CREW_NAMES = Ready(
    sa.select(Driver.id, Driver.full_name).where(Driver.org_id == sa.bindparam("org_id"), Driver.id == AMONG)
)


async def list_truck_names(session: ReadSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await TRUCK_NAMES.rows(session, {"org_id": org_id, "ids": list(ids)})
    return {row.id: row.name for row in rows}


async def list_equipment_names(session: ReadSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    query = sa.select(Equipment.id, Equipment.name).where(Equipment.org_id == org_id, Equipment.id.in_(ids))
    return {row.id: row.name for row in await session.execute(query)}


async def list_pieces(
    session: ReadSession, org_id: UUID, kinds: Collection[EquipmentKind]
) -> dict[EquipmentKind, list[UUID]]:
    query = sa.select(Equipment.kind, Equipment.id).where(
        Equipment.org_id == org_id, Equipment.kind.in_(kinds), Equipment.is_piece, Equipment.retired_at.is_(None)
    )
    found: dict[EquipmentKind, list[UUID]] = {}
    for row in await session.execute(query.order_by(Equipment.id)):
        found.setdefault(row.kind, []).append(row.id)
    return found


async def list_trucks_in_service(session: ReadSession, org_id: UUID) -> dict[UUID, str]:
    query = sa.select(Truck.id, Truck.name).where(Truck.org_id == org_id, Truck.retired_at.is_(None))
    return {row.id: row.name for row in await session.execute(query.order_by(Truck.id))}


async def list_yards(session: ReadSession, org_id: UUID) -> dict[UUID, dict[str, Any]]:
    query = sa.select(Truck.id, Truck.base).where(Truck.org_id == org_id, Truck.retired_at.is_(None))
    return {row.id: row.base for row in await session.execute(query)}


async def list_licence_classes(session: ReadSession, org_id: UUID, on: date) -> set[str]:
    """As they are printed on the licences, of drivers in service, that hold that day."""
    query = sa.select(Driver.license_class).where(
        Driver.org_id == org_id,
        Driver.retired_at.is_(None),
        Driver.role == CrewRole.DRIVER,
        Driver.license_expires_on >= on,
    )
    return {one for one in (await session.execute(query)).scalars() if one is not None}


async def list_payloads(session: ReadSession, org_id: UUID) -> dict[UUID, int]:
    """In pounds, of the trucks in service."""
    query = sa.select(Truck.id, Truck.max_weight_lb).where(Truck.org_id == org_id, Truck.retired_at.is_(None))
    return {row.id: row.max_weight_lb for row in await session.execute(query)}


async def list_crew_names(session: ReadSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await CREW_NAMES.rows(session, {"org_id": org_id, "ids": list(ids)})
    return {row.id: row.full_name for row in rows}


async def count_trucks(session: ReadSession, org_id: UUID) -> int:
    query = sa.select(sa.func.count()).where(Truck.org_id == org_id, Truck.retired_at.is_(None))
    return (await session.execute(query)).scalar_one()


async def count_licensed_drivers(session: ReadSession, org_id: UUID, on: date) -> int:
    query = sa.select(sa.func.count()).where(
        Driver.org_id == org_id,
        Driver.retired_at.is_(None),
        Driver.role == CrewRole.DRIVER,
        Driver.license_expires_on >= on,
    )
    return (await session.execute(query)).scalar_one()


async def list_licence_ends(session: ReadSession, org_id: UUID) -> dict[UUID, date]:
    query = sa.select(Driver.id, Driver.license_expires_on).where(
        Driver.org_id == org_id, Driver.retired_at.is_(None), Driver.license_expires_on.is_not(None)
    )
    return {row.id: row.license_expires_on for row in await session.execute(query)}


async def list_orgs_of_plate(session: ReadSession, plate: str) -> set[UUID]:
    """For staff; blanks and capitals do not matter."""
    written = sa.func.upper(sa.func.replace(Truck.license_plate, " ", ""))
    query = sa.select(Truck.org_id).where(written == plate.replace(" ", "").upper()).distinct()
    return set((await session.execute(query)).scalars())


async def list_all_trucks(session: ReadSession, org_id: UUID) -> Sequence[Truck]:
    """In service, the oldest first."""
    query = sa.select(Truck).where(Truck.org_id == org_id, Truck.retired_at.is_(None)).order_by(Truck.id)
    return (await session.execute(query)).scalars().all()


async def list_all_drivers(session: ReadSession, org_id: UUID) -> Sequence[Driver]:
    """In service, helpers too, the oldest first."""
    query = sa.select(Driver).where(Driver.org_id == org_id, Driver.retired_at.is_(None)).order_by(Driver.id)
    return (await session.execute(query)).scalars().all()


async def list_plates(session: ReadSession, org_id: UUID, plates: Collection[str]) -> set[str]:
    """Which of these are in service."""
    query = sa.select(Truck.license_plate).where(
        Truck.org_id == org_id, Truck.retired_at.is_(None), Truck.license_plate.in_(plates)
    )
    return set((await session.execute(query)).scalars())


async def list_license_numbers(session: ReadSession, org_id: UUID, numbers: Collection[str]) -> set[str]:
    """Which of these are in service."""
    query = sa.select(Driver.license_number).where(
        Driver.org_id == org_id, Driver.retired_at.is_(None), Driver.license_number.in_(numbers)
    )
    return {number for number in (await session.execute(query)).scalars() if number is not None}


async def insert_equipment(session: WriteSession, equipment: Equipment) -> None:
    session.add(equipment)
    await session.flush()


async def get_equipment(session: ReadSession, org_id: UUID, equipment_id: UUID) -> Equipment | None:
    query = sa.select(Equipment).where(Equipment.org_id == org_id, Equipment.id == equipment_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_equipment(session: WriteSession, org_id: UUID, equipment_id: UUID) -> Equipment | None:
    query = sa.select(Equipment).where(Equipment.org_id == org_id, Equipment.id == equipment_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_equipment(
    session: ReadSession, org_id: UUID, page: PageRequest, wanted: FleetQuery
) -> Sequence[Equipment]:
    """The oldest first; one row more than the page holds."""
    return (await session.execute(_page_of(Equipment, org_id, page, wanted))).scalars().all()
