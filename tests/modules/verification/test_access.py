"""Who may do what with a company's papers, and nothing changed where it is refused."""

from typing import Any

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.resources import Resources
from tests.factories.callers import HEADS, MEMBERS, Caller, Kind, customer_headers, expected, sign_in_member
from tests.factories.verification import make_ready, policy_body

pytestmark = pytest.mark.integration

OPERATIONS: list[tuple[str, str, frozenset[Kind], int, dict[str, Any] | None]] = [
    ("GET", "/v1/org/insurance-policies", MEMBERS, 200, None),
    ("POST", "/v1/org/insurance-policies", HEADS, 201, policy_body(policy_number="NEW 1")),
    ("GET", "/v1/org/verification", MEMBERS, 200, None),
    ("POST", "/v1/org/verification", HEADS, 201, None),
]


async def papers_of(client: httpx.AsyncClient, owner: Caller) -> list[Any]:
    paths = ("/v1/org/insurance-policies", "/v1/org/verification")
    return [(await client.get(path, headers=owner.headers)).json() for path in paths]


@pytest.mark.parametrize(("method", "path", "allowed", "status", "body"), OPERATIONS)
@pytest.mark.parametrize("kind", list(Kind))
async def test_who_may(
    client: httpx.AsyncClient,
    resources: Resources,
    mover_a: Caller,
    staff: Caller,
    kind: Kind,
    method: str,
    path: str,
    allowed: frozenset[Kind],
    status: int,
    body: dict[str, Any] | None,
) -> None:
    await make_ready(client, mover_a.headers)
    match kind:
        case Kind.ANYONE:
            headers = {}
        case Kind.CUSTOMER:
            headers = customer_headers(resources)
        case Kind.STAFF:
            headers = staff.headers
        case _:
            headers = await sign_in_member(client, resources, mover_a.org_id, Role(kind))
    before = await papers_of(client, mover_a)
    answer = await client.request(method, path, headers=headers, json=body)
    assert answer.status_code == expected(kind, allowed, status), answer.text
    is_change = method != "GET" and kind in allowed
    assert (before != await papers_of(client, mover_a)) is is_change
