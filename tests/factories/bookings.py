"""Moves as they come about over HTTP: by hand for somebody on the phone, or from a customer's search."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

import httpx

from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_helper, add_truck
from tests.factories.verification import make_verified

OAKLAND: Final = {"line1": "1 Frank Ogawa Plaza", "city": "Oakland", "state": "CA", "postal_code": "94607"}
CONTACT: Final = {"full_name": "Bob Moss", "phone": "+14155550123", "email": "bob@example.com"}
DONE: Final = {"actual_hours": "3.33", "actual_distance_miles": "10.1"}
SMALL_JOB: Final = {"volume_cuft": 600, "weight_lb": 4000, "crew_size": 1, "duration_hours": "3"}
PRICES: Final = {"base_hourly_rate": "150", "base_mileage_rate": "2.50", "minimum_charge": "300"}
_numbers: Final[Iterator[int]] = itertools.count(1)


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": f"test-{next(_numbers)}"}


async def _send(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any, status: int) -> Any:
    answer = await client.post(path, headers=headers | new_key(), json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def write_prices(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> None:
    """A price list in force, of a company that has none yet."""
    await _send(client, headers, "/v1/pricing-configs", {**PRICES, **changes}, 201)


async def book_by_hand(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Held for somebody on the phone, with a truck and a driver of its own; 500.00 unless it is estimated."""
    truck = await add_truck(client, headers, license_plate=f"TEST {next(_numbers)}")
    driver = await add_driver(client, headers, license_number=f"D{next(_numbers)}")
    body = {
        "window": {"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T13:00:00"},
        "truck_ids": [truck["id"]],
        "driver_ids": [driver["id"]],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        **({} if "estimate" in changes else {"price": {"amount": "500.00", "currency": "USD"}}),
        **changes,
    }
    booking: dict[str, Any] = await _send(client, headers, "/v1/bookings", body, 201)
    return booking


async def complete(
    client: httpx.AsyncClient, headers: dict[str, str], booking_id: str, **changes: Any
) -> dict[str, Any]:
    """A confirmed booking is driven and done."""
    await _send(client, headers, f"/v1/bookings/{booking_id}/start", None, 200)
    done: dict[str, Any] = await _send(client, headers, f"/v1/bookings/{booking_id}/complete", DONE | changes, 200)
    return done


async def complete_by_hand(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    """`extras` are of the completion, all else of the booking."""
    extras = changes.pop("extras", [])
    booking = await book_by_hand(client, headers, **changes)
    await _send(client, headers, f"/v1/bookings/{booking['id']}/confirm", None, 200)
    return await complete(client, headers, booking["id"], extras=extras)


async def open_market(client: httpx.AsyncClient, headers: dict[str, str], staff: dict[str, str]) -> None:
    """The company is verified and has a crew of two."""
    await make_verified(client, headers, staff)
    await add_helper(client, headers)


async def book_as_customer(
    client: httpx.AsyncClient, customer: dict[str, str], org_id: str, starts_at: str = "2027-03-08T09:00:00"
) -> dict[str, Any]:
    """A studio's move, found by a search among this company's offers, quoted and held."""
    wish = {"origin": SAN_FRANCISCO, "destination": OAKLAND, "starts_at": starts_at, "home_size": "studio", "limit": 50}
    found = await client.post("/v1/search", json=wish)
    assert found.status_code == 200, found.text
    [offer] = [one["offer_id"] for one in found.json()["offers"] if one["organization"]["id"] == org_id]
    quote = await _send(client, customer, "/v1/quotes", {"offer_id": offer}, 201)
    body = {"quote_id": quote["id"], "contact": CONTACT}
    booking: dict[str, Any] = await _send(client, customer, "/v1/bookings", body, 201)
    return booking


async def complete_for_customer(
    client: httpx.AsyncClient, mover: dict[str, str], customer: dict[str, str], org_id: str
) -> dict[str, Any]:
    """From search to done; the company is in the market."""
    booking = await book_as_customer(client, customer, org_id)
    await _send(client, customer, f"/v1/bookings/{booking['id']}/confirm", None, 200)
    return await complete(client, mover, booking["id"])


async def issue(client: httpx.AsyncClient, headers: dict[str, str], booking_id: str) -> dict[str, Any]:
    """The invoice of a completed booking."""
    invoice: dict[str, Any] = await _send(client, headers, f"/v1/bookings/{booking_id}/invoice", None, 201)
    return invoice
