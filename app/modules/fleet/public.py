"""What other modules may ask of the fleet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.kernel.geo import Point
from app.modules.calendar.public import class_of_truck, classes_of
from app.modules.fleet import repository
from app.modules.fleet.values import LIFT_GATE, EquipmentKind, Skill, TruckFeature
from app.runtime.db.session import ReadSession

__all__ = [
    "LIFT_GATE",
    "EquipmentKind",
    "FleetSize",
    "Skill",
    "TruckFeature",
    "crew_id_of",
    "crew_names",
    "equipment_names",
    "fleet_size",
    "licence_ends",
    "orgs_of_plate",
    "pieces_of",
    "truck_names",
    "trucks_in_service",
    "undrivable_trucks",
    "yards",
]


@dataclass(frozen=True, slots=True)
class FleetSize:
    """What stands ready on a day: trucks in service, and drivers in service whose licence holds that day."""

    trucks: int
    drivers: int


async def truck_names(session: ReadSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, of retired trucks too; an id that is not the company's is left out."""
    return await repository.list_truck_names(session, org_id, ids)


async def crew_names(session: ReadSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Full names by id, of who has left too; an id that is not the company's is left out."""
    return await repository.list_crew_names(session, org_id, ids)


async def equipment_names(session: ReadSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, of what is retired too; an id that is not the company's is left out."""
    return await repository.list_equipment_names(session, org_id, ids)


async def pieces_of(
    session: ReadSession, org_id: UUID, kinds: Collection[EquipmentKind]
) -> dict[EquipmentKind, list[UUID]]:
    """The pieces in service with a calendar of their own, by kind, the oldest first."""
    return await repository.list_pieces(session, org_id, kinds)


async def trucks_in_service(session: ReadSession, org_id: UUID) -> dict[UUID, str]:
    """Names by id of the trucks that are not retired."""
    return await repository.list_trucks_in_service(session, org_id)


async def yards(session: ReadSession, org_id: UUID) -> dict[UUID, Point]:
    """Where each truck in service stands at night."""
    bases = await repository.list_yards(session, org_id)
    return {truck_id: Point.model_validate(base["location"]) for truck_id, base in bases.items()}


async def crew_id_of(session: ReadSession, org_id: UUID, user_id: UUID) -> UUID | None:
    """Which driver or helper a member is; None: none."""
    return await repository.get_crew_id(session, org_id, user_id)


async def undrivable_trucks(session: ReadSession, org_id: UUID, on: date) -> set[UUID]:
    """The trucks in service that no driver in service may drive: nobody's licence that holds that day covers them."""
    classes = {one for told in await repository.list_licence_classes(session, org_id, on) for one in classes_of(told)}
    payloads = await repository.list_payloads(session, org_id)
    return {truck_id for truck_id, pounds in payloads.items() if class_of_truck(pounds) not in {None, *classes}}


async def licence_ends(session: ReadSession, org_id: UUID) -> dict[UUID, date]:
    """The last day of each licence, of the drivers in service."""
    return await repository.list_licence_ends(session, org_id)


async def fleet_size(session: ReadSession, org_id: UUID, on: date) -> FleetSize:
    return FleetSize(
        trucks=await repository.count_trucks(session, org_id),
        drivers=await repository.count_licensed_drivers(session, org_id, on),
    )


async def orgs_of_plate(session: ReadSession, plate: str) -> set[UUID]:
    """For staff: whose truck has this plate, in service or not."""
    return await repository.list_orgs_of_plate(session, plate)
