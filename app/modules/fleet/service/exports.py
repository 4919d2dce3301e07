"""Trucks and people as tables that `imports` reads."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app.kernel import tables
from app.kernel.actor import Mover
from app.kernel.places import LocationPrecision, Place
from app.modules.fleet import repository
from app.modules.fleet.models import Driver, Truck
from app.modules.fleet.schemas.tables import DRIVER_COLUMNS, TRUCK_COLUMNS
from app.modules.fleet.service.drivers import phone_of
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession
from app.runtime.sealing import Seals


async def export_trucks(session: ReadSession, actor: Mover) -> str:
    """Every truck in service, as `imports` reads it."""
    branches = await orgs.open_branches(session, actor.org_id)
    trucks = await repository.list_all_trucks(session, actor.org_id)
    return tables.write_table(TRUCK_COLUMNS.all, (truck_cells(truck, branches) for truck in trucks))


async def export_drivers(session: ReadSession, actor: Mover) -> str:
    """Everybody in service, as `imports` reads it; what an hour costs is not in it."""
    branches = await orgs.open_branches(session, actor.org_id)
    drivers = await repository.list_all_drivers(session, actor.org_id)
    return tables.write_table(DRIVER_COLUMNS.all, (driver_cells(session.seals, driver, branches) for driver in drivers))


def truck_cells(truck: Truck, branches: Mapping[UUID, str]) -> dict[str, str]:
    base = Place.model_validate(truck.base)
    cells = {
        "name": truck.name,
        "license_plate": truck.license_plate,
        "capacity_cuft": str(truck.capacity_cuft),
        "max_weight_lb": str(truck.max_weight_lb),
        "body_length_ft": "" if truck.body_length_ft is None else str(truck.body_length_ft),
        "has_lift_gate": str(truck.has_lift_gate).lower(),
        "features": " ".join(truck.features),
        "branch": _branch(truck.branch_id, branches),
        "base_line1": base.line1,
        "base_city": base.city,
        "base_state": base.state,
        "base_postal_code": base.postal_code,
        "base_country": base.country,
    }
    if base.location_precision is LocationPrecision.EXACT:
        cells |= {"base_lat": f"{base.location.lat:.7f}", "base_lng": f"{base.location.lng:.7f}"}
    return cells


def driver_cells(seals: Seals, driver: Driver, branches: Mapping[UUID, str]) -> dict[str, str]:
    return {
        "full_name": driver.full_name,
        "phone": phone_of(seals, driver),
        "role": driver.role,
        "license_number": driver.license_number or "",
        "license_class": driver.license_class or "",
        "license_expires_on": "" if driver.license_expires_on is None else str(driver.license_expires_on),
        "skills": " ".join(driver.skills),
        "branch": _branch(driver.branch_id, branches),
    }


def _branch(branch_id: UUID | None, branches: Mapping[UUID, str]) -> str:
    """Its name; nothing for a closed one, to which nothing comes."""
    return "" if branch_id is None else branches.get(branch_id, "")
