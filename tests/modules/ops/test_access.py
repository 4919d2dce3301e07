"""The staff's routes are for staff alone: 401 for nobody, 403 for everybody else, and nothing changed."""

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.resources import Resources
from tests.factories.callers import Caller, Kind, customer_headers, expected, sign_in_member
from tests.factories.verification import make_ready, make_verified, submit

pytestmark = pytest.mark.integration

STAFF = frozenset({Kind.STAFF})
OPERATIONS = [
    ("GET", "/v1/ops/verifications", None),
    ("POST", "/v1/ops/verifications/{case}/approve", None),
    ("POST", "/v1/ops/verifications/{case}/reject", {"reason": "No"}),
    ("POST", "/v1/ops/orgs/{verified}/suspend", {"reason": "No"}),
    ("POST", "/v1/ops/orgs/{suspended}/reinstate", None),
]


async def statuses(client: httpx.AsyncClient, *companies: Caller) -> list[str]:
    return [(await client.get("/v1/org", headers=company.headers)).json()["status"] for company in companies]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
@pytest.mark.parametrize("kind", list(Kind))
async def test_who_may(
    client: httpx.AsyncClient,
    resources: Resources,
    mover_a: Caller,
    mover_b: Caller,
    staff: Caller,
    kind: Kind,
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    await make_ready(client, mover_a.headers)
    ids = {
        "case": await submit(client, mover_a.headers),
        "verified": str(mover_b.org_id),
        "suspended": str(mover_b.org_id),
    }
    await make_verified(client, mover_b.headers, staff.headers)
    if "suspended" in path:
        suspend = f"/v1/ops/orgs/{mover_b.org_id}/suspend"
        await client.post(suspend, headers=staff.headers, json={"reason": "For a while"})
    match kind:
        case Kind.ANYONE:
            headers = {}
        case Kind.CUSTOMER:
            headers = customer_headers(resources)
        case Kind.STAFF:
            headers = staff.headers
        case _:
            headers = await sign_in_member(client, resources, mover_a.org_id, Role(kind))
    before = await statuses(client, mover_a, mover_b)
    answer = await client.request(method, path.format(**ids), headers=headers, json=body)
    assert answer.status_code == expected(kind, STAFF, 200), answer.text
    is_change = method == "POST" and kind is Kind.STAFF
    assert (before != await statuses(client, mover_a, mover_b)) is is_change
