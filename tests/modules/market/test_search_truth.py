"""Over random calendars: what search offers can be had, whoever cannot come is not offered, and it says why and when.

What should be offered is reckoned here anew, from a plain list of who has what and is taken when.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.runtime.db.session import Database
from app.runtime.resources import Resources
from tests.conftest import START, Logins
from tests.factories.bookings import CONTACT
from tests.factories.calendar import administrator
from tests.factories.customers import SignedInCustomer
from tests.factories.estimates import estimated
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote
from tests.factories.standing import running, sign_in_staff, signed_in_anew

pytestmark = pytest.mark.integration

# A town of its own: nobody but these companies offers anything here.
RAPID_CITY: Final = {"line1": "300 6th Street", "city": "Rapid City", "state": "SD", "postal_code": "57701"}
FAR_AWAY: Final = {"line1": "224 W 9th Street", "city": "Sioux Falls", "state": "SD", "postal_code": "57104"}
ZONE: Final = ZoneInfo("America/Denver")
SEEDS: Final = range(25)
FIRST_DAY: Final = datetime(2027, 3, 9, tzinfo=ZONE)
DAYS_BETWEEN_SEEDS: Final = 9
PAPERS_END: Final = date(2027, 6, 20)
ASKED_DAYS: Final = 14
BUSY_SHARE: Final = 0.6
CANCELLED_SHARE: Final = 0.5
JOBS_A_SEED: Final = 2
OPENS: Final = 6
CLOSES: Final = 22
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Which of the companies below.
SUSPENDED: Final = 6
PRICELESS: Final = 7
NO_PRICES: Final = "DELETE FROM app.pricing_configs WHERE org_id = $1"

# Offices are registered in another zone than they move in.
OFFICE: Final = ZoneInfo("America/Los_Angeles")
ASKED_AT: Final = START + timedelta(minutes=16)
LEAD_HOURS: Final = 720
# From the second of each seed's days on, two; the week's days from Monday, with the hours of their own.
DAYS_OFF: Final = [
    (FIRST_DAY + timedelta(days=DAYS_BETWEEN_SEEDS * seed + day)).date() for seed in SEEDS for day in (1, 2)
]
HOURS: Final = {1: (7, 12), 2: (7, 12), 4: (9, 15), 6: (6, 9)}
OPEN: Final = {
    day: {"opens_at": f"{HOURS[number][0]:02d}:00", "closes_at": f"{HOURS[number][1]:02d}:00"}
    for day, number in (("monday", 1), ("tuesday", 2), ("thursday", 4), ("saturday", 6))
}

Span = tuple[datetime, datetime]


def days_of(span: Span) -> list[date]:
    first, last = (one.astimezone(ZONE).date() for one in (span[0], span[1] - timedelta(microseconds=1)))
    return [first + timedelta(days=day) for day in range((last - first).days + 1)]


@dataclass(slots=True)
class Yard:
    """A company as a plain list: what it has by id, and when each of that is taken."""

    company: Company
    cuft: dict[str, int]
    insured_until: date = date(2027, 12, 31)
    is_in_market: bool = True
    has_prices: bool = True
    largest_crew_priced: int = 2
    refuses: Callable[[Span], str | None] = lambda _: None
    taken: list[tuple[str, Span]] = field(default_factory=list)
    # On which weekdays it works, from six to ten in the evening; who is not here works at any time.
    weekdays: dict[str, tuple[int, ...]] = field(default_factory=dict)

    # How many jobs it takes on a day, and those that it has.
    jobs_a_day: int | None = None
    sold: list[Span] = field(default_factory=list)

    def is_full(self, span: Span) -> bool:
        if self.jobs_a_day is None:
            return False
        on_days = Counter(day for one in self.sold for day in days_of(one))
        return any(on_days[day] >= self.jobs_a_day for day in days_of(span))

    def is_free(self, resource: str, span: Span) -> bool:
        return not any(one == resource and when[0] < span[1] and span[0] < when[1] for one, when in self.taken)

    def works(self, resource: str, span: Span) -> bool:
        if resource not in self.weekdays:
            return True
        days = days_of(span)
        ends = (one.astimezone(ZONE) for one in (span[0], span[1] - timedelta(microseconds=1)))
        in_hours = all(OPENS <= one.hour < CLOSES for one in ends)
        in_one = len(days) == 1 or span[1] - span[0] > timedelta(days=1)
        return in_hours and in_one and all(day.weekday() in self.weekdays[resource] for day in days)

    def free(self, resources: list[str], span: Span) -> list[str]:
        return [one for one in resources if self.is_free(one, span) and self.works(one, span)]

    def can(self, volume: int, crew: int, span: Span | None) -> bool:
        """Whether it has the trucks and people; with None, whether it would with an empty calendar."""
        company = self.company
        trucks = company.truck_ids if span is None else self.free(company.truck_ids, span)
        drivers = company.driver_ids if span is None else self.free(company.driver_ids, span)
        helpers = company.helper_ids if span is None else self.free(company.helper_ids, span)
        needed = trucks_needed([self.cuft[one] for one in trucks], volume)
        return needed is not None and len(drivers) >= needed and len(drivers) + len(helpers) >= max(crew, needed)


def too_soon(span: Span) -> str | None:
    return "short_notice" if span[0] <= ASKED_AT + timedelta(hours=LEAD_HOURS) else None


def on_a_day_off(span: Span) -> str | None:
    first = span[0].astimezone(OFFICE).date()
    last = (span[1] - timedelta(seconds=1)).astimezone(OFFICE).date()
    return "day_off" if any(first <= day <= last for day in DAYS_OFF) else None


def after_hours(span: Span) -> str | None:
    local = span[0].astimezone(OFFICE)
    is_open = local.isoweekday() in HOURS and HOURS[local.isoweekday()][0] <= local.hour < HOURS[local.isoweekday()][1]
    return None if is_open else "outside_business_hours"


def trucks_needed(sizes: list[int], volume: int) -> int | None:
    room = 0
    for count, size in enumerate(sorted(sizes, reverse=True), start=1):
        room += size
        if room >= volume:
            return count
    return None


@dataclass(frozen=True, slots=True)
class Job:
    volume: int
    crew: int
    hours: float
    starts_at: datetime

    def plans(self) -> Iterator[tuple[int, Span]]:
        """(crew, window): as recommended; then by two people, who take longer."""
        yield self.crew, self._span(self.hours)
        if self.crew > 2:
            yield 2, self._span(self.hours * self.crew / 2)

    def _span(self, hours: float) -> Span:
        """In started quarter hours, with ten hours of night after each fourteen of work; nobody drives far here."""
        starts_at, quarters = self.starts_at.astimezone(UTC), ceil(max(1.0, hours) * 4)
        nights = (quarters - 1) // (14 * 4)
        return starts_at, starts_at + timedelta(minutes=15 * quarters, hours=10 * nights)

    def days_later(self, days: int) -> Job:
        return replace(self, starts_at=self.starts_at + timedelta(days=days))

    @property
    def wish(self) -> dict[str, Any]:
        return {
            "origin": RAPID_CITY,
            "destination": RAPID_CITY,
            "starts_at": self.starts_at.replace(tzinfo=None).isoformat(),
            "limit": 50,
        }


def verdict(yard: Yard, job: Job) -> tuple[int, Span] | str:
    """(crew, window) of its offer, or why it has none."""
    longest = max((span for _, span in job.plans()), key=lambda span: span[1])
    if longest[1].astimezone(ZONE).date() > yard.insured_until:
        return "papers_end_before"
    if not yard.has_prices:
        return "no_prices"
    reasons = []
    for crew, span in job.plans():
        refusal = yard.refuses(span)
        if refusal is not None:
            reasons.append(refusal)
        elif not yard.can(job.volume, crew, span):
            reasons.append("none_free")
        elif yard.is_full(span):
            reasons.append("day_full")
        elif crew > yard.largest_crew_priced:
            reasons.append("not_priced")
        else:
            return crew, span
    if reasons[0] == "none_free" and not any(yard.can(job.volume, crew, None) for crew, _ in job.plans()):
        return "too_large"
    return reasons[0]


@dataclass(frozen=True, slots=True)
class Town:
    client: httpx.AsyncClient
    resources: Resources
    customer: SignedInCustomer
    yards: list[Yard]

    def wish(self, job: Job) -> dict[str, Any]:
        load: dict[str, Any] = {"volume_cuft": job.volume, "crew_size": job.crew}
        return job.wish | {"estimate": estimated(self.resources, **load, p50=job.hours / 2, p90=job.hours)}

    def verdicts(self, job: Job) -> dict[str, tuple[int, Span] | str]:
        return {one.company.id: verdict(one, job) for one in self.yards if one.is_in_market}

    def somebody_can(self, job: Job) -> bool:
        return any(isinstance(one, tuple) for one in self.verdicts(job).values())

    async def search(self, job: Job) -> dict[str, Any]:
        answer = await self.client.post("/v1/search", json=self.wish(job))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
async def town(logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with running(logins, app_database, tmp_path_factory.mktemp("town")) as (client, resources, clock):
        staff = await sign_in_staff(client, resources, f"staff.of.a.town.{uuid4().hex}@example.com")
        [customer] = await invite_customers(resources, 1)
        yards = [yard async for yard in _settle(client, staff)]
        await post(client, staff, f"/v1/ops/orgs/{yards[SUSPENDED].company.id}/suspend", {"reason": "Papers forged"})
        async with administrator(logins) as admin:
            await admin.execute(NO_PRICES, yards[PRICELESS].company.member.org_id)
        await _hold_in_vain(client, yards[0])
        await _give_shifts(client, yards[0], "trucks", yards[0].company.truck_ids[0], (0, 1, 2, 3, 4))
        await _limit_days(client, yards[0], 1)
        await _limit_days(client, yards[4], 1)
        await _give_shifts(client, yards[2], "drivers", yards[2].company.driver_ids[0], (1, 2, 4, 5, 6))
        await _give_shifts(client, yards[3], "drivers", yards[3].company.helper_ids[0], (0, 6))
        clock.advance(timedelta(minutes=16))
        for yard in yards:
            yard.company = await signed_in_anew(client, yard.company)
        yield Town(client, resources, customer, yards)


async def _settle(client: httpx.AsyncClient, staff: dict[str, str]) -> AsyncIterator[Yard]:
    large_crews = {"extra_mover_hourly_rate": "45"}
    lines: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"trucks": (1600, 1000), "drivers": 3, "helpers": 3, "prices": large_crews}, {"largest_crew_priced": 9}),
        ({"trucks": (400,)}, {}),
        ({"trucks": (1600,), "helpers": 0}, {}),
        ({"trucks": (500, 500), "drivers": 2, "helpers": 2}, {}),
        ({"trucks": (1600,), "helpers": 2, "policy": {"expires_on": str(PAPERS_END)}}, {"insured_until": PAPERS_END}),
        ({"trucks": (1000,), "helpers": 2, "place": FAR_AWAY}, {"is_in_market": False}),
        ({"trucks": (1000,), "helpers": 2}, {"is_in_market": False}),
        ({"trucks": (1000,), "helpers": 2}, {"has_prices": False}),
        ({"trucks": (1600,), "helpers": 2, "prices": large_crews}, {"largest_crew_priced": 9, "refuses": too_soon}),
        ({"trucks": (1600,), "helpers": 1}, {"refuses": on_a_day_off}),
        ({"trucks": (1600,), "helpers": 1}, {"refuses": after_hours}),
    ]
    for asked, known in lines:
        company = await open_company(client, staff, **{"place": RAPID_CITY, **asked})
        await _set_terms(client, company, known.get("refuses"))
        yield Yard(company, dict(zip(company.truck_ids, asked["trucks"], strict=True)), **known)


async def _set_terms(client: httpx.AsyncClient, company: Company, refuses: Any) -> None:
    terms: dict[Any, dict[str, Any]] = {
        too_soon: {"lead_time_hours": LEAD_HOURS},
        after_hours: {"business_hours": OPEN, "requires_both_ends": True},
    }
    if refuses in terms:
        answer = await client.patch("/v1/org", headers=company.headers, json=terms[refuses])
        assert answer.status_code == 200, answer.text
    for day in DAYS_OFF if refuses is on_a_day_off else ():
        await post(client, company.headers, "/v1/org/days-off", {"day": str(day), "name": "Off"}, 201)


def first_day(seed: int) -> datetime:
    return FIRST_DAY + timedelta(days=DAYS_BETWEEN_SEEDS * seed)


def wire(span: Span) -> dict[str, str]:
    return {"starts_at": span[0].isoformat(), "ends_at": span[1].isoformat()}


async def _hold_in_vain(client: httpx.AsyncClient, yard: Yard) -> None:
    """A hold in each seed's days that nobody confirms: it is in no list here, for it takes nothing in the end."""
    body = {
        "truck_ids": yard.company.truck_ids[:1],
        "driver_ids": yard.company.driver_ids[:1],
        "origin": RAPID_CITY,
        "destination": RAPID_CITY,
        "contact": CONTACT,
        "price": {"amount": "500"},
    }
    for seed in SEEDS:
        window = wire((first_day(seed), first_day(seed) + timedelta(days=3)))
        await post(client, yard.company.headers, "/v1/bookings", body | {"window": window}, 201)


