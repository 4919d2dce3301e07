"""The main job from an empty company to an invoiced move: over HTTP, as each person in turn, and what they are sent."""

from __future__ import annotations

import re
from typing import Any, Final

import httpx
import pytest

from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.adapters.documents.pdf_reading import pages_of
from tests.conftest import Member, StaffMember, register
from tests.factories.bookings import new_key
from tests.factories.customers import new_email
from tests.factories.fleet import driver_body, helper_body, truck_body
from tests.factories.market import post
from tests.factories.verification import policy_body
from tests.factories.worker import read_mailbox, work

pytestmark = pytest.mark.integration

# A town of its own: the only offers are this company's.
BILLINGS: Final = {"line1": "210 N 27th Street", "city": "Billings", "state": "MT", "postal_code": "59101"}
LAUREL: Final = {"line1": "115 W 1st Street", "city": "Laurel", "state": "MT", "postal_code": "59044"}
PRICES: Final = {"base_hourly_rate": 150, "base_mileage_rate": "2.50", "minimum_charge": "300", "tax_rate": "0.05"}
MOVE: Final = {"origin": BILLINGS, "destination": LAUREL}
STARTS_AT: Final = "2027-03-10T09:00:00"
EXTRA: Final = {"code": "piano", "description": "A piano, as agreed", "amount": {"amount": "90.00"}}


async def get(client: httpx.AsyncClient, headers: dict[str, str], path: str) -> dict[str, Any]:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def set_up_company(client: httpx.AsyncClient, staff: StaffMember) -> Member:
    """One truck and three people, insured, with prices, approved."""
    owner = await register(client, address=BILLINGS, timezone="America/Denver")
    headers = owner.headers
    await post(client, headers, "/v1/trucks", truck_body(base=BILLINGS), 201)
    await post(client, headers, "/v1/drivers", driver_body(), 201)
    for name in ("Hugo Lind", "Ines Roth"):
        await post(client, headers, "/v1/drivers", helper_body(full_name=name), 201)
    await post(client, headers, "/v1/org/insurance-policies", policy_body(), 201)
    assert await offers(client) == []
    await post(client, headers, "/v1/pricing-configs", PRICES, 201)
    asked = await post(client, headers, "/v1/org/verification", None, 201)
    assert (asked["status"], asked["missing"]) == ("submitted", [])
    assert await offers(client) == []
    await post(client, staff.headers, f"/v1/ops/verifications/{asked['id']}/approve")
    assert (await get(client, headers, "/v1/org"))["status"] == "verified"
    return owner


