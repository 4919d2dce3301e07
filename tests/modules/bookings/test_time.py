"""Days and hours are the pickup's: nights when clocks change, moves across zones, a company in Arizona."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member, StaffMember, register
from tests.factories.bookings import CONTACT, book_by_hand, new_key
from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_truck
from tests.factories.market import Company, invite_customers, offer_of, open_company, post, quote, search
from tests.factories.signing import signed_in_again
from tests.factories.worker import letters_about, work

pytestmark = pytest.mark.integration

PHOENIX: Final = {"line1": "200 W Washington St", "city": "Phoenix", "state": "AZ", "postal_code": "85003"}
TUCSON: Final = {"line1": "255 W Alameda St", "city": "Tucson", "state": "AZ", "postal_code": "85701"}
LAS_VEGAS: Final = {"line1": "495 S Main St", "city": "Las Vegas", "state": "NV", "postal_code": "89101"}
SPRING: Final = "2027-03-14"
AUTUMN: Final = "2027-11-07"


def wall(starts_at: str, ends_at: str) -> dict[str, str]:
    return {"starts_at": starts_at, "ends_at": ends_at}


async def try_by_hand(client: httpx.AsyncClient, headers: dict[str, str], window: dict[str, str]) -> httpx.Response:
    truck = await add_truck(client, headers, license_plate=new_key()["Idempotency-Key"])
    driver = await add_driver(client, headers, license_number=new_key()["Idempotency-Key"])
    body = {
        "window": window,
        "truck_ids": [truck["id"]],
        "driver_ids": [driver["id"]],
        "origin": SAN_FRANCISCO,
        "destination": SAN_FRANCISCO,
        "contact": CONTACT,
        "price": {"amount": "500"},
    }
    return await client.post("/v1/bookings", headers=headers | new_key(), json=body)


def length(booking: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(booking["ends_at"]) - datetime.fromisoformat(booking["starts_at"])


class TestNightsWhenClocksChange:
    @pytest.mark.parametrize(
        ("window", "pointer", "code", "told"),
        [
            (
                wall(f"{SPRING}T02:30:00", f"{SPRING}T06:00:00"),
                "/window/starts_at",
                "local_time_missing",
                ("01:30", "03:30"),
            ),
            (
                wall(f"{SPRING}T01:30:00", f"{SPRING}T02:00:00"),
                "/window/ends_at",
                "local_time_missing",
                ("01:00", "03:00"),
            ),
            (
                wall(f"{AUTUMN}T01:30:00", f"{AUTUMN}T06:00:00"),
                "/window/starts_at",
                "local_time_ambiguous",
                ("-07:00", "-08:00"),
            ),
        ],
    )
    async def test_a_time_that_is_none_or_two_is_refused_with_those_that_are_meant(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        window: dict[str, str],
        pointer: str,
        code: str,
        told: tuple[str, str],
    ):
        answer = await try_by_hand(client, mover_a.headers, window)
        assert (answer.status_code, answer.json()["code"]) == (422, "local_time_refused")
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, code)
        assert all(one in fault["message"] for one in told)

    @pytest.mark.parametrize(
        ("window", "starts_at", "hours"),
        [
            (wall(f"{SPRING}T00:00:00", f"{SPRING}T08:00:00"), f"{SPRING}T08:00:00Z", 7),
            (wall(f"{AUTUMN}T00:00:00", f"{AUTUMN}T08:00:00"), f"{AUTUMN}T07:00:00Z", 9),
            (wall(f"{AUTUMN}T01:30:00-07:00", f"{AUTUMN}T01:30:00-08:00"), f"{AUTUMN}T08:30:00Z", 1),
        ],
    )
    async def test_a_night_is_as_long_as_it_really_is(
        self, client: httpx.AsyncClient, mover_a: Member, window: dict[str, str], starts_at: str, hours: int
    ):
        answer = await try_by_hand(client, mover_a.headers, window)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["starts_at"], length(answer.json())) == (starts_at, timedelta(hours=hours))

    async def test_the_same_wall_time_the_day_after_is_23_hours_later_and_a_job_keeps_its_length(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        window = wall("2027-03-13T09:00:00", "2027-03-13T13:00:00")
        booking = await book_by_hand(client, mover_a.headers, window=window)
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        body = {"starts_at": f"{SPRING}T09:00:00", "expected_total": booking["price"]["total"]}
        moved = await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/reschedule", body)
        between = datetime.fromisoformat(moved["starts_at"]) - datetime.fromisoformat(booking["starts_at"])
        assert (between, length(moved)) == (timedelta(hours=23), length(booking))

    async def test_the_doubled_hour_is_two_hours_that_do_not_overlap(self, client: httpx.AsyncClient, mover_a: Member):
        first = await book_by_hand(
            client,
            mover_a.headers,
            window=wall(f"{AUTUMN}T01:00:00-07:00", f"{AUTUMN}T02:00:00-07:00"),
            destination=SAN_FRANCISCO,
        )
        same = {"truck_ids": first["truck_ids"], "driver_ids": first["driver_ids"]}
        places = {"origin": SAN_FRANCISCO, "destination": SAN_FRANCISCO}
        again = wall(f"{AUTUMN}T01:00:00-07:00", f"{AUTUMN}T02:00:00-07:00")
        rest = {"contact": CONTACT, "price": {"amount": "1"}}
        taken = await client.post(
            "/v1/bookings", headers=mover_a.headers | new_key(), json=same | places | rest | {"window": again}
        )
        assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
        second = wall(f"{AUTUMN}T01:00:00-08:00", f"{AUTUMN}T02:00:00-08:00")
        await post(client, mover_a.headers, "/v1/bookings", same | places | rest | {"window": second}, 201)


class TestThePickupsDay:
    @pytest.mark.parametrize(("ends", "status"), [("23:00", 201), ("24:00", 201), ("24:30", 409)])
    async def test_a_licence_holds_until_its_last_local_day_is_over(
        self, client: httpx.AsyncClient, mover_a: Member, ends: str, status: int
    ):
        """Eleven at night in San Francisco is the next day already in UTC."""
        truck = await add_truck(client, mover_a.headers)
        last = date(2027, 6, 30)
        driver = await add_driver(client, mover_a.headers, license_expires_on=last.isoformat())
        hours, minutes = map(int, ends.split(":"))
        ends_at = datetime(2027, 6, 30) + timedelta(hours=hours, minutes=minutes)
        body = {
            "window": wall("2027-06-30T18:00:00", ends_at.isoformat()),
            "truck_ids": [truck["id"]],
            "driver_ids": [driver["id"]],
            "origin": SAN_FRANCISCO,
            "destination": SAN_FRANCISCO,
            "contact": CONTACT,
            "price": {"amount": "500"},
        }
        answer = await client.post("/v1/bookings", headers=mover_a.headers | new_key(), json=body)
        assert answer.status_code == status, answer.text

    async def test_search_and_hold_agree_on_the_last_evening_of_the_insurance(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers, policy={"expires_on": "2027-04-30"})
        [customer] = await invite_customers(resources, 1)
        evening = await offer_of(client, company, "2027-04-30T17:30:00")
        assert evening is not None
        assert datetime.fromisoformat(evening["ends_at"]).day == 1  # of May, in UTC
        body = {"quote_id": (await quote(client, customer, evening["offer_id"]))["id"], "contact": CONTACT}
        held = await client.post("/v1/bookings", headers=customer.headers | new_key(), json=body)
        assert held.status_code == 201, held.text
        assert await offer_of(client, company, "2027-05-01T09:00:00") is None


class TestAcrossZones:
    async def test_hours_are_the_pickups_in_what_is_booked_and_in_what_people_are_written(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        """Nevada saves daylight and Arizona does not: in March their clocks are an hour apart."""
        window = wall("2027-03-10T15:00:00", "2027-03-10T23:00:00")
        out = await book_by_hand(client, mover_a.headers, window=window, origin=LAS_VEGAS, destination=PHOENIX)
        home = await book_by_hand(client, mover_a.headers, window=window, origin=PHOENIX, destination=LAS_VEGAS)
        assert (out["pickup_zone"], out["starts_at"]) == ("America/Los_Angeles", "2027-03-10T23:00:00Z")
        assert (home["pickup_zone"], home["starts_at"]) == ("America/Phoenix", "2027-03-10T22:00:00Z")
        for booking in (out, home):
            await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        await work(worker_resources)
        for booking in (out, home):
            mail, *_ = letters_about(settings, f"Confirmed: move {booking['reference']} on 2027-03-10")
            assert f"15:00 to 10 March 23:00 ({booking['pickup_zone']})" in mail["text"]


@pytest.fixture
async def arizona(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    return await open_company(client, staff.headers, place=PHOENIX)


class TestArizona:
    @pytest.mark.parametrize("day", ["2027-03-13", SPRING, "2027-03-15", AUTUMN])
    async def test_nine_is_nine_all_the_year(self, client: httpx.AsyncClient, arizona: Company, day: str):
        found = await search(client, f"{day}T09:00:00", origin=PHOENIX, destination=TUCSON)
        mine = [one for one in found["offers"] if one["organization"]["id"] == arizona.id]
        assert [one["starts_at"] for one in mine] == [f"{day}T16:00:00Z"]

    async def test_half_past_two_on_the_spring_night_is_a_time_like_any_other(
        self, client: httpx.AsyncClient, arizona: Company
    ):
        wish = {"origin": PHOENIX, "destination": TUCSON, "home_size": "studio", "starts_at": f"{SPRING}T02:30:00"}
        assert (await client.post("/v1/search", json=wish)).status_code == 200
        elsewhere = await client.post("/v1/search", json=wish | {"origin": LAS_VEGAS})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "local_time_refused")

    async def test_its_board_shows_a_nevada_pickup_on_its_own_days(self, client: httpx.AsyncClient, clock: ManualClock):
        """Half past eleven at night in Nevada is half past midnight in Arizona, in winter; in summer it is not."""
        member = await register(client, address=PHOENIX, timezone="America/Phoenix")
        for day, shown in (("2027-03-10", "2027-03-11"), ("2027-06-10", "2027-06-10")):
            ends = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
            window = wall(f"{day}T23:30:00", f"{ends}T04:00:00")
            booking = await book_by_hand(client, member.headers, window=window, origin=LAS_VEGAS)
            await post(client, member.headers, f"/v1/bookings/{booking['id']}/confirm")
            query = {"day": shown}
            board = await client.get("/v1/calendar", headers=member.headers, params=query)
            assert booking["id"] in [one["id"] for one in board.json()["bookings"]]
            if shown != day:
                before = await client.get("/v1/calendar", headers=member.headers, params={"day": day})
                assert before.json()["bookings"] == []
        clock.advance(timedelta(days=1))
        headers = await signed_in_again(client, member)
        zone = (await client.get("/v1/calendar", headers=headers)).json()["zone"]
        assert zone == "America/Phoenix"