async def _give_shifts(
    client: httpx.AsyncClient, yard: Yard, kind: str, resource: str, weekdays: tuple[int, ...]
) -> None:
    weekly = [{"weekday": DAYS[one], "starts": f"{OPENS:02}:00", "ends": f"{CLOSES}:00"} for one in weekdays]
    # The search is of a town on mountain time, and so are these offices.
    moved = await client.patch("/v1/org", headers=yard.company.headers, json={"timezone": ZONE.key})
    assert moved.status_code == 200, moved.text
    answer = await client.put(f"/v1/{kind}/{resource}/shifts", headers=yard.company.headers, json={"weekly": weekly})
    assert answer.status_code == 200, answer.text
    yard.weekdays[resource] = weekdays


async def _limit_days(client: httpx.AsyncClient, yard: Yard, jobs: int) -> None:
    moved = await client.patch("/v1/org", headers=yard.company.headers, json={"timezone": ZONE.key})
    assert moved.status_code == 200, moved.text
    answer = await client.put("/v1/org/day-limits", headers=yard.company.headers, json={"jobs": jobs})
    assert answer.status_code == 200, answer.text
    yard.jobs_a_day = jobs


async def fill_calendars(town: Town, rng: random.Random, day: datetime) -> None:
    """Trucks and people take time off at random; where they cannot, because they are taken, that is said."""
    for yard in town.yards:
        for resource in yard.company.resource_ids:
            if rng.random() < BUSY_SHARE:
                starts_at = day + timedelta(hours=rng.randrange(0, 96))
                span = (starts_at, starts_at + timedelta(hours=rng.choice([2, 6, 48, 24 * 13])))
                kind = "trucks" if resource in yard.company.truck_ids else "drivers"
                path = f"/v1/{kind}/{resource}/time-off"
                answer = await town.client.post(path, headers=yard.company.headers, json=wire(span))
                assert answer.status_code == (201 if yard.is_free(resource, span) else 409), answer.text
                if answer.status_code == 201:
                    yard.taken.append((resource, span))


