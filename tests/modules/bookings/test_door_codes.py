"""Codes at the doors: asked for by the company, known to the customer, counted by the database."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from app.kernel.signing import Signer
from app.modules.bookings import rules
from app.modules.bookings.values import Door
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, DONE, book_by_hand
from tests.factories.calendar import administrator
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, book, invite_customers, open_company, post
from tests.factories.worker import letters_about, work

RULES: Final = "/v1/org/booking-rules"
START: Final = "2027-03-08T09:00:00-08:00"


@pytest.mark.unit
class TestDoorCode:
    def test_is_of_one_booking_one_door_and_one_issue(self):
        pepper = Signer(b"p" * 32)
        known = {
            rules.door_code(pepper, UUID(int=booking), issue, door)
            for booking in (1, 2)
            for issue in (1, 2)
            for door in Door
        }
        assert len(known) == 8
        assert all(len(code) == 6 and code.isdigit() for code in known)
        assert rules.door_code(Signer(b"q" * 32), UUID(int=1), 1, Door.PICKUP) not in known


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    """One that asks for codes."""
    opened = await open_company(client, staff.headers)
    await ask_for_codes(client, opened.headers)
    return opened


@pytest.fixture
async def customer(resources: Resources) -> SignedInCustomer:
    return (await invite_customers(resources, 1))[0]


async def ask_for_codes(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.put(RULES, headers=headers, json={"door_codes": True})
    assert answer.status_code == 200, answer.text


async def at_the_door(client: httpx.AsyncClient, customer: SignedInCustomer, company: Company) -> str:
    """The id of a booking whose crew is there."""
    booking = await book(client, customer, company, START)
    path = f"/v1/bookings/{booking['id']}"
    await post(client, customer.headers, f"{path}/confirm")
    await post(client, company.headers, f"{path}/start")
    return path


async def codes_of(client: httpx.AsyncClient, customer: SignedInCustomer, path: str) -> dict[str, Any]:
    answer = await client.get(f"{path}/door-codes", headers=customer.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def refused(
    client: httpx.AsyncClient, headers: dict[str, str], path: str, body: dict[str, Any] | None
) -> tuple[int, str]:
    answer = await client.post(path, headers=headers, json=body)
    return answer.status_code, answer.json()["code"]


@pytest.mark.integration
class TestPassDoor:
    async def test_a_move_from_door_to_door(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        path = await at_the_door(client, customer, company)
        codes = await codes_of(client, customer, path)
        pickup, delivery = codes["pickup"]["code"], codes["delivery"]["code"]
        assert await refused(client, company.headers, f"{path}/load", None) == (422, "door_code_required")
        assert await refused(client, company.headers, f"{path}/load", {"code": delivery}) == (422, "door_code_wrong")
        early = await client.post(f"{path}/complete", headers=company.headers, json=DONE | {"code": delivery})
        assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
        assert early.json()["legal"] == ["arrived", "cancelled", "loading", "no_show"]
        loading = await post(client, company.headers, f"{path}/load", {"code": pickup})
        assert (loading["status"], loading["asks_door_codes"]) == ("loading", True)
        seen = await codes_of(client, customer, path)
        assert (seen["pickup"]["code"], seen["pickup"]["given_at"] is not None) == (None, True)
        assert await refused(client, company.headers, f"{path}/complete", DONE) == (422, "door_code_required")
        done = await post(client, company.headers, f"{path}/complete", DONE | {"code": delivery})
        assert done["status"] == "completed"

    async def test_five_wrong_ones_lock_the_door_until_the_customer_makes_new_codes(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        path = await at_the_door(client, customer, company)
        right = (await codes_of(client, customer, path))["pickup"]["code"]
        for left in (4, 3, 2, 1, 0):
            answer = await client.post(f"{path}/load", headers=company.headers, json={"code": other_than(right)})
            assert (answer.status_code, answer.json()["code"]) == (422, "door_code_wrong")
            assert answer.json()["attempts_left"] == left
            assert answer.json()["errors"][0]["pointer"] == "/code"
        assert await refused(client, company.headers, f"{path}/load", {"code": right}) == (409, "door_code_locked")
        history = (await client.get(f"{path}/history", headers=company.headers)).json()["items"]
        assert [step["to_status"] for step in history] == ["held", "confirmed", "en_route"]
        assert await refused(client, company.headers, f"{path}/door-codes/renew", None) == (
            403,
            "door_codes_are_the_customers",
        )
        renewed = await client.post(f"{path}/door-codes/renew", headers=customer.headers)
        assert renewed.status_code == 204
        fresh = await codes_of(client, customer, path)
        assert (fresh["pickup"]["attempts_left"], fresh["pickup"]["code"] != right) == (5, True)
        assert await refused(client, company.headers, f"{path}/load", {"code": right}) == (422, "door_code_wrong")
        await post(client, company.headers, f"{path}/load", {"code": fresh["pickup"]["code"]})

    async def test_fifty_guesses_at_once_are_five(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        path = await at_the_door(client, customer, company)
        right = int((await codes_of(client, customer, path))["pickup"]["code"])
        guesses = [f"{(right + n) % 1_000_000:06d}" for n in range(1, 51)]
        answers = await asyncio.gather(
            *(client.post(f"{path}/load", headers=company.headers, json={"code": guess}) for guess in guesses)
        )
        told = sorted(answer.json()["code"] for answer in answers)
        assert told == ["door_code_locked"] * 45 + ["door_code_wrong"] * 5

    async def test_the_database_does_not_hold_the_digits(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, logins: Logins
    ):
        path = await at_the_door(client, customer, company)
        codes = await codes_of(client, customer, path)
        async with administrator(logins) as connection:
            rows = await connection.fetch(
                "SELECT d::text || b::text AS text FROM app.door_codes AS d "
                "JOIN app.bookings AS b ON b.id = d.booking_id WHERE b.id = $1",
                UUID(path.rsplit("/", 1)[-1]),
            )
        assert len(rows) == 2
        assert not [row for row in rows for one in codes.values() if one["code"] in row["text"]]


@pytest.mark.integration
class TestShowDoorCodes:
    async def test_members_never_see_them(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        path = await at_the_door(client, customer, company)
        codes = await codes_of(client, customer, path)
        answer = await client.get(f"{path}/door-codes", headers=company.headers)
        assert answer.status_code == 403
        for shown in (path, f"{path}/history", "/v1/org/audit"):
            text = (await client.get(shown, headers=company.headers)).text
            assert not [one for one in codes.values() if one["code"] in text]

    async def test_none_are_asked_where_the_company_did_not_ask(
        self, client: httpx.AsyncClient, staff: StaffMember, customer: SignedInCustomer
    ):
        plain = await open_company(client, staff.headers)
        path = await at_the_door(client, customer, plain)
        await ask_for_codes(client, plain.headers)
        assert await codes_of(client, customer, path) == {"pickup": None, "delivery": None}
        renewed = await refused(client, customer.headers, f"{path}/door-codes/renew", None)
        assert renewed == (409, "door_codes_not_asked")
        done = await post(client, plain.headers, f"{path}/complete", DONE)
        assert (done["status"], done["asks_door_codes"]) == ("completed", False)


@pytest.mark.integration
class TestOnThePhone:
    async def test_whoever_booked_on_the_phone_is_sent_them(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
    ):
        await ask_for_codes(client, mover_a.headers)
        booking = await book_by_hand(client, mover_a.headers)
        path = f"/v1/bookings/{booking['id']}"
        await post(client, mover_a.headers, f"{path}/confirm")
        renewed = await client.post(f"{path}/door-codes/renew", headers=mover_a.headers)
        assert renewed.status_code == 204
        await work(worker_resources)
        letters = [
            mail for mail in letters_about(settings, booking["reference"]) if "code before they load" in mail["text"]
        ]
        assert {mail["to"] for mail in letters} == {CONTACT["email"]}
        pepper, booking_id = worker_resources.pepper, UUID(booking["id"])
        last = next(mail["text"] for mail in letters if mail["subject"].startswith("New codes"))
        codes = {door: rules.door_code(pepper, booking_id, 2, door) for door in Door}
        assert all(code in last for code in codes.values())
        await post(client, mover_a.headers, f"{path}/start")
        await post(client, mover_a.headers, f"{path}/load", {"code": codes[Door.PICKUP]})


@pytest.mark.integration
class TestWaiveDoorCodes:
    async def test_an_owner_goes_without_and_says_why(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        path = await at_the_door(client, customer, company)
        waived = await post(client, company.headers, f"{path}/door-codes/waive", {"reason": "Her phone is lost."})
        assert waived["status"] == "en_route"
        done = await post(client, company.headers, f"{path}/complete", DONE)
        assert done["status"] == "completed"
        history = (await client.get(f"{path}/history", headers=customer.headers)).json()["items"]
        assert "Without door codes: Her phone is lost." in [step["note"] for step in history]
        again = await refused(client, company.headers, f"{path}/door-codes/waive", {"reason": "x"})
        assert again == (409, "door_codes_not_asked")


@pytest.mark.integration
class TestSetRules:
    async def test_a_company_chooses_for_itself(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        assert (await client.get(RULES, headers=mover_a.headers)).json() == {
            "door_codes": False,
            "turnaround_minutes": 0,
            "version": 0,
        }
        for version, status in ((1, 412), (0, 200), (0, 412), (1, 200)):
            headers = mover_a.headers | {"If-Match": f'"v{version}"'}
            answer = await client.put(RULES, headers=headers, json={"door_codes": True})
            assert answer.status_code == status, answer.text
        assert (await client.get(RULES, headers=mover_a.headers)).json() == {
            "door_codes": True,
            "turnaround_minutes": 0,
            "version": 2,
        }
        assert (await client.get(RULES, headers=mover_b.headers)).json()["door_codes"] is False


@pytest.mark.integration
class TestWhatAStepTells:
    async def test_the_place_and_the_note_stand_in_the_history(self, client: httpx.AsyncClient, mover_a: Member):
        booking = await book_by_hand(client, mover_a.headers)
        path = f"/v1/bookings/{booking['id']}"
        place = {"lat": 37.7725, "lng": -122.4147}
        await post(client, mover_a.headers, f"{path}/confirm")
        await post(client, mover_a.headers, f"{path}/start", {"note": "Off we go.", "location": place})
        await post(client, mover_a.headers, f"{path}/arrive")
        await post(client, mover_a.headers, f"{path}/complete", DONE | {"note": "All in.", "location": place})
        steps = (await client.get(f"{path}/history", headers=mover_a.headers)).json()["items"]
        told = [(step["to_status"], step["note"], step["location"]) for step in steps]
        assert told == [
            ("held", None, None),
            ("confirmed", None, None),
            ("en_route", "Off we go.", place),
            ("arrived", None, None),
            ("completed", "All in.", place),
        ]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"location": {"lat": 91, "lng": 0}}, "/location/lat"),
            ({"location": {"lat": 1}}, "/location/lng"),
            ({"photo": "x"}, "/photo"),
            ({"video_ids": []}, "/video_ids"),
        ],
    )
    async def test_what_no_step_takes_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any], pointer: str
    ):
        booking = await book_by_hand(client, mover_a.headers)
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        answer = await client.post(f"/v1/bookings/{booking['id']}/start", headers=mover_a.headers, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
