"""Trucks and crews, put into service over HTTP."""

from __future__ import annotations

from typing import Any, Final

import httpx

SAN_FRANCISCO: Final = {"line1": "1355 Market Street", "city": "San Francisco", "state": "CA", "postal_code": "94103"}
CHICAGO: Final = {"line1": "233 South Wacker Drive", "city": "Chicago", "state": "IL", "postal_code": "60606"}


def truck_body(**changes: Any) -> dict[str, Any]:
    body = {
        "name": "Big Blue",
        "license_plate": "8ABC123",
        "capacity_cuft": 1600,
        "max_weight_lb": 10_000,
        "base": SAN_FRANCISCO,
    }
    return body | changes


def driver_body(**changes: Any) -> dict[str, Any]:
    licence = {"license_number": "D1234567", "license_class": "C", "license_expires_on": "2029-06-30"}
    return {"full_name": "Dana Reyes", "phone": "+14155550135", "role": "driver", **licence} | changes


def helper_body(**changes: Any) -> dict[str, Any]:
    return {"full_name": "Hugo Lind", "phone": "+14155550136", "role": "helper"} | changes


async def _add(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(path, headers=headers, json=body)
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


async def add_truck(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    return await _add(client, headers, "/v1/trucks", truck_body(**changes))


async def add_driver(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    return await _add(client, headers, "/v1/drivers", driver_body(**changes))


async def is_driver(
    client: httpx.AsyncClient, owner: dict[str, str], driver_id: str, member: dict[str, str] | str
) -> None:
    """The driver signs in as this member: by the member's headers, or the user's id."""
    user_id = member
    if not isinstance(member, str):
        user_id = (await client.get("/v1/auth/me", headers=member)).json()["user"]["id"]
    answer = await client.patch(f"/v1/drivers/{driver_id}", json={"user_id": user_id}, headers=owner)
    assert answer.status_code == 200, answer.text


async def add_helper(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    return await _add(client, headers, "/v1/drivers", helper_body(**changes))