async def check_found(town: Town, job: Job) -> dict[str, Any]:
    """The search's answer, which is just what the lists say."""
    found = await town.search(job)
    verdicts = town.verdicts(job)
    offered = {
        one["organization"]["id"]: (one["crew_size"], (_at(one["starts_at"]), _at(one["ends_at"])))
        for one in found["offers"]
    }
    assert offered == {one: told for one, told in verdicts.items() if isinstance(told, tuple)}
    reasons = {} if offered else Counter(told for told in verdicts.values() if isinstance(told, str))
    assert {one["code"]: one["count"] for one in found["reasons"]} == reasons
    later = (job.days_later(days) for days in range(1, ASKED_DAYS + 1))
    free = [] if offered else [one.starts_at.astimezone(UTC) for one in later if town.somebody_can(one)]
    assert [_at(one) for one in found["nearest_free"]] == free[:3]
    return found


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def take_offers(town: Town, job: Job, offers: list[dict[str, Any]]) -> dict[str, str]:
    """Each is quoted and held at once, with trucks and people of that company that were free; (company, booking)."""
    yards = {yard.company.id: yard for yard in town.yards}
    held = {}
    for offer in offers:
        yard = yards[offer["organization"]["id"]]
        pinned = await quote(town.client, town.customer, offer["offer_id"])
        assert pinned["price"]["total"] == offer["price"]["total"]
        answer = await hold(town.client, town.customer, pinned["id"])
        assert answer.status_code == 201, answer.text
        booking = answer.json()
        span = (_at(booking["starts_at"]), _at(booking["ends_at"]))
        assert span == (_at(offer["starts_at"]), _at(offer["ends_at"]))
        taken = [*booking["truck_ids"], *booking["driver_ids"]]
        assert yard.free(taken, span) == taken
        assert sum(yard.cuft[truck] for truck in booking["truck_ids"]) >= job.volume
        assert len(booking["driver_ids"]) == max(offer["crew_size"], len(booking["truck_ids"]))
        yard.taken += [(one, span) for one in taken]
        yard.sold.append(span)
        held[yard.company.id] = booking["id"]
    return held


