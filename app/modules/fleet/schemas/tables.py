"""Trucks and people as rows of a table: which columns there are, and how a row is read."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.kernel.errors import Fault
from app.kernel.faults import code_of, message_of
from app.kernel.tables import NUMBER, Columns, Row, fault_at
from app.modules.fleet.schemas.drivers import DriverIn
from app.modules.fleet.schemas.trucks import TruckIn

TRUCK_COLUMNS: Final = Columns(
    required=(
        "name",
        "license_plate",
        "capacity_cuft",
        "max_weight_lb",
        "base_line1",
        "base_city",
        "base_state",
        "base_postal_code",
    ),
    optional=("base_country", "base_lat", "base_lng", "body_length_ft", "has_lift_gate", "features", "branch"),
)
DRIVER_COLUMNS: Final = Columns(
    required=("full_name", "phone", "role"),
    optional=("license_number", "license_class", "license_expires_on", "skills", "branch"),
)
NUMBERS: Final = frozenset({"capacity_cuft", "max_weight_lb", "body_length_ft", "base_lat", "base_lng"})
WORDS: Final = frozenset({"features", "skills"})
FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
BASE: Final = "base_"

Read = TypeVar("Read", bound=BaseModel)


class ImportQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: Annotated[bool, Field(description="true: only tell whether the table would be taken")] = False


class ImportOut(BaseModel):
    """How many rows the table has; of a dry run nothing was added, else all: their ids, in the table's order."""

    dry_run: bool
    rows: int
    ids: list[UUID]


def read_truck(row: Row) -> TruckIn | list[Fault]:
    flat = {name: _value(name, cell) for name, cell in row.cells.items() if name != "branch"}
    body: dict[str, Any] = {name: value for name, value in flat.items() if not name.startswith(BASE)}
    base: dict[str, Any] = {name.removeprefix(BASE): value for name, value in flat.items() if name.startswith(BASE)}
    location = {name: base.pop(name) for name in ("lat", "lng") if name in base}
    return _read(TruckIn, body | {"base": base | ({"location": location} if location else {})}, row)


def read_driver(row: Row) -> DriverIn | list[Fault]:
    return _read(DriverIn, {name: _value(name, cell) for name, cell in row.cells.items() if name != "branch"}, row)


def _value(name: str, cell: str) -> Any:
    """As JSON would tell it; what is no number or flag stays text, and is refused as such."""
    if name in WORDS:
        return cell.split()
    if name == "has_lift_gate":
        return FLAGS.get(cell.lower(), cell)
    if name in NUMBERS and NUMBER.fullmatch(cell):
        return float(cell) if "." in cell or name.startswith(BASE) else int(cell)
    return cell


def _read(model: type[Read], body: dict[str, Any], row: Row) -> Read | list[Fault]:
    try:
        return model.model_validate(body)
    except ValidationError as refused:
        errors = refused.errors(include_input=False, include_url=False)
        return [fault_at(row.line, column_of(error["loc"]), code_of(error), message_of(error)) for error in errors]


def column_of(place: tuple[int | str, ...]) -> str:
    """The column of a place in a body: `/base/postal_code` stands in base_postal_code."""
    steps = [str(step) for step in place if step != "location"]
    if not steps:
        return ""
    return BASE + steps[1] if steps[0] == "base" and len(steps) > 1 else steps[0]
