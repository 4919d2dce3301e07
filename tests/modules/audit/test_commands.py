"""Every command leaves exactly one entry, what is refused leaves none, and no person is in any of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from app.kernel.actor import StaffRole
from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Logins, Member, StaffMember, register, sign_in_staff
from tests.factories.belongings import KEY, PRICES, Belongings, furnish, quote_of
from tests.factories.bookings import CONTACT, book_by_hand, new_key
from tests.factories.customers import code_of as sent_code
from tests.factories.customers import new_email, sign_in_customer
from tests.factories.files import document, photo, upload
from tests.factories.fleet import add_driver, add_helper, add_truck
from tests.factories.verification import add_policy, make_ready, make_verified, policy_body, submit
from tests.factories.worker import work
from tests.modules.audit.commands import TOLD
from tests.modules.audit.trails import entries_of
from tests.modules.audit.witness import Witness, entries_by_request
from tests.modules.fleet.test_tables import PEOPLE, TRUCKS
from tests.modules.identity.test_passwords import NEW, asked_for, change, reset, token_in
from tests.modules.identity.test_second_factor import answer_it, challenge, code_of, enrol
from tests.modules.identity.test_verify_email import newcomer, verify

pytestmark = pytest.mark.integration

REASON: Final = {"reason": "Zebedee says so"}
AGENT: Final = "Quillfeather/7"


async def do(client: httpx.AsyncClient, headers: dict[str, str], method: str, path: str, body: Any = None) -> Any:
    """The answer's body; `If-Match` is whatever stands there now."""
    sent = {**headers, KEY: new_key()[KEY]}
    if method in {"PATCH", "PUT", "DELETE"} or path.endswith("/reschedule"):
        shown = await client.get(path.removesuffix("/reschedule"), headers=headers)
        sent["If-Match"] = shown.headers.get("etag", '"v1"')
    answer = await client.request(method, path, headers=sent, json=body)
    assert answer.is_success, (method, path, answer.text)
    return answer.json() if answer.content else None


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> dict[str, str]:
    body = {"email": email, "password": password}
    told = await do(client, {"User-Agent": AGENT}, "POST", "/v1/auth/login", body)
    return {"Authorization": f"Bearer {told['access_token']}"}


