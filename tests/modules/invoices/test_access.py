"""Who may do what with invoices: kind of caller, operation, status, and no invoice where it is refused."""

from typing import NamedTuple

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.resources import Resources
from tests.factories.bookings import complete_by_hand, issue
from tests.factories.callers import Caller, Kind, sign_in_member
from tests.factories.customers import sign_in_customer

pytestmark = pytest.mark.integration

BILLING = frozenset({Kind.OWNER, Kind.MANAGER, Kind.DISPATCHER, Kind.ACCOUNTANT})


class Operation(NamedTuple):
    """`customer`: what a customer gets of a company whose invoices are none of theirs."""

    method: str
    path: str
    status: int
    customer: int


OPERATIONS = [
    Operation("POST", "/v1/bookings/{booking}/invoice", 201, 403),
    Operation("GET", "/v1/invoices", 200, 200),
    Operation("GET", "/v1/invoices/{invoice}", 200, 404),
    Operation("GET", "/v1/invoices/{invoice}/pdf", 200, 404),
]


async def headers_of(
    client: httpx.AsyncClient, resources: Resources, kind: Kind, company: Caller, staff: Caller
) -> dict[str, str]:
    match kind:
        case Kind.ANYONE:
            return {}
        case Kind.CUSTOMER:
            return (await sign_in_customer(client, resources)).headers
        case Kind.STAFF:
            return staff.headers
        case _:
            return await sign_in_member(client, resources, company.org_id, Role(kind))


def status_for(kind: Kind, operation: Operation) -> int:
    if kind is Kind.CUSTOMER:
        return operation.customer
    if kind is Kind.ANYONE:
        return 401
    return operation.status if kind in BILLING else 403


async def count(client: httpx.AsyncClient, company: Caller) -> int:
    return len((await client.get("/v1/invoices", headers=company.headers)).json()["items"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
@pytest.mark.parametrize("kind", list(Kind))
async def test_who_may(
    client: httpx.AsyncClient, resources: Resources, mover_a: Caller, staff: Caller, kind: Kind, operation: Operation
) -> None:
    billed = await complete_by_hand(client, mover_a.headers)
    invoice = await issue(client, mover_a.headers, billed["id"])
    booking = await complete_by_hand(client, mover_a.headers)
    headers = await headers_of(client, resources, kind, mover_a, staff)
    path = operation.path.format(booking=booking["id"], invoice=invoice["id"])
    answer = await client.request(operation.method, path, headers=headers)
    assert answer.status_code == status_for(kind, operation), answer.text
    is_issued = operation.method == "POST" and kind in BILLING
    assert await count(client, mover_a) == 1 + is_issued


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
async def test_another_company_gets_404_and_nothing_changes(
    client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller, operation: Operation
) -> None:
    billed = await complete_by_hand(client, mover_a.headers)
    invoice = await issue(client, mover_a.headers, billed["id"])
    booking = await complete_by_hand(client, mover_a.headers)
    path = operation.path.format(booking=booking["id"], invoice=invoice["id"])
    answer = await client.request(operation.method, path, headers=mover_b.headers)
    if operation.path == "/v1/invoices":
        assert answer.json()["items"] == []
    else:
        assert answer.status_code == 404, answer.text
    assert (await count(client, mover_a), await count(client, mover_b)) == (1, 0)
