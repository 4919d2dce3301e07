"""What a job costs on each of many days, asked of all companies at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.kernel.dayset import days_of, how_many
from app.kernel.money import money_out
from app.kernel.places import PlaceOut
from app.modules.calendar import public as calendar
from app.modules.market.rules import Plan
from app.modules.market.schemas import DateOut, DatePriceOut, DatesIn, DatesOut, OfferedBy
from app.modules.market.service.asked import MOST_PLANS, Field, Located, find_field
from app.modules.orgs import public as orgs
from app.modules.orgs.public import NearbyCompany
from app.modules.pricing import public as pricing
from app.modules.verification import public as verification
from app.runtime.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class DayOffer:
    """What one company asks for the job on each of these days (as bits)."""

    company: NearbyCompany
    crew_size: int
    price: pricing.Price
    days: int


async def search_dates(session: ReadSession, body: DatesIn, asked: Located, now: datetime) -> DatesOut:
    """The wanted day and those after it, each as a search for that day would answer it."""
    starts = asked.on_days(range(body.days))
    offers = await offers_on_days(session, await find_field(session, asked, body.days, now), asked, starts)
    counts, cheapest = how_many(body.days, (offer.days for offer in offers)), _cheapest(offers, body.days)
    return DatesOut(
        dates=[
            DateOut(
                date=start.astimezone(asked.zone).date(),
                starts_at=start,
                offers=count,
                cheapest=[_price_out(lowest[currency]) for currency in sorted(lowest)],
            )
            for start, count, lowest in zip(starts, counts, cheapest, strict=True)
        ],
        pickup_zone=asked.origin.zone,
        distance_miles=asked.plans[0].job.distance_miles,
        origin=PlaceOut.model_validate(asked.origin),
        destination=PlaceOut.model_validate(asked.destination),
    )


def _cheapest(offers: Sequence[DayOffer], days: int) -> list[dict[str, DayOffer]]:
    """Of each day the lowest offer in each currency; of two that ask the same, the first by the company's id."""
    lowest: list[dict[str, DayOffer]] = [{} for _ in range(days)]
    found: dict[str, int] = {}
    for offer in sorted(offers, key=lambda one: (one.price.total.amount, str(one.company.id))):
        currency = offer.price.total.currency
        seen = found.get(currency, 0)
        for day in days_of(offer.days & ~seen):
            lowest[day][currency] = offer
        found[currency] = seen | offer.days
    return lowest


def _price_out(offer: DayOffer) -> DatePriceOut:
    company = offer.company
    return DatePriceOut(
        total=money_out(*offer.price.total),
        crew_size=offer.crew_size,
        organization=OfferedBy(id=company.id, name=company.name, rating=company.rating),
    )


async def offers_on_days(
    session: ReadSession, field: Field, asked: Located, starts: Sequence[datetime]
) -> list[DayOffer]:
    """Of each company that can do the job on some of the days, what it asks then; one statement for the papers of all
    and one for the calendars of each plan. `starts` rise, `dayset.MOST_DAYS` at most.
    """
    priced = [one for one in field.companies if one.id in field.cards and _does_it(field, one.id)]
    eligible = await _eligible_on(session, field, asked, starts)
    left = dict(eligible.by_org)
    offers: list[DayOffer] = []
    jobs = _Jobs(asked.origin.zone, starts)
    job = calendar.StartedJob(asked.plans[0].need, asked.stops, asked.zone, field.now)
    for turn in range(MOST_PLANS):
        plans = {one.id: field.plans[one.id][turn] for one in priced if turn < len(field.plans[one.id])}
        open_days = _open_days(field, plans, starts, left)
        asks = {one: calendar.Asked(plans[one].window.length, plans[one].need) for one in open_days}
        suiting = await calendar.suiting_starts(session, asks, starts, job, eligible.by_truck) if asks else {}
        for company in priced:
            days = open_days.get(company.id, 0) & suiting.get(company.id, 0)
            for offer in _priced(field, company, jobs.of(plans[company.id]), days) if days else ():
                offers.append(offer)
                left[company.id] &= ~offer.days
    return offers


def _open_days(
    field: Field, plans: Mapping[UUID, Plan], starts: Sequence[datetime], left: Mapping[UUID, int]
) -> dict[UUID, int]:
    """Of the days that are left, those that each company's own terms allow; without those that have none."""
    allowed = {
        one.id: left.get(one.id, 0) & orgs.open_starts(one.terms, starts, plans[one.id].window.length, field.now)
        for one in field.companies
        if one.id in plans
    }
    return {one: days for one, days in allowed.items() if days}


class _Jobs:
    """The jobs of plans at all starts; companies that share a plan share them."""

    def __init__(self, zone: str, starts: Sequence[datetime]) -> None:
        self._zone = zone
        self._starts = starts
        self._made: dict[int, tuple[Plan, pricing.Starts]] = {}

    def of(self, plan: Plan) -> pricing.Starts:
        made = self._made.get(id(plan))
        if made is None:
            again = [pricing.starting_at(plan.job, start, self._zone) for start in self._starts]
            made = self._made[id(plan)] = (plan, pricing.Starts(again))
        return made[1]


async def _eligible_on(
    session: ReadSession, field: Field, asked: Located, starts: Sequence[datetime]
) -> verification.EligibleOn:
    """On which days whose papers are in order; for those who need the same days in one statement."""
    needing: dict[tuple[verification.Days, ...], list[UUID]] = {}
    of_length: dict[timedelta, tuple[verification.Days, ...]] = {}
    for one, plans in field.plans.items():
        if one in field.cards and plans:
            longest = max(plan.window.length for plan in plans)
            if longest not in of_length:
                of_length[longest] = tuple(asked.days_of(start, plans) for start in starts)
            needing.setdefault(of_length[longest], []).append(one)
    found = verification.EligibleOn({}, {})
    for spans, ids in needing.items():
        some = await verification.find_eligible_on(session, ids, asked.trip, spans)
        found = verification.EligibleOn(found.by_org | some.by_org, found.by_truck | some.by_truck)
    return found


def _does_it(field: Field, org_id: UUID) -> bool:
    """Whether it has a plan, and prices for the services that are asked for."""
    plans = field.plans[org_id]
    return bool(plans) and pricing.is_offered(field.cards[org_id], plans[0].job)


def _priced(field: Field, company: NearbyCompany, jobs: pricing.Starts, days: int) -> Iterator[DayOffer]:
    """One offer for all days that cost the same."""
    card = field.cards[company.id]
    for alike in jobs.priced_alike(card.compiled, days):
        job = field.job_for(company, jobs.jobs[next(days_of(alike))])
        try:
            yield DayOffer(company, job.crew, pricing.price_job(card, job), alike)
        except pricing.NotPriced:
            continue