async def run_a_company(client: httpx.AsyncClient, of_a: Belongings) -> None:
    """What `furnish` does not: changing, putting back and throwing away."""
    ids, headers = of_a.ids, of_a.member.headers
    await do(client, headers, "PATCH", "/v1/org", {"name": "Ottoline & Daughters"})
    await do(client, headers, "DELETE", f"/v1/org/service-areas/{ids['area_id']}")
    await do(client, headers, "DELETE", f"/v1/org/days-off/{ids['day_off_id']}")
    branch = f"/v1/org/branches/{ids['branch_id']}"
    await do(client, headers, "PATCH", branch, {"name": "Ottoline's yard"})
    await do(client, headers, "DELETE", branch)
    await do(client, headers, "POST", f"/v1/uploads/{ids['upload_id']}/complete")
    await do(client, headers, "DELETE", f"/v1/org/documents/{ids['document_id']}")
    spare = await do(client, headers, "POST", "/v1/org/insurance-policies", policy_body(kind="liability"))
    await do(client, headers, "DELETE", f"/v1/org/insurance-policies/{spare['id']}")
    await do(client, headers, "PUT", "/v1/org/verification-packs", {"packs": ["US-interstate"]})
    await do(client, headers, "PUT", "/v1/org/verification-packs", {"packs": []})
    await do(client, headers, "PUT", "/v1/org/cancellation-policy", {"kind": "strict"})
    await do(client, headers, "PUT", "/v1/org/day-limits", {"jobs": 40})
    await do(client, headers, "PUT", "/v1/org/cancellation-policy", {"kind": "flexible"})
    feed = await do(client, headers, "POST", "/v1/calendar-feeds", {"name": "Ottoline's telephone"})
    await do(client, headers, "DELETE", f"/v1/calendar-feeds/{feed['id']}")
    await do(client, headers, "PUT", "/v1/org/sign-in-policy", {"second_factor_required": False})
    key = f"/v1/org/api-keys/{ids['key_id']}"
    await do(client, headers, "POST", f"{key}/rotate", {})
    await do(client, headers, "POST", f"{key}/end-rotation")
    await do(client, headers, "DELETE", key)
    draft = await do(client, headers, "POST", "/v1/pricing-configs", PRICES | {"base_hourly_rate": 175})
    await do(client, headers, "POST", f"/v1/pricing-configs/{draft['id']}/plan", {"in_force_from": "2099-01-01T00:00"})
    await do(client, headers, "POST", f"/v1/pricing-configs/{draft['id']}/activate")
    await do(client, headers, "PUT", "/v1/org/estimator-figures", {"figures": [{"code": "loose_item", "value": 45}]})
    await do(client, headers, "PUT", "/v1/org/inventory-items", {"items": [{"code": "sofa_3_seat", "volume_cuft": 55}]})
    for kind, off in (("trucks", "truck_time_off"), ("drivers", "driver_time_off")):
        one = f"/v1/{kind}/{ids[kind[:-1] + '_id']}"
        await do(client, headers, "DELETE", f"{one}/time-off/{ids[off]}")
        await do(client, headers, "PUT", f"{one}/shifts", {"exceptions": [{"day": "2027-12-24"}]})
    piece = f"/v1/equipment/{ids['equipment_id']}"
    await do(client, headers, "DELETE", f"{piece}/time-off/{ids['equipment_time_off']}")
    truck = await add_truck(client, headers, license_plate="QLF 7734")
    driver = await add_driver(client, headers, license_number="QF-88213", full_name="Zebedee Quill")
    await do(client, headers, "PATCH", f"/v1/trucks/{truck['id']}", {"name": "Ottoline", "capacity_cuft": 900})
    await do(client, headers, "PATCH", f"/v1/drivers/{driver['id']}", {"full_name": "Zebedee Feather"})
    await do(client, headers, "DELETE", f"/v1/trucks/{truck['id']}")
    await do(client, headers, "DELETE", f"/v1/drivers/{driver['id']}")


async def show_and_pay(client: httpx.AsyncClient, of_a: Belongings, worker: Resources) -> None:
    """A photo comes to a truck and goes, the truck is seen, and an hour of its driver has a price."""
    headers, ids = of_a.member.headers, of_a.ids
    shown = await upload(client, of_a.member, worker, photo(), "image/jpeg", "photo")
    photos = f"/v1/trucks/{ids['truck_id']}/photos"
    await do(client, headers, "POST", photos, {"upload_id": shown["id"]})
    await do(client, headers, "DELETE", f"{photos}/{shown['id']}")
    paper = await upload(client, of_a.member, worker, document(), "application/pdf", "document")
    licence = {"kind": "business_licence", "issuer": "The City", "effective_on": "2027-01-01"}
    await do(client, headers, "POST", "/v1/org/documents", licence | {"upload_id": paper["id"]})
    seen = {"location": {"lat": 43.6, "lng": -116.2}, "recorded_at": "2027-03-01T08:00:00Z"}
    assert (await client.put(f"/v1/trucks/{ids['truck_id']}/location", headers=headers, json=seen)).status_code == 200
    equipment = f"/v1/equipment/{ids['equipment_id']}"
    await do(client, headers, "PATCH", equipment, {"name": "Stair climber, red"})
    await do(client, headers, "DELETE", equipment)
    sent = headers | {"Content-Type": "text/csv"}
    for kind, table in (("trucks", TRUCKS), ("drivers", PEOPLE)):
        assert (await client.post(f"/v1/{kind}/import", headers=sent, content=table)).status_code == 200
    cost = f"/v1/drivers/{ids['driver_id']}/hourly-cost"
    await do(client, headers, "PUT", cost, {"hourly_cost": {"amount": "31.41"}})


