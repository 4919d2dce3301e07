"""Between two jobs lies the drive from the last stop to the next pickup, and what the company wants beside it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest

from app.kernel.geo import Point, great_circle_miles
from app.kernel.ids import new_id
from app.modules.calendar import public as calendar
from app.modules.calendar import rules
from app.modules.calendar.repository import find_taken_starts
from app.modules.calendar.values import Busy, Need, ResourceKind, ResourceSpec, Stops, Window
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, book_by_hand, new_key
from tests.factories.calendar import administrator
from tests.factories.fleet import SAN_FRANCISCO, add_truck
from tests.factories.market import CLOVIS, FRESNO, book, invite_customers, offer_of, open_company, post

LOS_ANGELES: Final = {"line1": "200 N Spring St", "city": "Los Angeles", "state": "CA", "postal_code": "90012"}
RULES: Final = "/v1/org/booking-rules"
NOW: Final = datetime(2027, 6, 1, 16, tzinfo=UTC)
SF: Final = Point(lat=37.77, lng=-122.42)
LA: Final = Point(lat=34.05, lng=-118.24)
SACRAMENTO: Final = Point(lat=38.58, lng=-121.49)
HOUR: Final = timedelta(hours=1)


def after(hours: float, length: float = 2) -> Window:
    return Window(NOW + hours * HOUR, NOW + (hours + length) * HOUR)


def wanted(window: Window, first: Point, last: Point) -> rules.Wanted:
    return rules.Wanted(window, ZoneInfo("America/Los_Angeles"), NOW, Stops(first, last))


@pytest.mark.unit
class TestClashes:
    @pytest.mark.parametrize(
        ("turnaround", "minutes", "clash"),
        [(0, 115, True), (0, 125, False), (60, 175, True), (60, 185, False)],
    )
    def test_the_drive_has_to_fit_between(self, turnaround: int, minutes: int, clash: bool):
        """San Francisco to Sacramento takes two hours by the router's guess."""
        before = Busy(after(1), Stops(SF, SF))
        window = after(3 + minutes / 60)
        assert rules.clashes(wanted(window, SACRAMENTO, SACRAMENTO), turnaround, before) is clash
        behind = Busy(after(3 + minutes / 60), Stops(SF, SF))
        assert rules.clashes(wanted(after(1), SACRAMENTO, SACRAMENTO), turnaround, behind) is clash

    def test_from_where_it_ends_and_not_from_where_it_began(self):
        long_haul = Busy(after(1), Stops(SF, LA))
        assert rules.clashes(wanted(after(3 + 6), SF, SF), 0, long_haul)
        assert not rules.clashes(wanted(after(3 + 6), LA, LA), 0, long_haul)
        assert not rules.clashes(wanted(after(3 + 8), SF, SF), 0, long_haul)

    def test_to_where_the_next_begins(self):
        next_day = Busy(after(9), Stops(SF, SF))
        assert rules.clashes(wanted(after(1), SF, LA), 0, next_day)
        assert not rules.clashes(wanted(after(1), LA, SF), 0, next_day)

    def test_nobody_drives_to_time_off(self):
        assert not rules.clashes(wanted(after(3), SF, SF), 60, Busy(after(1)))


async def by_hand(
    client: httpx.AsyncClient, headers: dict[str, str], like: dict[str, Any], hour: str, **places: Any
) -> httpx.Response:
    """Another job of the same truck and people, four hours from `hour` on."""
    start = datetime.fromisoformat(f"2027-03-08T{hour}:00")
    body = {
        "window": {"starts_at": start.isoformat(), "ends_at": (start + 2 * HOUR).isoformat()},
        "truck_ids": like["truck_ids"],
        "driver_ids": like["driver_ids"],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "price": {"amount": "500"},
        **places,
    }
    return await client.post("/v1/bookings", headers=headers | new_key(), json=body)