async def offers(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    estimate = (await client.post("/v1/estimates", json=MOVE | {"home_size": "one_bedroom"})).json()
    found = await client.post("/v1/search", json=MOVE | {"starts_at": STARTS_AT, "estimate": estimate})
    assert found.status_code == 200, found.text
    listed: list[dict[str, Any]] = found.json()["offers"]
    return listed


async def sign_in_by_code(
    client: httpx.AsyncClient, worker_resources: Resources, settings: Settings
) -> tuple[str, dict[str, str]]:
    """A customer's e-mail address and headers; the code is read in the mailbox."""
    email = new_email()
    asked = await client.post("/v1/customers/otp", json={"email": email})
    assert asked.status_code == 202, asked.text
    await work(worker_resources)
    [mail] = read_mailbox(settings.mail.mailbox, to=email)
    [code] = re.findall(r"\b\d{6}\b", mail["text"])
    challenge = {"challenge_id": asked.json()["challenge_id"], "code": code}
    told = (await client.post("/v1/customers/otp/verify", json=challenge)).json()
    return email, {"Authorization": f"Bearer {told['session_token']}"}


async def test_from_registration_to_the_invoice(
    client: httpx.AsyncClient, staff: StaffMember, worker_resources: Resources, settings: Settings
) -> None:
    owner = await set_up_company(client, staff)
    email, customer = await sign_in_by_code(client, worker_resources, settings)
    [offer] = await offers(client)
    assert offer["organization"]["id"] == str(owner.org_id)

    quote = await post(client, customer, "/v1/quotes", {"offer_id": offer["offer_id"]}, 201)
    assert quote["price"] == offer["price"]
    contact = {"full_name": "Maya Moss", "phone": "+14065550123", "email": email}
    booking = await post(client, customer, "/v1/bookings", {"quote_id": quote["id"], "contact": contact}, 201)
    assert (booking["status"], booking["price"]) == ("held", quote["price"])
    path = f"/v1/bookings/{booking['id']}"

    await too_late(client, worker_resources, settings, offer["offer_id"])
    assert (await post(client, customer, f"{path}/confirm"))["status"] == "confirmed"
    await work(worker_resources)
    office, letter = (read_mailbox(settings.mail.mailbox, to=to)[0] for to in (owner.email, email))
    assert office["subject"] == letter["subject"] == f"Confirmed: move {booking['reference']} on 2027-03-10"
    assert "Maya Moss, +14065550123" in office["text"]
    assert "09:00 to" in letter["text"]
    assert "(America/Denver)" in letter["text"]

    await drive(client, owner, booking)
    await bill(client, owner, customer, booking)
    await work(worker_resources)
    [told] = [mail for mail in read_mailbox(settings.mail.mailbox, to=email) if mail["subject"].startswith("Invoice")]
    assert "over 756.00 USD" in told["text"]


async def too_late(client: httpx.AsyncClient, worker_resources: Resources, settings: Settings, offer_id: str) -> None:
    """Another customer has the same offer, and is told what is free instead."""
    email, other = await sign_in_by_code(client, worker_resources, settings)
    quote = await post(client, other, "/v1/quotes", {"offer_id": offer_id}, 201)
    body = {"quote_id": quote["id"], "contact": {"full_name": "Late", "phone": "+14065550124", "email": email}}
    refused = await client.post("/v1/bookings", headers=other | new_key(), json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert len(refused.json()["alternatives"]) == 3
    assert (await get(client, other, "/v1/bookings"))["items"] == []


async def drive(client: httpx.AsyncClient, owner: Member, booking: dict[str, Any]) -> None:
    path = f"/v1/bookings/{booking['id']}"
    people = (await get(client, owner.headers, "/v1/drivers"))["items"]
    spare = [one["id"] for one in people if one["id"] not in booking["driver_ids"]]
    drivers = [one["id"] for one in people if one["role"] == "driver"]
    named = {"truck_ids": booking["truck_ids"], "driver_ids": [*drivers, *spare]}
    assigned = await post(client, owner.headers, f"{path}/assign", named)
    assert (assigned["status"], set(assigned["driver_ids"])) == ("assigned", {*drivers, *spare})
    assert (await post(client, owner.headers, f"{path}/start"))["status"] == "en_route"
    done = {"actual_hours": 3.8, "actual_distance_miles": 12, "extras": [EXTRA]}
    completed = await post(client, owner.headers, f"{path}/complete", done)
    # 3.8 hours are billed as four, 12 miles at 2.50, and the piano: 720.00, and 5 % on it.
    assert completed["final_price"]["total"] == {"amount": "756.00", "currency": "USD"}


async def bill(client: httpx.AsyncClient, owner: Member, customer: dict[str, str], booking: dict[str, Any]) -> None:
    invoice = await post(client, owner.headers, f"/v1/bookings/{booking['id']}/invoice", None, 201)
    assert invoice["status"] == "issued"
    amounts = [invoice[name]["amount"] for name in ("subtotal", "tax", "total", "amount_due")]
    assert amounts == ["720.00", "36.00", "756.00", "756.00"]
    again = await client.post(f"/v1/bookings/{booking['id']}/invoice", headers=owner.headers | new_key())
    assert (again.status_code, again.json()["code"]) == (409, "already_invoiced")
    pdf = await client.get(f"/v1/invoices/{invoice['id']}/pdf", headers=customer)
    assert pdf.headers["content-type"] == "application/pdf"
    paper = "\n".join(pages_of(pdf.content))
    for printed in (invoice["number"], "Maya Moss", "A piano, as agreed", "756.00"):
        assert printed in paper
