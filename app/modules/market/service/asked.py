"""What is asked of the market: a job with its places located, and the companies that are asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.errors import Fault
from app.kernel.localtime import to_instant
from app.kernel.places import Place
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.kernel.ports.routing import Route
from app.kernel.signing import Signer
from app.modules.calendar import public as calendar
from app.modules.market import rules
from app.modules.market.errors import NothingToPack
from app.modules.market.rules import Plan
from app.modules.market.schemas import RequiresIn, WishIn
from app.modules.orgs import public as orgs
from app.modules.platform import public as platform
from app.modules.pricing import public as pricing
from app.modules.verification import public as verification
from app.runtime.db.session import ReadSession

# The nearest companies that are asked. More are in reach only in the largest towns, and no list is that long.
MOST_ASKED: Final = 200
# The recommended crew and the smallest.
MOST_PLANS: Final = 2
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Way:
    """Where and when: what all plans of one search share."""

    origin: Place
    destination: Place
    starts_at: datetime
    booked_at: datetime
    route: Route
    requires: RequiresIn
    services: pricing.ServicesIn


@dataclass(frozen=True, slots=True)
class Located:
    """A search with its places located, and the ways to do its job, the recommended crew first."""

    way: Way
    load: pricing.Load
    plans: tuple[Plan, ...]

    @property
    def origin(self) -> Place:
        return self.way.origin

    @property
    def destination(self) -> Place:
        return self.way.destination

    @property
    def starts_at(self) -> datetime:
        return self.plans[0].window.starts_at

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.origin.zone)

    @property
    def trip(self) -> verification.Trip:
        origin, destination = self.origin, self.destination
        return verification.Trip(origin.country, origin.state, destination.country, destination.state)

    def on_days(self, days: Iterable[int]) -> list[datetime]:
        """The wanted wall time so many days later each; where the clock jumps over it, the hour behind."""
        local = self.starts_at.astimezone(self.zone)
        return [(local + timedelta(days=later)).astimezone(UTC) for later in days]

    def days_of(self, starts_at: datetime, plans: Sequence[Plan]) -> verification.Days:
        """The days by the pickup's clock that the longest of these plans takes from a start."""
        ends_at = starts_at + max(plan.window.length for plan in plans)
        return verification.Days(*(instant.astimezone(self.zone).date() for instant in (starts_at, ends_at)))

    def wish(self, days: int) -> orgs.Wish:
        """What companies' terms for its start, and for as many days after it, depend on."""
        ends_at = self.starts_at + calendar.LONGEST_WINDOW + timedelta(days=days)
        return orgs.Wish.between((self.origin.location, self.destination.location), self.starts_at, ends_at)

    @property
    def stops(self) -> calendar.Stops:
        return calendar.Stops(self.origin.location, self.destination.location)


async def locate_search(ports: Ports, signer: Signer, body: WishIn, now: datetime) -> Located:
    """The ports step.

    Raises: PlaceNotLocated (422), LocalTimeRefused (422), WindowRefused (422), UnknownItem (422), EstimateRefused
    (422), EstimateChanged (422), EstimateExpired (409), NothingToPack (422).
    """
    origin = await locate_place(ports.geocoder, body.origin, pointer="/origin")
    destination = await locate_place(ports.geocoder, body.destination, pointer="/destination")
    starts_at = to_instant(body.starts_at, origin.zone, pointer="/starts_at")
    route = await ports.router.route(origin.location, destination.location)
    way = Way(origin, destination, starts_at, now, route, body.requires, body.services)
    load = _load(signer, body, way)
    _refuse_nothing_to_pack(body.services, load)
    calendar.check_window(_plan(load, way).window, now)
    return Located(way, load, _plans(load, way))


def _plans(load: pricing.Load, way: Way) -> tuple[Plan, ...]:
    """A smaller crew, or a slow company, may take longer than anybody can be booked for: such a plan is left out."""
    smaller = rules.with_smaller_crew(load)
    plans = (_plan(load, way), _plan(smaller, way)) if smaller is not None else (_plan(load, way),)
    return tuple(one for one in plans if one.window.length <= calendar.LONGEST_WINDOW)


def _refuse_nothing_to_pack(services: pricing.ServicesIn, load: pricing.Load) -> None:
    wanted = services.packing
    if wanted is not None and wanted.cartons is None and load.cartons == 0:
        reason = "No carton is listed: say how many are to be packed."
        raise NothingToPack(faults=(Fault("/services/packing/cartons", NothingToPack.code, reason),))