@pytest.mark.integration
class TestHoldByHand:
    async def test_a_truck_is_booked_when_it_can_be_there(self, client: httpx.AsyncClient, mover_a: Member):
        """Nine to one from San Francisco to Oakland; back over the bridge it is half an hour."""
        first = await book_by_hand(client, mover_a.headers)
        early = await by_hand(client, mover_a.headers, first, "13:15")
        assert (early.status_code, early.json()["code"]) == (409, "slot_taken")
        assert set(early.json()["resource_ids"]) == {*first["truck_ids"], *first["driver_ids"]}
        assert (await by_hand(client, mover_a.headers, first, "13:05", origin=OAKLAND)).status_code == 201
        assert (await by_hand(client, mover_a.headers, first, "16:00")).status_code == 201

    async def test_what_follows_is_reached_too(self, client: httpx.AsyncClient, mover_a: Member):
        first = await book_by_hand(client, mover_a.headers)
        away = await by_hand(client, mover_a.headers, first, "04:00", destination=LOS_ANGELES)
        assert (away.status_code, away.json()["code"]) == (409, "slot_taken")
        assert (await by_hand(client, mover_a.headers, first, "04:00", destination=SAN_FRANCISCO)).status_code == 201

    async def test_a_company_keeps_minutes_between_jobs_also_for_a_truck_that_comes_later(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        chosen = await client.put(RULES, headers=mover_a.headers, json={"door_codes": False, "turnaround_minutes": 90})
        assert (chosen.status_code, chosen.json()["turnaround_minutes"]) == (200, 90)
        first = await book_by_hand(client, mover_a.headers)
        assert (await by_hand(client, mover_a.headers, first, "14:25", origin=OAKLAND)).status_code == 409
        late = await by_hand(client, mover_a.headers, first, "14:35", origin=OAKLAND)
        assert late.status_code == 201, late.text
        too_long = await client.put(
            RULES, headers=mover_a.headers, json={"door_codes": False, "turnaround_minutes": 121}
        )
        assert too_long.json()["errors"][0]["pointer"] == "/turnaround_minutes"

    async def test_time_off_begins_when_the_job_ends(self, client: httpx.AsyncClient, mover_a: Member):
        first = await book_by_hand(client, mover_a.headers)
        window = {"starts_at": "2027-03-08T13:00:00", "ends_at": "2027-03-08T18:00:00"}
        await post(client, mover_a.headers, f"/v1/trucks/{first['truck_ids'][0]}/time-off", window, 201)

    async def test_a_change_of_trucks_looks_at_the_way_too(self, client: httpx.AsyncClient, mover_a: Member):
        first = await book_by_hand(client, mover_a.headers, destination=LOS_ANGELES)
        window = {"starts_at": "2027-03-08T15:00:00", "ends_at": "2027-03-08T18:00:00"}
        other = await book_by_hand(client, mover_a.headers, window=window)
        await post(client, mover_a.headers, f"/v1/bookings/{other['id']}/confirm")
        spare = await add_truck(client, mover_a.headers, license_plate="SPARE 1")
        path = f"/v1/bookings/{other['id']}/assign"
        crew = {"driver_ids": other["driver_ids"]}
        taken = await client.post(path, headers=mover_a.headers, json=crew | {"truck_ids": first["truck_ids"]})
        assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
        await post(client, mover_a.headers, path, crew | {"truck_ids": [spare["id"]]})


@pytest.mark.integration
class TestSearch:
    async def test_offers_what_can_be_held_and_nothing_else(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers)
        first, second = await invite_customers(resources, 2)
        booking = await book(client, first, company, "2027-03-08T08:00:00-08:00", origin=FRESNO, destination=CLOVIS)
        ends_at = datetime.fromisoformat(booking["ends_at"])
        at_once = (ends_at + timedelta(minutes=5)).isoformat()
        assert await offer_of(client, company, at_once, origin=FRESNO, destination=CLOVIS) is None
        later = (ends_at + timedelta(minutes=45)).isoformat()
        assert await offer_of(client, company, later, origin=FRESNO, destination=CLOVIS) is not None
        await book(client, second, company, later)


WORLD: Final = (SF, LA, SACRAMENTO, Point(lat=36.74, lng=-119.78), Point(lat=40.75, lng=-111.88))


def _anything(chance: random.Random) -> tuple[Window, Stops | None]:
    window = after(chance.uniform(-60, 60), chance.choice((0.5, 2, 8, 30)))
    return window, None if chance.random() < 0.2 else Stops(chance.choice(WORLD), chance.choice(WORLD))


@pytest.mark.integration
async def test_what_search_counts_as_free_is_what_booking_takes(resources: Resources, mover_a: Member, logins: Logins):
    """The market's SQL against `rules.free_in`, on four hundred trucks with two things to do each."""
    chance = random.Random(20270601)
    org_id, trucks, busy = mover_a.org_id, {}, {}
    async with administrator(logins) as connection:
        for turn in range(400):
            spec = ResourceSpec(
                new_id(), ResourceKind.TRUCK, 1_000 + turn, 5_000, turnaround_minutes=chance.choice((0, 30, 120))
            )
            trucks[spec.id] = spec
            await connection.execute(
                "INSERT INTO app.resources (org_id, id, kind, capacity_cuft, max_weight_lb, skills, turnaround_minutes) "
                "VALUES ($1, $2, 'truck', $3, 5000, '{}', $4)",
                org_id,
                spec.id,
                spec.capacity_cuft,
                spec.turnaround_minutes,
            )
            busy[spec.id] = [
                Busy(*one)
                for one in (_anything(chance), _anything(chance))
                if await _put(connection, org_id, spec.id, one)
            ]
    free_somewhere = 0
    for _ in range(40):
        window, stops = _anything(chance)
        asked = rules.Wanted(window, ZoneInfo("America/Los_Angeles"), NOW, stops or Stops(SF, LA))
        async with resources.database.read(Identity(Audience.MARKET)) as session:
            job = calendar.StartedJob(Need(0, 0, 1), asked.stops or Stops(SF, SF), asked.zone, NOW)
            found = await calendar.free_capacity(session, {org_id: window.length}, window.starts_at, job)
        by_sql = {cuft for cuft, _ in found[org_id].trucks} if org_id in found else set()
        by_rules = {one.capacity_cuft for one in rules.free_in(list(trucks.values()), busy, asked)}
        assert by_sql == by_rules
        assert by_rules == await _free_in_a_series(resources, org_id, asked, chance)
        free_somewhere += bool(by_rules)
    assert free_somewhere > 30


async def _free_in_a_series(resources: Resources, org_id: UUID, asked: rules.Wanted, chance: random.Random) -> set[int]:
    """The same asked for as one of several starts."""
    window, at = asked.window, chance.randrange(0, 5)
    starts = [window.starts_at + (turn - at) * timedelta(hours=chance.choice((7, 23, 24))) for turn in range(5)]
    starts[at] = window.starts_at
    lengths = {org_id: window.length}
    job = calendar.StartedJob(Need(0, 0, 1), asked.stops or Stops(SF, SF), asked.zone, NOW)
    async with resources.database.read(Identity(Audience.MARKET)) as session:
        [row] = await find_taken_starts(session, lengths, sorted(starts), job, ())
    number = sorted(starts).index(window.starts_at)
    return {cuft for cuft, taken in zip(row.cuft, row.taken, strict=True) if not taken >> number & 1}


async def _put(
    connection: asyncpg.Connection[Any], org_id: UUID, truck_id: UUID, one: tuple[Window, Stops | None]
) -> bool:
    """Whether it did not overlap what the truck has to do already."""
    window, stops = one
    where = (stops.first.lat, stops.first.lng, stops.last.lat, stops.last.lng) if stops else (None,) * 4
    done = await connection.execute(
        "INSERT INTO app.reservations (org_id, id, resource_id, resource_kind, during, kind, source_id, active, "
        "created_at, first_lat, first_lng, last_lat, last_lng, is_far) "
        "VALUES ($1, $2, $3, 'truck', tstzrange($4, $5), 'booking', $2, true, $4, $6, $7, $8, $9, $10) "
        "ON CONFLICT DO NOTHING",
        org_id,
        new_id(),
        truck_id,
        window.starts_at,
        window.ends_at,
        *where,
        stops is not None and stops.is_far,
    )
    return str(done).endswith("1")


@pytest.mark.integration
async def test_the_databases_miles_are_the_programs(logins: Logins):
    async with administrator(logins) as connection:
        for start in WORLD:
            for end in WORLD:
                query = "SELECT app.crow_miles($1, $2, $3, $4)"
                miles = await connection.fetchval(query, start.lat, start.lng, end.lat, end.lng)
                assert abs(miles - great_circle_miles(start, end)) < 1e-6
