"""Companies with their papers in order, asked about and verified, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.factories.fleet import add_driver, add_truck


def policy_body(**changes: Any) -> dict[str, Any]:
    body = {
        "kind": "cargo",
        "insurer": "Harbor Mutual",
        "policy_number": "HM-204881",
        "coverage": {"amount": "750000.00", "currency": "USD"},
        "effective_on": "2027-01-01",
        "expires_on": "2027-12-31",
    }
    return body | changes


async def add_policy(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    response = await client.post("/v1/org/insurance-policies", headers=headers, json=policy_body(**changes))
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


async def write_prices(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """A company's first price list, which is in force at once."""
    body = {"base_hourly_rate": "150", "base_mileage_rate": "2.50", "minimum_charge": "300", "surcharge_rules": []}
    config = await client.post("/v1/pricing-configs", headers=headers, json=body)
    assert (config.status_code, config.json()["status"]) == (201, "active"), config.text


async def make_ready(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """All that a company needs before it can ask to be verified."""
    await add_truck(client, headers)
    await add_driver(client, headers)
    await add_policy(client, headers)
    await write_prices(client, headers)


async def submit(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """The id of the case of a company that is ready."""
    response = await client.post("/v1/org/verification", headers=headers)
    assert response.status_code == 201, response.text
    case_id: str = response.json()["id"]
    return case_id


async def approve(client: httpx.AsyncClient, staff: dict[str, str], case_id: str) -> None:
    response = await client.post(f"/v1/ops/verifications/{case_id}/approve", headers=staff)
    assert response.status_code == 200, response.text


async def look_at_papers(client: httpx.AsyncClient, staff: dict[str, str], org_id: object) -> int:
    """Staff confirm all that the company has shown since it asked to be verified; how many papers that were."""
    file = (await client.get(f"/v1/ops/orgs/{org_id}", headers=staff)).json()
    waiting = [
        one["id"]
        for one in (*file["policies"], *file["documents"])
        if one["review"] == "waiting" and one["withdrawn_at"] is None
    ]
    for paper_id in waiting:
        looked = await client.post(f"/v1/ops/orgs/{org_id}/papers/{paper_id}/confirm", headers=staff)
        assert looked.status_code == 200, looked.text
    return len(waiting)


async def make_verified(client: httpx.AsyncClient, headers: dict[str, str], staff: dict[str, str]) -> None:
    await make_ready(client, headers)
    await approve(client, staff, await submit(client, headers))
