"""A company with one of everything, and the customer it has worked for: what others must not see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.conftest import Member, StaffMember, register
from tests.factories.customers import SignedInCustomer

KEY: Final = "Idempotency-Key"
# A city of its own, where no other test's company offers anything.
BOISE: Final = {"line1": "150 N Capitol Blvd", "city": "Boise", "state": "ID", "postal_code": "83702"}
MERIDIAN: Final = {"line1": "33 E Broadway Ave", "city": "Meridian", "state": "ID", "postal_code": "83642"}
CONTACT: Final = {"full_name": "Bo", "phone": "+14155550123"}
PRICES: Final = {
    "base_hourly_rate": 150,
    "base_mileage_rate": 2.5,
    "minimum_charge": 200,
    "extra_mover_hourly_rate": 45,
}


PERMIT: Final = {"kind": "state_permit", "issuer": "PUC", "number": "ID-T40213", "effective_on": "2026-05-01"}
PAPER: Final = {"kind": "document", "file_name": "p.pdf", "content_type": "application/pdf", "size_bytes": 9}


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a company has, by the name of the path parameter that asks for it."""

    member: Member
    customer: SignedInCustomer
    ids: dict[str, str]


def _invited() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.com", "role": "driver"}


async def _owner_of(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """The member's id of whoever owns the company."""
    answer = await client.get("/v1/org/members", headers=headers)
    found: str = answer.json()["items"][0]["id"]
    return found


def window(day: int, month: int = 6) -> dict[str, str]:
    on = f"2027-{month:02d}-{day:02d}"
    return {"starts_at": f"{on}T09:00:00", "ends_at": f"{on}T13:00:00"}


async def _post(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any = None) -> dict[str, Any]:
    answer = await client.post(path, json=body, headers={**headers, KEY: uuid4().hex})
    assert answer.status_code < 300, (path, answer.text)
    told: dict[str, Any] = answer.json()
    return told


async def _fleet(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    truck = {"name": "T", "license_plate": uuid4().hex[:8], "capacity_cuft": 1600, "max_weight_lb": 9000, "base": BOISE}
    licence = {"license_number": uuid4().hex[:8], "license_class": "C", "license_expires_on": "2031-01-01"}
    person = {"full_name": "D", "phone": "+14155550135"}
    truck_id = (await _post(client, headers, "/v1/trucks", truck))["id"]
    driver_id = (await _post(client, headers, "/v1/drivers", person | {"role": "driver"} | licence))["id"]
    await _post(client, headers, "/v1/drivers", person | {"role": "helper"})
    climber = {"name": "Stair climber", "kind": "stair_climber", "stock": 1, "is_piece": True}
    equipment_id = (await _post(client, headers, "/v1/equipment", climber))["id"]
    return {
        "equipment_id": equipment_id,
        "equipment_time_off": (await _post(client, headers, f"/v1/equipment/{equipment_id}/time-off", window(22)))[
            "id"
        ],
        "truck_id": truck_id,
        "driver_id": driver_id,
        "truck_time_off": (await _post(client, headers, f"/v1/trucks/{truck_id}/time-off", window(20)))["id"],
        "invitation_id": (await _post(client, headers, "/v1/org/invitations", _invited()))["id"],
        "member_id": await _owner_of(client, headers),
        "document_id": (await _post(client, headers, "/v1/org/documents", PERMIT))["id"],
        "upload_id": (await _post(client, headers, "/v1/uploads", PAPER))["id"],
        "driver_time_off": (await _post(client, headers, f"/v1/drivers/{driver_id}/time-off", window(21)))["id"],
    }


async def _market(client: httpx.AsyncClient, headers: dict[str, str], staff: StaffMember) -> dict[str, str]:
    policy = {
        "kind": "cargo",
        "insurer": "Acme",
        "policy_number": uuid4().hex[:8],
        "coverage": {"amount": "750000"},
        "effective_on": "2027-01-01",
        "expires_on": "2030-01-01",
    }
    policy_id = (await _post(client, headers, "/v1/org/insurance-policies", policy))["id"]
    config_id = (await _post(client, headers, "/v1/pricing-configs", PRICES))["id"]
    day_off = {"day": "2030-12-25", "name": "Christmas"}
    day_off_id = (await _post(client, headers, "/v1/org/days-off", day_off))["id"]
    branch = {"name": "North", "address": BOISE}
    branch_id = (await _post(client, headers, "/v1/org/branches", branch))["id"]
    area_id = (await _post(client, headers, "/v1/org/service-areas", {"radius_miles": 20}))["id"]
    case_id = (await _post(client, headers, "/v1/org/verification"))["id"]
    await _post(client, staff.headers, f"/v1/ops/verifications/{case_id}/approve")
    return {
        "policy_id": policy_id,
        "paper_id": policy_id,
        "config_id": config_id,
        "area_id": area_id,
        "case_id": case_id,
    } | {
        "day_off_id": day_off_id,
        "branch_id": branch_id,
    }


async def quote_of(
    client: httpx.AsyncClient, customer: SignedInCustomer, member: Member, day: int, *, month: int = 6
) -> str:
    """The id of a quote for a move that day, of this company's offer."""
    wish = {"origin": BOISE, "destination": MERIDIAN, "home_size": "studio", "limit": 50}
    answer = await client.post("/v1/search", json=wish | {"starts_at": window(day, month)["starts_at"]})
    assert answer.status_code == 200, answer.text
    [offer] = [one["offer_id"] for one in answer.json()["offers"] if one["organization"]["id"] == str(member.org_id)]
    quote_id: str = (await _post(client, customer.headers, "/v1/quotes", {"offer_id": offer}))["id"]
    return quote_id


async def _moves(client: httpx.AsyncClient, customer: SignedInCustomer, member: Member) -> dict[str, str]:
    """A quote, a booking that is held, and one that is done and invoiced."""
    held = {"quote_id": await quote_of(client, customer, member, 5), "contact": CONTACT}
    booking_id = (await _post(client, customer.headers, "/v1/bookings", held))["id"]
    done = {"quote_id": await quote_of(client, customer, member, 6), "contact": CONTACT}
    done_id = (await _post(client, customer.headers, "/v1/bookings", done))["id"]
    await _post(client, customer.headers, f"/v1/bookings/{done_id}/confirm")
    await _post(client, member.headers, f"/v1/bookings/{done_id}/start")
    finished = {"actual_hours": 3, "actual_distance_miles": 9}
    await _post(client, member.headers, f"/v1/bookings/{done_id}/complete", finished)
    invoice_id = (await _post(client, member.headers, f"/v1/bookings/{done_id}/invoice"))["id"]
    quote_id = await quote_of(client, customer, member, 7)
    feed_id = (await _post(client, member.headers, "/v1/calendar-feeds", {"name": "F"}))["id"]
    return {"quote_id": quote_id, "booking_id": booking_id, "done_id": done_id, "invoice_id": invoice_id} | {
        "feed_id": feed_id
    }


def fill(path: str, ids: dict[str, str]) -> str:
    """The path with these ids in the place of its parameters."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "time_off_id":
            name = f"{path.split('/')[2].removesuffix('s')}_time_off"
        assert name in ids, f"teach me this path parameter: {name} of {path}"
        return ids[name]

    return re.sub(r"\{(\w+)\}", value, path)


async def furnish(client: httpx.AsyncClient, customer: SignedInCustomer, staff: StaffMember) -> Belongings:
    member = await register(client, address=BOISE, timezone="America/Boise")
    sessions = (await client.get("/v1/auth/sessions", headers=member.headers)).json()["items"]
    ids = {"org_id": str(member.org_id), "session_id": sessions[0]["id"]}
    ids["staff_id"] = (await client.get("/v1/auth/me", headers=staff.headers)).json()["user"]["id"]
    key = {"name": "ERP", "scopes": ["fleet:read"]}
    ids["key_id"] = (await _post(client, member.headers, "/v1/org/api-keys", key))["id"]
    ids |= await _fleet(client, member.headers)
    ids |= await _market(client, member.headers, staff)
    ids |= await _moves(client, customer, member)
    own = (await client.get("/v1/customers/me/sessions", headers=customer.headers)).json()["items"]
    # A dispute has no name outside of the staff's desk: whoever else asks is refused before it is looked for.
    return Belongings(member, customer, ids | {"customer_session_id": own[0]["id"], "dispute_id": ids["done_id"]})