async def move_people(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """One booking from the telephone to its end, another cancelled; the id of a third, whose customer will not come."""
    booking = await book_by_hand(client, headers)
    here = f"/v1/bookings/{booking['id']}"
    other = {"starts_at": "2027-03-09T09:00:00", "expected_total": booking["price"]["total"]}
    crew = {"truck_ids": booking["truck_ids"], "driver_ids": booking["driver_ids"]}
    steps: list[tuple[str, Any]] = [
        ("confirm", None),
        ("assign", crew),
        ("reschedule/preview", {"starts_at": other["starts_at"]}),
        ("reschedule", other),
    ]
    for step, body in steps:
        await do(client, headers, "POST", f"{here}/{step}", body)
    await do(client, headers, "PATCH", here, {"contact": {"full_name": "Ottoline Vane", "phone": "+14155550177"}})
    await do(client, headers, "POST", f"{here}/tracking-link/renew")
    link = await do(client, headers, "POST", f"{here}/reschedule-link/renew")
    at = urlsplit(link["url"])
    third = {"starts_at": "2027-03-10T09:00:00", "expected_total": booking["price"]["total"]}
    await do(client, {}, "POST", f"{at.path}/preview?{at.query}", {"starts_at": third["starts_at"]})
    await do(client, {}, "POST", f"{at.path}?{at.query}", third)
    for step in ("start", "arrive", "load", "depart", "unload"):
        await do(client, headers, "POST", f"{here}/{step}", {"note": "Ottoline was late"})
    done = {"actual_hours": "3", "actual_distance_miles": "9"}
    await do(client, headers, "POST", f"{here}/complete", done)
    await do(client, headers, "POST", f"{here}/take-back", REASON)
    await do(client, headers, "POST", f"{here}/start")
    await do(client, headers, "POST", f"{here}/complete", done)
    refused = await client.post(f"{here}/start", headers=headers | new_key())
    assert refused.status_code == 409
    many = await book_by_hand(client, headers)
    commands = {"commands": [{"booking_id": many["id"], "command": "confirm"}]}
    await do(client, headers, "POST", "/v1/bookings/bulk", commands)
    waiting = await book_by_hand(client, headers, arrival_window_minutes=60)
    await do(client, headers, "POST", f"/v1/bookings/{waiting['id']}/confirm")
    await do(
        client, headers, "POST", f"/v1/bookings/{waiting['id']}/plan-arrival", {"arrives_at": waiting["starts_at"]}
    )
    called_off = await book_by_hand(client, headers)
    await do(client, headers, "POST", f"/v1/bookings/{called_off['id']}/cancel", REASON)
    missed = await book_by_hand(client, headers)
    await do(client, headers, "POST", f"/v1/bookings/{missed['id']}/confirm")
    return str(missed["id"])


async def plan_a_day(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """A day with one job, whose team a plan gives it."""
    window = {"starts_at": "2027-05-03T09:00:00", "ends_at": "2027-05-03T13:00:00"}
    booking = await book_by_hand(client, headers, window=window)
    await do(client, headers, "POST", f"/v1/bookings/{booking['id']}/confirm")
    await do(client, headers, "POST", "/v1/dispatch/auto-assign/preview", {"day": "2027-05-03"})
    await do(client, headers, "POST", "/v1/dispatch/auto-assign", {"day": "2027-05-03"})
    idle = {"truck_id": booking["truck_ids"][0], "day": "2027-05-04"}
    await do(client, headers, "POST", "/v1/dispatch/swap-truck/preview", idle)
    await do(client, headers, "POST", "/v1/dispatch/swap-truck", idle)


async def ask_at_the_door(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """New codes for somebody who booked on the phone, and none after all."""
    await do(client, headers, "PUT", "/v1/org/booking-rules", {"door_codes": True})
    here = f"/v1/bookings/{(await book_by_hand(client, headers))['id']}"
    await do(client, headers, "POST", f"{here}/confirm")
    await do(client, headers, "POST", f"{here}/door-codes/renew")
    await do(client, headers, "POST", f"{here}/door-codes/waive", REASON)


async def look_at_what_waits(client: httpx.AsyncClient, staff: dict[str, str]) -> None:
    """Of a company that is verified and tells more since: papers and numbers, good ones and bad."""
    other = await register(client)
    await do(client, other.headers, "PATCH", "/v1/org", {"usdot_number": None})
    await make_verified(client, other.headers, staff)
    here = f"/v1/ops/orgs/{other.org_id}"
    for act, body in (("confirm", {}), ("refuse", REASON)):
        paper = await add_policy(client, other.headers, policy_number=act)
        await do(client, staff, "GET", "/v1/ops/waiting-papers?limit=1")
        await do(client, staff, "POST", f"{here}/papers/{paper['id']}/{act}", body or None)
    for act, body in (("refuse", REASON), ("confirm", {})):
        await do(client, other.headers, "PATCH", "/v1/org", {"usdot_number": "7654321"})
        await do(client, staff, "GET", "/v1/ops/usdot-numbers?limit=1")
        await do(client, staff, "POST", f"{here}/usdot-number/{act}", body | {"number": "7654321"})


async def review_companies(client: httpx.AsyncClient, org_id: str, staff: dict[str, str]) -> None:
    await do(client, staff, "PUT", "/v1/ops/verification-packs", {"packs": []})
    other = await register(client)
    await make_ready(client, other.headers)
    case_id = await submit(client, other.headers)
    await do(client, staff, "GET", "/v1/ops/verifications?limit=1&status=submitted")
    await review_a_case(client, case_id, staff)
    await do(client, staff, "POST", f"/v1/ops/verifications/{case_id}/reject", REASON)
    await look_at_what_waits(client, staff)
    await do(client, staff, "POST", f"/v1/ops/orgs/{org_id}/suspend", REASON)
    await do(client, staff, "POST", f"/v1/ops/orgs/{org_id}/reinstate")
    await do(client, staff, "GET", f"/v1/ops/audit?org_id={org_id}")
    await do(client, staff, "GET", "/v1/ops/orgs?limit=1")
    file = await do(client, staff, "GET", f"/v1/ops/orgs/{org_id}")
    paper = next(one["upload_id"] for one in file["documents"] if one["upload_id"])
    await do(client, staff, "GET", f"/v1/ops/orgs/{org_id}/papers/{paper}")
    await do(client, staff, "GET", f"/v1/ops/bookings?reference={file['bookings'][0]['reference']}")
    hired = {"email": new_email(), "full_name": "Ottoline Quill", "role": "support"}
    colleague = await do(client, staff, "POST", "/v1/ops/staff", hired)
    await do(client, staff, "PATCH", f"/v1/ops/staff/{colleague['id']}", {"is_active": False})


async def review_a_case(client: httpx.AsyncClient, case_id: str, staff: dict[str, str]) -> None:
    here = f"/v1/ops/verifications/{case_id}"
    await do(client, staff, "POST", f"{here}/claim")
    await do(client, staff, "POST", f"{here}/notes", {"text": "Zebedee called the insurer"})
    await do(client, staff, "GET", here)
    await do(client, staff, "POST", f"{here}/give-back")
    as_it_is = {"fee_percent": "0", "four_eyes": False, "claim_minutes": 60, "fuel_index_price": None}
    await do(client, staff, "PUT", "/v1/ops/settings", as_it_is)


async def sign_in_and_out(client: httpx.AsyncClient, clock: ManualClock, settings: Settings, worker: Resources) -> None:
    email, headers = await newcomer(client)
    await work(worker)
    assert (await verify(client, token_in(settings, email, "mhv"))).is_success
    form = {"username": email, "password": PASSWORD}
    assert (await client.post("/v1/auth/token", data=form)).is_success
    sessions = (await client.get("/v1/auth/sessions", headers=headers)).json()["items"]
    [other] = [one["id"] for one in sessions if not one["is_current"]]
    await do(client, headers, "DELETE", f"/v1/auth/sessions/{other}")
    await do(client, headers, "PATCH", "/v1/auth/me", {"full_name": "Ottoline Vane"})
    await do(client, headers, "POST", "/v1/auth/step-up", {"password": PASSWORD})
    wanted = new_email()
    await do(client, headers, "POST", "/v1/auth/email", {"email": wanted})
    await work(worker)
    await do(client, headers, "POST", "/v1/auth/email/confirm", {"token": token_in(settings, wanted, "mhe")})
    email = wanted
    secret, codes = await enrol(client, headers, clock)
    assert (await answer_it(client, await challenge(client, email), code_of(secret, clock))).is_success
    without = {"password": PASSWORD, "code": codes[0]}
    await do(client, headers, "POST", "/v1/auth/mfa/disable", without)
    assert (await change(client, headers)).is_success
    await do(client, await log_in(client, email, NEW), "POST", "/v1/auth/logout")
    await do(client, headers, "POST", "/v1/auth/logout-all")
    await asked_for(client, email)
    await work(worker)
    assert (await reset(client, token_in(settings, email), "another sound one")).is_success
    assert not (await client.post("/v1/auth/login", json={"email": email, "password": NEW})).is_success


async def change_members(client: httpx.AsyncClient, settings: Settings, worker: Resources) -> None:
    """One comes in, is given another role and taken out; another's invitation is sent again and revoked."""
    owner = await register(client)
    headers, email = owner.headers, new_email()
    await do(client, headers, "POST", "/v1/org/invitations", {"email": email, "role": "driver"})
    await work(worker)
    answer = {"token": token_in(settings, email, "mhi"), "password": NEW, "full_name": "Zebedee Quill"}
    await do(client, {"User-Agent": AGENT}, "POST", "/v1/auth/invitations/accept", answer)
    helper = await add_helper(client, headers)
    await do(client, headers, "POST", f"/v1/drivers/{helper['id']}/invitations", {"email": new_email()})
    second = {"email": new_email(), "role": "accountant"}
    invited = await do(client, headers, "POST", "/v1/org/invitations", second)
    await do(client, headers, "POST", f"/v1/org/invitations/{invited['id']}/resend")
    await do(client, headers, "DELETE", f"/v1/org/invitations/{invited['id']}")
    members = (await client.get("/v1/org/members", headers=headers)).json()["items"]
    [member] = [one["id"] for one in members if one["email"] == email]
    await do(client, headers, "PATCH", f"/v1/org/members/{member}", {"role": "manager"})
    await do(client, headers, "POST", "/v1/org/transfer-ownership", {"member_id": member})
    headers = await log_in(client, email, NEW)
    company = {"organization_id": str(owner.org_id)}
    told = await do(client, headers, "POST", "/v1/auth/switch-org", company)
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    [former] = [one["id"] for one in members if one["id"] != member]
    await do(client, headers, "DELETE", f"/v1/org/members/{former}")


async def leave(client: httpx.AsyncClient, resources: Resources, staff: dict[str, str]) -> None:
    """A customer who changes their name and address, takes their data along and is forgotten."""
    customer = (await sign_in_customer(client, resources)).headers
    await do(client, customer, "PATCH", "/v1/customers/me", {"full_name": "Ottoline Vane"})
    await do(client, staff, "GET", "/v1/ops/customers?q=Ottoline%20Vane")
    asked = await do(client, customer, "POST", "/v1/customers/me/otp", {"email": new_email()})
    proof = {"challenge_id": asked["challenge_id"], "code": await sent_code(resources, asked["challenge_id"])}
    await do(client, customer, "POST", "/v1/customers/me/otp/verify", proof)
    await do(client, customer, "GET", "/v1/customers/me/export")
    await do(client, customer, "DELETE", "/v1/customers/me")


async def book_for(client: httpx.AsyncClient, of_a: Belongings, day: int) -> str:
    """The id of a booking of its customer's."""
    body = {"quote_id": await quote_of(client, of_a.customer, of_a.member, day, month=3), "contact": CONTACT}
    held = await do(client, of_a.customer.headers, "POST", "/v1/bookings", body)
    await do(client, of_a.customer.headers, "POST", f"/v1/bookings/{held['id']}/confirm")
    found: str = held["id"]
    return found


async def dispute_no_shows(
    client: httpx.AsyncClient,
    customer: dict[str, str],
    headers: dict[str, str],
    staff: dict[str, str],
    booking_ids: list[str],
) -> None:
    """The customer says that nobody came, the company that it did; once staff believe it, and once not."""
    for booking_id, act in zip(booking_ids, ("reject", "accept"), strict=True):
        here = f"/v1/bookings/{booking_id}"
        await do(client, customer, "POST", f"{here}/no-show")
        disputed = await do(client, headers, "POST", f"{here}/dispute-no-show", {"note": "Ottoline was late"})
        await do(client, staff, "GET", "/v1/ops/no-show-disputes?limit=1")
        await do(client, staff, "POST", f"/v1/ops/no-show-disputes/{disputed['id']}/{act}", REASON)


@pytest.fixture
async def witness(app: FastAPI, client: httpx.AsyncClient, admin: StaffMember) -> Witness:
    """Looks on from here on; the staff have signed in."""
    found = Witness(app)
    client.event_hooks["response"].append(found.look)
    return found


@pytest.fixture
async def seen(
    client: httpx.AsyncClient,
    witness: Witness,
    admin: StaffMember,
    resources: Resources,
    worker_resources: Resources,
    settings: Settings,
    clock: ManualClock,
) -> Witness:
    """All commands were given."""
    of_a = await furnish(client, await sign_in_customer(client, resources), admin)
    await run_a_company(client, of_a)
    await show_and_pay(client, of_a, worker_resources)
    missed = await move_people(client, of_a.member.headers)
    await plan_a_day(client, of_a.member.headers)
    await ask_at_the_door(client, of_a.member.headers)
    await review_companies(client, str(of_a.member.org_id), admin.headers)
    await change_members(client, settings, worker_resources)
    await leave(client, resources, admin.headers)
    await sign_in_and_out(client, clock, settings, worker_resources)
    disputed = [await book_for(client, of_a, day) for day in (4, 5)]
    clock.advance(timedelta(days=8))
    headers = await log_in(client, of_a.member.email)
    await do(client, headers, "POST", f"/v1/bookings/{missed}/no-show")
    await dispute_no_shows(
        client,
        of_a.customer.headers,
        headers,
        (await sign_in_staff(client, resources, StaffRole.ADMIN)).headers,
        disputed,
    )
    return witness


async def test_each_command_leaves_one_entry_and_no_person_in_it(seen: Witness, logins: Logins):
    assert {one.operation for one in seen.seen if one.expected} == TOLD.keys()
    found, whole = await entries_by_request(logins)
    for one in seen.seen:
        expected = Counter([one.expected] if one.expected else [])
        assert found.get(one.request_id, Counter()) == expected, (one.operation, one.status)
    assert {CONTACT["full_name"], PASSWORD, "Zebedee says so", "Ottoline was late", "QF-88213"} <= seen.written
    for text in (*seen.written, AGENT):
        assert text not in whole, text


async def test_an_entry_tells_what_was_and_what_is(client: httpx.AsyncClient, mover_a: Member, logins: Logins):
    truck = await add_truck(client, mover_a.headers)
    await do(client, mover_a.headers, "PATCH", f"/v1/trucks/{truck['id']}", {"name": "New", "capacity_cuft": 900})
    entry = (await entries_of(logins, mover_a.org_id))[-1]
    assert (entry["action"], str(entry["resource_id"])) == ("fleet.truck_changed", truck["id"])
    told = (await client.get("/v1/org/audit?limit=1", headers=mover_a.headers)).json()["items"][0]
    assert told["changes"] == [
        {"field": "capacity_cuft", "before": 1600, "after": 900, "withheld": False},
        {"field": "name", "before": None, "after": None, "withheld": True},
    ]


async def test_a_spent_refresh_token_is_told_of(client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
    """Refused, and committed all the same: the session has ended."""
    body = {"email": mover_a.email, "password": PASSWORD}
    token = {"refresh_token": (await client.post("/v1/auth/login", json=body)).json()["refresh_token"]}
    assert (await client.post("/v1/auth/refresh", json=token)).status_code == 200
    clock.advance(timedelta(seconds=30))
    refused = await client.post("/v1/auth/refresh", json=token)
    assert refused.status_code == 401
    query = {"action": "identity.refresh_replayed"}
    [entry] = (await client.get("/v1/org/audit", params=query, headers=mover_a.headers)).json()["items"]
    assert (entry["actor"], entry["request_id"]) == (
        {"kind": "anyone", "id": None, "role": None},
        refused.headers["x-request-id"],
    )