def _plan(load: pricing.Load, way: Way) -> Plan:
    wanted = way.services
    packing = _packing(wanted.packing, load)
    facts = pricing.JobFacts(
        origin=way.origin,
        destination=way.destination,
        starts_at=way.starts_at,
        booked_at=way.booked_at,
        hours=load.hours_p50,
        crew=load.crew_size,
        distance_miles=way.route.distance_miles,
        drive_minutes=way.route.drive_minutes,
        volume_cuft=load.volume_cuft,
        weight_lb=load.weight_lb,
        inventory=load.inventory,
        packing=packing,
        valuation=None if wanted.valuation is None else wanted.valuation.to_valuation(),
        codes=frozenset(wanted.codes),
    )
    packed_in = ZERO if packing is None else packing.hours
    days = rules.days_of_work(way.starts_at, load.hours_p90, way.route.drive_minutes, packed_in)
    size = _up(load.volume_cuft), _up(load.weight_lb), load.crew_size
    need = calendar.Need.of(*size, way.requires.columns())
    return Plan(days.window, need, pricing.make_job(facts), load.factors, days.legs)


def _packing(wanted: pricing.PackingWishIn | None, load: pricing.Load) -> pricing.Packing | None:
    if wanted is None:
        return None
    return pricing.packing_of(load.cartons if wanted.cartons is None else wanted.cartons, wanted.hours, load.figures)


def _up(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))


def _load(signer: Signer, body: WishIn, way: Way) -> pricing.Load:
    """What is to be moved: as estimated before, or estimated now. Where getting in at an end is not as it was when it
    was estimated, the same things are estimated anew.
    """
    if body.estimate is None:
        return pricing.load_of(pricing.estimate_request(body, way.origin, way.destination))
    before = pricing.read_load(signer, body.estimate, way.booked_at, pointer="/estimate")
    here = pricing.at_ends(before.request, way.origin, way.destination)
    return before if here == before.request else pricing.load_of(here)


@dataclass(frozen=True, slots=True)
class Field:
    """Who is asked at this instant, what they charge, and how they would do the job; the recommended crew first.
    `uses`: how often their discounts were had, by company and code.
    """

    now: datetime
    companies: Sequence[orgs.NearbyCompany]
    cards: dict[UUID, pricing.RateCard]
    plans: dict[UUID, tuple[Plan, ...]]
    uses: dict[UUID, dict[str, int]]

    def job_for(self, company: orgs.NearbyCompany, job: pricing.Job) -> pricing.Job:
        """The job as this company prices it."""
        asked = rules.for_company(job, self.cards[company.id], company.distance_miles)
        uses = self.uses.get(company.id)
        return replace(asked, discount_uses=uses) if uses else asked

    @property
    def ids(self) -> list[UUID]:
        return [company.id for company in self.companies]


async def find_field(session: ReadSession, asked: Located, days: int, now: datetime) -> Field:
    """The verified companies whose area holds the pickup, the nearest first, with their terms for so many days."""
    companies = await orgs.companies_covering(session, asked.wish(days), MOST_ASKED)
    ids = [company.id for company in companies]
    cards = await pricing.active_cards(session, ids) if ids else {}
    own = await pricing.own_of_all(session, ids) if ids else {}
    fuel = await platform.fuel_index_price(session) if ids else None
    prices = {one: pricing.fuel_index_for(card, fuel) for one, card in cards.items()}
    keys = {one.id: (prices.get(one.id), one.terms.arrival_window) for one in companies}
    loads = pricing.OwnLoads(asked.load)
    common = {key: _plans_at(asked.plans, *key) for key in set(keys.values())}
    by_own = {one: _plans(loads.by(figures), asked.way) for one, figures in own.items()}
    plans = {one: _plans_at(by_own[one], *key) if one in own else common[key] for one, key in keys.items()}
    codes = asked.way.services.codes
    uses = await pricing.discount_uses(session, ids, codes) if ids and codes else {}
    return Field(now, companies, cards, plans, uses)


def _plans_at(plans: tuple[Plan, ...], fuel: Decimal | None, arrival_window: timedelta) -> tuple[Plan, ...]:
    """By a company's terms, and priced at today's fuel index, where staff have told it and the prices are in its
    currency.
    """
    if fuel is not None:
        plans = tuple(replace(plan, job=replace(plan.job, fuel_index_price=fuel)) for plan in plans)
    return rules.arriving_within(plans, arrival_window)
