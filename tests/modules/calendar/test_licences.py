"""A truck that takes a class of licence goes with a driver who has it, or not at all: found, held, named and planned."""

from __future__ import annotations

import random
from uuid import UUID

import httpx
import pytest

from app.modules.calendar import rules
from app.modules.calendar.values import FreeCapacity, Need, ResourceKind, ResourceSpec, Skilled
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.fleet import add_driver, add_truck
from tests.factories.market import Company, book, hold, invite_customers, offer_of, open_company, post, quote
from tests.factories.verification import add_policy, write_prices
from tests.modules.bookings.test_legs import ask, local
from tests.modules.bookings.test_reschedule import foresee, reschedule
from tests.modules.verification.test_documents import the_days_tell_what_a_search_finds


@pytest.mark.unit
@pytest.mark.parametrize("printed", ["A", "CDL A", "CDL-A", "CLASS A", "CDL CLASS A", "A CDL", "AM1"])
def test_class_a_is_read_as_it_is_printed(printed: str) -> None:
    assert rules.classes_of(printed) == rules.CLASSES


@pytest.mark.unit
@pytest.mark.parametrize("printed", ["B", "CDL B", "CLASS B", "CLASS B M", "B-CDL"])
def test_class_b_is_read_as_it_is_printed(printed: str) -> None:
    assert rules.classes_of(printed) == ("license_class_b",)


@pytest.mark.unit
@pytest.mark.parametrize(
    "printed", ["C", "CLASS C", "D", "10", "M", "NON-CDL A", "NON CDL CLASS B", "B NON-CDL", "", "CDL", "CLASS", "BE"]
)
def test_another_covers_no_heavy_truck(printed: str) -> None:
    assert rules.classes_of(printed) == ()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("pounds", "takes"),
    [(14_000, None), (14_001, "license_class_b"), (30_000, "license_class_b"), (30_001, "license_class_a")],
)
def test_a_truck_takes_a_class_by_its_payload(pounds: int, takes: str | None) -> None:
    assert rules.class_of_truck(pounds) == takes


@pytest.mark.unit
def test_each_heavy_truck_has_a_driver_of_its_own() -> None:
    def truck(pounds: int) -> ResourceSpec:
        return ResourceSpec(UUID(int=pounds), ResourceKind.TRUCK, 1_000, pounds)

    def driver(number: int, printed: str) -> ResourceSpec:
        return ResourceSpec(UUID(int=number), ResourceKind.DRIVER, skills=rules.classes_of(printed))

    heavy, heavier, light = truck(20_000), truck(40_000), truck(14_000)
    assert rules.may_drive([light, driver(1, "C")])
    assert not rules.may_drive([heavy, driver(1, "C")])
    assert rules.may_drive([heavy, driver(1, "A")])
    assert not rules.may_drive([heavier, driver(1, "B")])
    assert not rules.may_drive([heavy, heavier, driver(1, "A"), driver(2, "C")])
    assert rules.may_drive([heavy, heavier, light, driver(1, "A"), driver(2, "B"), driver(3, "C")])


@pytest.mark.unit
def test_search_and_hold_say_the_same_of_anything() -> None:
    chance = random.Random(20270301)
    agreed = {True: 0, False: 0}
    for _ in range(3_000):
        resources = [_some(chance, number) for number in range(chance.randint(1, 7))]
        need = Need(
            chance.randint(0, 3_000), chance.randint(0, 40_000), chance.randint(1, 3), chance.choice([(), ("piano",)])
        )
        wanted = {*need.skills, *rules.CLASSES}
        people = [one for one in resources if one.kind.is_person]
        capacity = FreeCapacity(
            trucks=tuple((one.capacity_cuft, one.max_weight_lb) for one in resources if not one.kind.is_person),
            drivers=sum(one.kind is ResourceKind.DRIVER for one in people),
            helpers=sum(one.kind is ResourceKind.HELPER for one in people),
            skilled=tuple(
                Skilled(number, one.kind is ResourceKind.DRIVER, frozenset(one.skills))
                for number, one in enumerate(people)
                if wanted & set(one.skills)
            ),
        )
        taken = rules.pick(resources, need)
        assert rules.suffices(capacity, need) is (taken is not None), (resources, need)
        agreed[taken is not None] += 1
        if taken is not None:
            assert rules.may_drive([one for one in resources if one.id in taken.resource_ids])
    assert min(agreed.values()) > 300


