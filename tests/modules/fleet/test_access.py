"""Who may do what with the fleet: kind of caller, operation, status, and nothing changed where it is refused."""

from typing import Any, NamedTuple

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.resources import Resources
from tests.factories.callers import HEADS, MEMBERS, OFFICE, Caller, Kind, customer_headers, expected, sign_in_member
from tests.factories.fleet import add_helper, add_truck, driver_body, truck_body

pytestmark = pytest.mark.integration

WEEK = {"starts_at": "2027-04-05T08:00:00-07:00", "ends_at": "2027-04-09T17:00:00-07:00"}
OTHER_WEEK = {"starts_at": "2027-05-03T08:00:00-07:00", "ends_at": "2027-05-07T17:00:00-07:00"}

SIGHTING = {"location": {"lat": 36.7, "lng": -119.8}, "recorded_at": "2027-03-01T16:00:00Z"}
# Who may know what an hour of somebody costs.
BOOKS = HEADS | {Kind.ACCOUNTANT}


class Operation(NamedTuple):
    method: str
    path: str
    allowed: frozenset[Kind]
    status: int = 200
    body: dict[str, Any] | None = None
    to_drivers: int = 403


OPERATIONS = [
    Operation("GET", "/v1/trucks", MEMBERS),
    Operation("POST", "/v1/trucks", HEADS, 201, truck_body(license_plate="NEW 1")),
    Operation("GET", "/v1/trucks/{truck}", MEMBERS),
    Operation("PATCH", "/v1/trucks/{truck}", HEADS, 200, {"name": "Renamed"}),
    Operation("DELETE", "/v1/trucks/{idle}", HEADS, 204),
    Operation("GET", "/v1/trucks/{truck}/time-off", MEMBERS),
    Operation("POST", "/v1/trucks/{truck}/time-off", OFFICE, 201, OTHER_WEEK),
    Operation("DELETE", "/v1/trucks/{truck}/time-off/{truck_off}", OFFICE, 204),
    Operation("GET", "/v1/trucks/{truck}/photos", MEMBERS),
    # A driver tells of the trucks of their own jobs (tests/modules/bookings/test_own_jobs.py): of others as of none.
    Operation("PUT", "/v1/trucks/{truck}/location", OFFICE, 200, SIGHTING, to_drivers=404),
    Operation("GET", "/v1/equipment", MEMBERS),
    Operation("POST", "/v1/equipment", HEADS, 201, {"name": "Pads", "kind": "pad", "stock": 40}),
    Operation("GET", "/v1/trucks.csv", MEMBERS),
    Operation("GET", "/v1/drivers.csv", OFFICE),
    Operation("GET", "/v1/drivers", OFFICE),
    Operation("POST", "/v1/drivers", HEADS, 201, driver_body(license_number="NEW 1")),
    Operation("GET", "/v1/drivers/{driver}", OFFICE),
    Operation("PATCH", "/v1/drivers/{driver}", HEADS, 200, {"full_name": "Renamed"}),
    Operation("DELETE", "/v1/drivers/{idle_driver}", HEADS, 204),
    Operation("GET", "/v1/crew-costs", BOOKS),
    Operation("GET", "/v1/drivers/{driver}/hourly-cost", BOOKS),
    Operation("PUT", "/v1/drivers/{driver}/hourly-cost", HEADS, 200, {"hourly_cost": {"amount": "30"}}),
    Operation("GET", "/v1/drivers/{driver}/time-off", OFFICE),
    Operation("POST", "/v1/drivers/{driver}/time-off", OFFICE, 201, OTHER_WEEK),
    Operation("DELETE", "/v1/drivers/{driver}/time-off/{driver_off}", OFFICE, 204),
]


@pytest.fixture
async def ids(client: httpx.AsyncClient, mover_a: Caller) -> dict[str, str]:
    headers = mover_a.headers
    found = {
        "truck": (await add_truck(client, headers))["id"],
        "idle": (await add_truck(client, headers, license_plate="IDLE"))["id"],
        "driver": (await add_helper(client, headers))["id"],
        "idle_driver": (await add_helper(client, headers, full_name="Idle"))["id"],
    }
    for name, path in (("truck", "trucks"), ("driver", "drivers")):
        taken = await client.post(f"/v1/{path}/{found[name]}/time-off", headers=headers, json=WEEK)
        found[f"{name}_off"] = taken.json()["id"]
    return found


async def fleet_of(client: httpx.AsyncClient, owner: Caller, ids: dict[str, str]) -> list[Any]:
    paths = (
        "/v1/trucks",
        "/v1/equipment",
        "/v1/drivers",
        "/v1/trucks/{truck}/time-off",
        "/v1/drivers/{driver}/time-off",
    )
    return [(await client.get(path.format(**ids), headers=owner.headers)).json() for path in paths]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
@pytest.mark.parametrize("kind", list(Kind))
async def test_who_may(
    client: httpx.AsyncClient,
    resources: Resources,
    mover_a: Caller,
    staff: Caller,
    ids: dict[str, str],
    kind: Kind,
    operation: Operation,
) -> None:
    match kind:
        case Kind.ANYONE:
            headers = {}
        case Kind.CUSTOMER:
            headers = customer_headers(resources)
        case Kind.STAFF:
            headers = staff.headers
        case _:
            headers = await sign_in_member(client, resources, mover_a.org_id, Role(kind))
    before = await fleet_of(client, mover_a, ids)
    path = operation.path.format(**ids)
    answer = await client.request(operation.method, path, headers=headers, json=operation.body)
    wanted = expected(kind, operation.allowed, operation.status)
    if kind is Kind.DRIVER and kind not in operation.allowed:
        wanted = operation.to_drivers
    assert answer.status_code == wanted, answer.text
    after = await fleet_of(client, mover_a, ids)
    is_change = operation.method != "GET" and kind in operation.allowed
    assert (before != after) is is_change
