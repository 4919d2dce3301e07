"""Trucks and people have hours, by their office's clock; whoever asks what is free is told by them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest

from app.kernel.weekdays import Weekday
from app.modules.calendar import rules
from app.modules.calendar.values import DayHours, Hours, Shift, Window
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, book_by_hand, new_key
from tests.factories.calendar import administrator
from tests.factories.fleet import SAN_FRANCISCO
from tests.factories.market import Company, book, invite_customers, offer_of, open_company, post, search

ZONE: Final = "America/Los_Angeles"
DAY_SHIFT: Final = [
    {"weekday": day, "starts": "08:00", "ends": "18:00"}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
]
WEEKDAYS: Final = [Shift(day, (480, 1080)) for day in list(Weekday)[:5]]
NIGHTS: Final = [Shift(day, (1320, 1800)) for day in Weekday]  # 22:00 to 06:00


def window(start: str, hours: float, zone: str = ZONE) -> Window:
    starts_at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Window(starts_at, starts_at + timedelta(hours=hours))


def hours(weekly: list[Shift] | None, *days: DayHours, zone: str = ZONE) -> Hours:
    return rules.compile_hours(zone, weekly, days)


@pytest.mark.unit
class TestWorks:
    @pytest.mark.parametrize(
        ("start", "length", "expected"),
        [
            ("2027-03-08T08:00", 10, True),
            ("2027-03-08T07:59", 1, False),
            ("2027-03-08T17:00", 1.1, False),
            ("2027-03-13T10:00", 2, False),  # a Saturday
            ("2027-03-12T09:00", 9, True),
        ],
    )
    def test_a_job_of_a_day_lies_within_one_shift(self, start: str, length: float, expected: bool):
        assert rules.works(hours(WEEKDAYS), window(start, length)) is expected

    def test_two_shifts_that_touch_are_one(self):
        split = [Shift(Weekday.MONDAY, (480, 720)), Shift(Weekday.MONDAY, (720, 1080))]
        assert rules.works(hours(split), window("2027-03-08T11:00", 4))
        lunch = [Shift(Weekday.MONDAY, (480, 720)), Shift(Weekday.MONDAY, (780, 1080))]
        assert not rules.works(hours(lunch), window("2027-03-08T11:00", 4))

    def test_a_night_shift_goes_over_midnight_and_over_sunday(self):
        assert rules.works(hours(NIGHTS), window("2027-03-08T23:00", 6))
        assert rules.works(hours(NIGHTS), window("2027-03-21T23:00", 6))
        assert rules.works(hours(NIGHTS), window("2027-03-22T01:00", 4))
        assert not rules.works(hours(NIGHTS), window("2027-03-22T05:00", 2))

    def test_a_tour_begins_and_ends_on_duty_and_some_of_each_day_between_is_worked(self):
        assert rules.works(hours(WEEKDAYS), window("2027-03-08T09:00", 48))
        assert not rules.works(hours(WEEKDAYS), window("2027-03-08T09:00", 48 + 12))
        assert not rules.works(hours(WEEKDAYS), window("2027-03-12T09:00", 72))  # over the weekend

    def test_a_day_that_differs_takes_the_place_of_its_shifts(self):
        off, saturday = date(2027, 3, 10), date(2027, 3, 13)
        one = hours(WEEKDAYS, DayHours(off, ()), DayHours(saturday, ((600, 840),)))
        assert not rules.works(one, window("2027-03-10T09:00", 2))
        assert rules.works(one, window("2027-03-09T09:00", 2))
        assert rules.works(one, window("2027-03-13T10:00", 4))
        assert not rules.works(one, window("2027-03-13T09:00", 4))
        assert not rules.works(one, window("2027-03-20T10:00", 4))

    def test_a_night_off_is_the_night_that_begins_on_that_day(self):
        one = hours(NIGHTS, DayHours(date(2027, 3, 10), ()))
        assert rules.works(one, window("2027-03-10T01:00", 4))
        assert not rules.works(one, window("2027-03-10T22:30", 2))
        assert not rules.works(one, window("2027-03-11T01:00", 4))
        assert rules.works(one, window("2027-03-11T23:00", 4))

    def test_at_any_time_but_for_one_day(self):
        one = hours(None, DayHours(date(2027, 12, 24), ()))
        assert rules.works(one, window("2027-12-23T18:00", 6))
        assert not rules.works(one, window("2027-12-23T18:00", 7))
        assert rules.works(one, window("2027-12-25T00:00", 20))

    def test_the_wall_clock_counts_when_it_is_changed(self):
        """A shift from 22:00 to 06:00 is an hour shorter in spring and an hour longer in autumn."""
        spring, autumn = "2027-03-13T22:00", "2027-11-06T22:00"
        assert rules.works(hours(NIGHTS), window(spring, 7))
        assert not rules.works(hours(NIGHTS), window(spring, 7.25))
        assert rules.works(hours(NIGHTS), window(autumn, 9))
        assert not rules.works(hours(NIGHTS), window(autumn, 9.25))
        # Arizona changes no clock.
        assert rules.works(hours(NIGHTS, zone="America/Phoenix"), window("2027-03-13T22:00", 8, "America/Phoenix"))

    def test_the_hour_that_comes_twice_is_worked_twice(self):
        """1:50 the first time to 1:05 the second is a quarter of an hour."""
        starts_at = datetime(2027, 11, 7, 8, 50, tzinfo=UTC)
        assert rules.works(hours(NIGHTS), Window(starts_at, starts_at + timedelta(minutes=15)))


def _random_hours(chance: random.Random) -> Hours:
    week = [
        Shift(day, (start, start + chance.choice((120, 480, 720, 1440))))
        for day in Weekday
        for start in (chance.choice((0, 360, 540, 1320)),)
        if chance.random() < 0.8
    ]
    days = [
        DayHours(date(2027, 3, 1) + timedelta(days=at), chance.choice(((), ((480, 1080),), ((1200, 1700),))))
        for at in chance.sample(range(40), chance.choice((0, 0, 4, 12)))
    ]
    zone = chance.choice((ZONE, "America/Phoenix", "America/St_Johns"))
    return rules.compile_hours(zone, chance.choice((week, week, week, None)), days)


@pytest.mark.integration
async def test_the_database_says_what_the_rules_say(logins: Logins):
    chance, seen = random.Random(20270308), {True: 0, False: 0}
    query = """
        SELECT app.works($1, $2, $3, app.wall_minutes($4, $6), app.wall_minutes($5::timestamptz - interval '1 microsecond', $6))
    """
    async with administrator(logins) as connection:
        for _ in range(1_500):
            one = _random_hours(chance)
            starts_at = datetime(2027, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(0, 40 * 24 * 60, 15))
            if chance.random() < 0.2:  # the nights on which the clock is changed
                starts_at = datetime(2027, chance.choice((3, 11)), 14, 6, tzinfo=UTC) - timedelta(
                    days=chance.choice((0, 7)), minutes=chance.randrange(0, 600, 5)
                )
            asked = Window(starts_at, starts_at + timedelta(hours=chance.choice((0.25, 1, 4, 8, 23, 24, 30, 72))))
            spans = [[asyncpg.Range(*span) for span in part] for part in (one.weekly, one.less, one.more)]
            found = await connection.fetchval(query, *spans, asked.starts_at, asked.ends_at, one.zone)
            assert found is rules.works(one, asked), (one, asked)
            seen[found] += 1
    assert min(seen.values()) > 200


async def put(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any, status: int = 200) -> Any:
    answer = await client.put(path, headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def by_hand(
    client: httpx.AsyncClient, headers: dict[str, str], like: dict[str, Any], start: str, end: str
) -> httpx.Response:
    body = {
        "window": {"starts_at": start, "ends_at": end},
        "truck_ids": like["truck_ids"],
        "driver_ids": like["driver_ids"],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "price": {"amount": "500"},
    }
    return await client.post("/v1/bookings", headers=headers | new_key(), json=body)


@pytest.mark.integration
class TestOverHttp:
    async def test_they_are_written_read_and_kept_from_who_read_an_older_version(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        job = await book_by_hand(client, mover_a.headers)
        path = f"/v1/drivers/{job['driver_ids'][0]}/shifts"
        none = await client.get(path, headers=mover_a.headers)
        assert (none.json()["weekly"], none.json()["version"], none.json()["zone"]) == (None, 0, ZONE)
        body = {"weekly": DAY_SHIFT, "exceptions": [{"day": "2027-12-24", "shifts": []}]}
        written = await put(client, mover_a.headers, path, body)
        assert written["version"] == 1
        read = await client.get(path, headers=mover_a.headers)
        assert read.json() == body | {"zone": ZONE, "version": 1} == written
        assert read.headers["ETag"] == '"v1"'
        await put(client, mover_a.headers | {"If-Match": '"v0"'}, path, body, 412)
        assert (await put(client, mover_a.headers | {"If-Match": '"v1"'}, path, {}))["version"] == 2
        late = await by_hand(client, mover_a.headers, job, "2027-03-08T20:00", "2027-03-08T22:00")
        assert late.status_code == 201, late.text

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"weekly": [*DAY_SHIFT, DAY_SHIFT[0]]}, ""),
            ({"weekly": [{"weekday": "noday", "starts": "08:00", "ends": "09:00"}]}, "/weekly/0/weekday"),
            ({"weekly": [{"weekday": "monday", "starts": "8", "ends": "09:00"}]}, "/weekly/0/starts"),
            ({"weekly": [{"weekday": "monday", "starts": "08:00:30", "ends": "09:00"}]}, "/weekly/0/starts"),
            ({"weekly": [{"weekday": "monday", "starts": 800, "ends": "09:00"}]}, "/weekly/0/starts"),
            ({"exceptions": [{"day": "2027-12-24"}, {"day": "2027-12-24"}]}, ""),
            ({"exceptions": [{"day": "2027-02-30"}]}, "/exceptions/0/day"),
            ({"shifts": []}, "/shifts"),
        ],
    )
    async def test_what_makes_no_sense_is_refused_at_its_place(
        self, client: httpx.AsyncClient, mover_a: Member, body: Any, pointer: str
    ):
        job = await book_by_hand(client, mover_a.headers)
        path = f"/v1/trucks/{job['truck_ids'][0]}/shifts"
        refused = await put(client, mover_a.headers, path, body, 422)
        assert refused["errors"][0]["pointer"] == pointer

    async def test_a_person_is_no_truck(self, client: httpx.AsyncClient, mover_a: Member):
        job = await book_by_hand(client, mover_a.headers)
        refused = await put(client, mover_a.headers, f"/v1/trucks/{job['driver_ids'][0]}/shifts", {}, 404)
        assert refused["code"] == "resource_not_found"

    async def test_nobody_is_booked_off_duty_and_what_stands_stays(self, client: httpx.AsyncClient, mover_a: Member):
        job = await book_by_hand(client, mover_a.headers)
        evening = await by_hand(client, mover_a.headers, job, "2027-03-09T19:00", "2027-03-09T21:00")
        assert evening.status_code == 201
        await put(client, mover_a.headers, f"/v1/drivers/{job['driver_ids'][0]}/shifts", {"weekly": DAY_SHIFT})
        late = await by_hand(client, mover_a.headers, job, "2027-03-10T17:00", "2027-03-10T21:00")
        assert (late.status_code, late.json()["code"]) == (409, "slot_taken")
        assert late.json()["resource_ids"] == job["driver_ids"]
        alternatives = [one["starts_at"] for one in late.json()["alternatives"]]
        assert alternatives[0] == "2027-03-10T22:00:00Z"  # two in the afternoon: three hours earlier
        confirmed = await post(client, mover_a.headers, f"/v1/bookings/{evening.json()['id']}/confirm")
        assert confirmed["status"] == "confirmed"
        free = await client.get(
            "/v1/availability?starts_at=2027-03-10T19:00&ends_at=2027-03-10T21:00", headers=mover_a.headers
        )
        assert [one["resource_id"] for one in free.json()["free"]] == job["truck_ids"]

    async def test_a_plan_gives_nobody_what_they_are_off_for(self, client: httpx.AsyncClient, mover_a: Member):
        window = {"starts_at": "2027-03-10T19:00:00", "ends_at": "2027-03-10T21:00:00"}
        job = await book_by_hand(client, mover_a.headers, window=window)
        await post(client, mover_a.headers, f"/v1/bookings/{job['id']}/confirm")
        await put(client, mover_a.headers, f"/v1/drivers/{job['driver_ids'][0]}/shifts", {"weekly": DAY_SHIFT})
        plan = await post(client, mover_a.headers, "/v1/dispatch/auto-assign/preview", {"day": "2027-03-10"})
        assert [one["reason"] for one in plan["left_over"]] == ["no_driver_free"]


@pytest.mark.integration
class TestSearch:
    async def offers(self, client: httpx.AsyncClient, company: Company, starts_at: str) -> bool:
        return await offer_of(client, company, starts_at) is not None

    async def test_offers_by_their_hours_and_what_it_offers_is_had(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers)
        body = {
            "weekly": DAY_SHIFT,
            "exceptions": [
                {"day": "2027-03-10", "shifts": []},
                {"day": "2027-03-13", "shifts": [{"starts": "09:00", "ends": "17:00"}]},
            ],
        }
        await put(client, company.headers, f"/v1/trucks/{company.truck_ids[0]}/shifts", body)
        assert not await self.offers(client, company, "2027-03-09T06:00")
        assert not await self.offers(client, company, "2027-03-10T09:00")
        assert not await self.offers(client, company, "2027-03-14T09:00")
        (customer,) = await invite_customers(resources, 1)
        await book(client, customer, company, "2027-03-09T08:00")
        (customer,) = await invite_customers(resources, 1)
        await book(client, customer, company, "2027-03-13T09:00")

    async def test_says_when_somebody_is_on_duty(self, client: httpx.AsyncClient, staff: StaffMember):
        town = {"line1": "1 Main Street", "city": "Alturas", "state": "CA", "postal_code": "96101"}
        company = await open_company(client, staff.headers, place=town)
        for driver in company.driver_ids:
            await put(client, company.headers, f"/v1/drivers/{driver}/shifts", {"weekly": DAY_SHIFT})
        found = await search(client, "2027-03-06T09:00", origin=town, destination=town)
        assert (found["offers"], found["reasons"]) == ([], [{"code": "none_free", "count": 1}])
        assert found["nearest_free"][0] == "2027-03-08T17:00:00Z"