def _some(chance: random.Random, number: int) -> ResourceSpec:
    kind = chance.choice([ResourceKind.TRUCK, ResourceKind.DRIVER, ResourceKind.DRIVER, ResourceKind.HELPER])
    if kind is ResourceKind.TRUCK:
        return ResourceSpec(
            UUID(int=number), kind, chance.choice([600, 1_500, 2_800]), chance.choice([9_000, 20_000, 40_000])
        )
    skills = chance.choice([(), ("piano",)])
    if kind is ResourceKind.DRIVER:
        skills += rules.classes_of(chance.choice("ABC"))
    return ResourceSpec(UUID(int=number), kind, skills=skills)


@pytest.mark.integration
class TestOverHttp:
    async def heavy_company(self, client: httpx.AsyncClient, staff: StaffMember) -> tuple[Company, str]:
        """Its one truck made heavy, and its one driver's id."""
        company = await open_company(client, staff.headers)
        [truck], [driver] = company.truck_ids, company.driver_ids
        await self.printed(client, company, driver, "B")
        made = await client.patch(f"/v1/trucks/{truck}", headers=company.headers, json={"max_weight_lb": 20_000})
        assert made.status_code == 200, made.text
        return company, driver

    async def printed(self, client: httpx.AsyncClient, company: Company, driver: str, license_class: str) -> None:
        body = {"license_class": license_class}
        assert (await client.patch(f"/v1/drivers/{driver}", headers=company.headers, json=body)).status_code == 200

    async def test_it_is_offered_and_held_while_somebody_free_may_drive_it(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ) -> None:
        company, driver = await self.heavy_company(client, staff)
        other = (await add_driver(client, company.headers, license_number="C 1", license_class="C"))["id"]
        first, second = await invite_customers(resources, 2)
        booked = await book(client, first, company, "2027-04-06T09:00:00")
        assert driver in booked["driver_ids"]
        offer = await offer_of(client, company, "2027-04-07T09:00:00")
        assert offer
        quoted = await quote(client, second, offer["offer_id"])
        away = {"starts_at": "2027-04-07T00:00:00", "ends_at": "2027-04-08T00:00:00"}
        await post(client, company.headers, f"/v1/drivers/{driver}/time-off", away, 201)
        assert await offer_of(client, company, "2027-04-07T09:00:00") is None
        held = await hold(client, second, quoted["id"])
        assert (held.status_code, held.json()["code"]) == (409, "slot_taken"), held.text
        await self.printed(client, company, other, "CDL A")
        held = await hold(client, second, quoted["id"])
        assert held.status_code == 201, held.text
        assert other in held.json()["driver_ids"]

    async def test_the_days_of_a_month_say_what_a_search_says(
        self, client: httpx.AsyncClient, staff: StaffMember
    ) -> None:
        company, driver = await self.heavy_company(client, staff)
        for license_class in ("C", "B"):
            await self.printed(client, company, driver, license_class)
            found = await offer_of(client, company, "2027-04-09T09:00:00")
            assert (found is not None) is (license_class == "B")
            await the_days_tell_what_a_search_finds(client, "2027-04-09T09:00:00")

    async def test_whoever_names_another_is_refused_and_nothing_is_taken(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        heavy = (await add_truck(client, mover_a.headers, license_plate="H 1", max_weight_lb=20_000))["id"]
        plain = (await add_driver(client, mover_a.headers, license_number="H C", license_class="C"))["id"]
        able = (await add_driver(client, mover_a.headers, license_number="H B", license_class="B"))["id"]
        has = {"truck": heavy}
        refused = await ask(client, mover_a, local(has, "16", plain))
        assert (refused.status_code, refused.json()["code"]) == (409, "crew_incomplete")
        assert "class of licence" in refused.json()["detail"]
        booked = await ask(client, mover_a, local(has, "16", able, plain))
        assert booked.status_code == 201, booked.text
        here = f"/v1/bookings/{booked.json()['id']}"
        await post(client, mover_a.headers, f"{here}/confirm")
        team = {"truck_ids": [heavy], "driver_ids": [plain]}
        refused = await client.post(f"{here}/assign", headers=mover_a.headers | new_key(), json=team)
        assert (refused.status_code, refused.json()["code"]) == (409, "crew_incomplete")
        assert (await client.get(here, headers=mover_a.headers)).json()["driver_ids"] == booked.json()["driver_ids"]

    async def test_a_job_moves_to_who_may_drive_when_the_licence_is_of_a_lesser_class(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ) -> None:
        company, driver = await self.heavy_company(client, staff)
        [customer] = await invite_customers(resources, 1)
        booked = await book(client, customer, company, "2027-04-12T09:00:00")
        booked = await post(client, customer.headers, f"/v1/bookings/{booked['id']}/confirm")
        await self.printed(client, company, driver, "C")
        later = "2027-04-13T09:00:00"
        assert (await foresee(client, customer.headers, booked["id"], later))["is_free"] is False
        refused = await reschedule(client, customer.headers, booked, later)
        assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
        able = (await add_driver(client, company.headers, license_number="B 9", license_class="CDL B"))["id"]
        assert (await foresee(client, customer.headers, booked["id"], later))["is_free"] is True
        moved = await reschedule(client, customer.headers, booked, later)
        assert moved.status_code == 200, moved.text
        assert able in moved.json()["driver_ids"]

    async def test_a_job_that_nobody_estimated_stays_where_its_team_may(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        booked = await book_by_hand(client, mover_a.headers)
        booked = await post(client, mover_a.headers, f"/v1/bookings/{booked['id']}/confirm")
        [truck] = booked["truck_ids"]
        heavier = await client.patch(f"/v1/trucks/{truck}", headers=mover_a.headers, json={"max_weight_lb": 20_000})
        assert heavier.status_code == 200, heavier.text
        later = {"starts_at": "2027-03-10T09:00:00"}
        path = f"/v1/bookings/{booked['id']}/reschedule"
        for step, body in (("/preview", later), ("", later | {"expected_total": booked["price"]["total"]})):
            refused = await client.post(path + step, headers=mover_a.headers | new_key(), json=body)
            assert (refused.status_code, refused.json()["code"]) == (409, "crew_incomplete"), step
        assert (await client.get(path.removesuffix("/reschedule"), headers=mover_a.headers)).json() == booked

    @pytest.mark.parametrize("printed", ["COMMERCIAL", "CLASS", "CDL", "BE", "1ST", "A, B"])
    async def test_a_class_that_nobody_understands_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, printed: str
    ) -> None:
        driver = (await add_driver(client, mover_a.headers, license_class="CDL Class A"))["id"]
        path = f"/v1/drivers/{driver}"
        refused = await client.patch(path, headers=mover_a.headers, json={"license_class": printed})
        assert refused.status_code == 422, refused.text
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/license_class"]
        assert (await client.get(path, headers=mover_a.headers)).json()["license_class"] == "CDL CLASS A"

    async def test_a_company_reads_which_truck_nobody_may_drive(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        heavy = (await add_truck(client, mover_a.headers, license_plate="H 2", max_weight_lb=40_000))["id"]
        driver = (await add_driver(client, mover_a.headers, license_number="H 3", license_class="B"))["id"]
        await add_policy(client, mover_a.headers)
        await write_prices(client, mover_a.headers)
        refused = await client.post("/v1/org/verification", headers=mover_a.headers)
        assert refused.json()["code"] == "verification_incomplete"
        [lacking] = refused.json()["missing"]
        assert (lacking["code"], lacking["truck_id"]) == ("driver_licence", heavy)
        path = f"/v1/drivers/{driver}"
        assert (await client.patch(path, headers=mover_a.headers, json={"license_class": "A"})).status_code == 200
        assert (await client.post("/v1/org/verification", headers=mover_a.headers)).status_code == 201
