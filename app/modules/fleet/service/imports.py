"""Trucks and people put into service by the table, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar
from uuid import UUID

from app.kernel import tables
from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.places import Place
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import PlaceNotLocated
from app.kernel.tables import Row, fault_at
from app.modules.audit.public import Change, record
from app.modules.fleet import repository, rules
from app.modules.fleet.errors import LicenseRefused
from app.modules.fleet.schemas.drivers import DriverIn
from app.modules.fleet.schemas.tables import (
    DRIVER_COLUMNS,
    TRUCK_COLUMNS,
    column_of,
    read_driver,
    read_truck,
)
from app.modules.fleet.schemas.trucks import TruckIn
from app.modules.fleet.service.drivers import put_into_service as put_driver
from app.modules.fleet.service.trucks import locate_base
from app.modules.fleet.service.trucks import put_into_service as put_truck
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession

TWICE: Final = "stands in the table twice"
TAKEN: Final = "is in service already"

Told = TypeVar("Told", TruckIn, DriverIn)


@dataclass(frozen=True, slots=True)
class Line(Generic[Told]):
    """A row that was understood. `base`: of a truck, located."""

    row: Row
    told: Told
    base: Place | None = None

    def at_branch(self, branches: Mapping[str, UUID]) -> Line[Told]:
        """The same, at the branch that it names."""
        at = {"branch_id": branches.get(self.row.cells.get("branch", ""))}
        return replace(self, told=self.told.model_copy(update=at))

    def fault(self, column: str, code: str, message: str) -> Fault:
        return fault_at(self.row.line, column, code, message)


def _read(rows: Iterable[Row], read: Callable[[Row], Told | list[Fault]]) -> tuple[list[Line[Told]], list[Fault]]:
    lines: list[Line[Told]] = []
    faults: list[Fault] = []
    for row in rows:
        told = read(row)
        if isinstance(told, list):
            faults += told
        else:
            lines.append(Line(row, told))
    return lines, faults


async def read_trucks(ports: Ports, text: str) -> list[Line[TruckIn]]:
    """The ports step: each row understood, its base located. Raises: TableRefused (422)."""
    lines, faults = _read(tables.read_table(text, TRUCK_COLUMNS), read_truck)
    located: list[Line[TruckIn]] = []
    for line in lines:
        try:
            located.append(Line(line.row, line.told, await locate_base(ports, line.told.base)))
        except PlaceNotLocated as refused:
            places = ((column_of(tuple(fault.pointer.split("/")[1:])), fault) for fault in refused.faults)
            faults += [line.fault(column, fault.code, fault.message) for column, fault in places]
    tables.refuse(faults)
    return located


async def import_trucks(
    session: WriteSession, actor: Mover, lines: Sequence[Line[TruckIn]], *, dry_run: bool
) -> list[UUID]:
    """Every truck in service, or with a dry run none; their ids. Raises: TableRefused (422), PlateTaken (409)."""
    taken = await repository.list_plates(session, actor.org_id, [line.told.license_plate for line in lines])
    ready = await _checked(session, actor, lines, "license_plate", taken)
    if dry_run:
        return []
    ids = [(await put_truck(session, actor, line.told, line.base)).id for line in ready if line.base is not None]
    record(session, actor, Change("fleet.trucks_imported", "company", actor.org_id, after={"trucks": len(ids)}))
    return ids


def read_drivers(actor: Mover, text: str) -> list[Line[DriverIn]]:
    """Raises: TableRefused (422)."""
    lines, faults = _read(tables.read_table(text, DRIVER_COLUMNS), read_driver)
    for line in lines:
        told = line.told
        try:
            rules.check_license(
                told.role, rules.License(told.license_number, told.license_class, told.license_expires_on), actor.now
            )
        except LicenseRefused as refused:
            faults += [
                line.fault(fault.pointer.removeprefix("/"), fault.code, fault.message) for fault in refused.faults
            ]
    tables.refuse(faults)
    return lines


async def import_drivers(
    session: WriteSession, actor: Mover, lines: Sequence[Line[DriverIn]], *, dry_run: bool
) -> list[UUID]:
    """Everybody in service, or with a dry run nobody; their ids. Raises: TableRefused (422), LicenseTaken (409)."""
    numbers = [line.told.license_number for line in lines if line.told.license_number is not None]
    taken = await repository.list_license_numbers(session, actor.org_id, numbers)
    ready = await _checked(session, actor, lines, "license_number", taken)
    if dry_run:
        return []
    ids = [(await put_driver(session, actor, line.told)).id for line in ready]
    record(session, actor, Change("fleet.drivers_imported", "company", actor.org_id, after={"drivers": len(ids)}))
    return ids


async def _checked(
    session: ReadSession, actor: Mover, lines: Sequence[Line[Told]], once: str, taken: Collection[str]
) -> list[Line[Told]]:
    """The lines at the branches that they name, when what must stand once does. Raises: TableRefused (422)."""
    branches: Mapping[str, UUID] = await _branches(session, actor)
    tables.refuse([*_twice(lines, once, taken), *_unknown_branches(lines, branches)])
    return [line.at_branch(branches) for line in lines]


def _twice(lines: Sequence[Line[Told]], column: str, taken: Collection[str]) -> list[Fault]:
    """What must stand once among those in service, and would not."""
    values = [getattr(line.told, column) for line in lines]
    counts = Counter(value for value in values if value is not None)
    faults = []
    for line, value in zip(lines, values, strict=True):
        if value in taken:
            faults.append(line.fault(column, "taken", TAKEN))
        elif counts[value] > 1:
            faults.append(line.fault(column, "twice", TWICE))
    return faults


def _unknown_branches(lines: Sequence[Line[Told]], branches: Mapping[str, UUID]) -> list[Fault]:
    told = ((line, line.row.cells.get("branch")) for line in lines)
    return [
        line.fault("branch", "unknown_branch", "is no open branch of your company")
        for line, name in told
        if name is not None and name not in branches
    ]


async def _branches(session: ReadSession, actor: Mover) -> dict[str, UUID]:
    return {name: branch_id for branch_id, name in (await orgs.open_branches(session, actor.org_id)).items()}