async def cancel_some(town: Town, rng: random.Random, held: dict[str, str], span_of: Span) -> None:
    for yard in town.yards:
        booking_id = held.get(yard.company.id)
        if booking_id is not None and rng.random() < CANCELLED_SHARE:
            path = f"/v1/bookings/{booking_id}/cancel"
            booking = await post(town.client, town.customer.headers, path, {"reason": "Changed my mind"})
            gone = {*booking["truck_ids"], *booking["driver_ids"]}
            yard.taken = [one for one in yard.taken if not (one[0] in gone and one[1][0] == span_of[0])]
            yard.sold = [one for one in yard.sold if one[0] != span_of[0]]


@pytest.mark.parametrize("seed", SEEDS)
async def test_search_offers_just_what_can_be_booked(town: Town, seed: int) -> None:
    rng = random.Random(seed)
    day = first_day(seed)
    await fill_calendars(town, rng, day)
    for _ in range(JOBS_A_SEED):
        job = Job(
            volume=rng.choice([200, 900, 1500, 2500, 4000]),
            crew=rng.choice([1, 2, 2, 3, 4]),
            hours=rng.choice([0.5, 2.0, 3.3, 7.0, 30.0]),
            starts_at=day + timedelta(days=rng.randrange(0, 4), hours=rng.randrange(6, 18)),
        )
        found = await check_found(town, job)
        for instant in found["nearest_free"]:
            again = replace(job, starts_at=_at(instant).astimezone(ZONE))
            assert (await check_found(town, again))["offers"]
        held = await take_offers(town, job, found["offers"])
        await cancel_some(town, rng, held, next(job.plans())[1])
        await check_found(town, job)


async def test_whoever_cannot_come_is_in_the_town_all_the_same(town: Town) -> None:
    """The companies that nobody may be offered are there and free, or the test above would prove little."""
    far, suspended = town.yards[SUSPENDED - 1], town.yards[SUSPENDED]
    job = Job(900, 2, 2.0, first_day(0))
    assert far.can(900, 2, None)
    assert suspended.can(900, 2, None)
    answer = await town.client.post("/v1/search", json=town.wish(job) | {"origin": FAR_AWAY, "destination": FAR_AWAY})
    assert [one["organization"]["id"] for one in answer.json()["offers"]] == [far.company.id]
    status = await town.client.get("/v1/org", headers=suspended.company.headers)
    assert status.json()["status"] == "suspended"
