"""What a job costs on each of many days, asked of all companies at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.dayset import days_of
from app.kernel.money import money_out
from app.kernel.places import PlaceOut
from app.modules.calendar import public as calendar
from app.modules.market import rules
from app.modules.market.schemas import DateOut, DatePriceOut, DatesIn, DatesOut, OfferedBy
from app.modules.market.service.asked import Field, Located, find_field
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
    of_days: list[list[DayOffer]] = [[] for _ in starts]
    for offer in offers:
        for day in days_of(offer.days):
            of_days[day].append(offer)
    return DatesOut(
        dates=[_date_out(asked, start, offers) for start, offers in zip(starts, of_days, strict=True)],
        pickup_zone=asked.origin.zone,
        distance_miles=asked.plans[0].job.distance_miles,
        origin=PlaceOut.model_validate(asked.origin),
        destination=PlaceOut.model_validate(asked.destination),
    )


def _date_out(asked: Located, starts_at: datetime, offers: Sequence[DayOffer]) -> DateOut:
    cheapest: dict[str, DayOffer] = {}
    for offer in sorted(offers, key=lambda one: (one.price.total.amount, str(one.company.id))):
        cheapest.setdefault(offer.price.total.currency, offer)
    return DateOut(
        date=starts_at.astimezone(asked.zone).date(),
        starts_at=starts_at,
        offers=len(offers),
        cheapest=[_price_out(cheapest[currency]) for currency in sorted(cheapest)],
    )


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
    spans = [asked.days_of(start) for start in starts]
    priced = [one for one in field.companies if one.id in field.cards]
    if not priced:
        return []
    eligible = await verification.find_eligible_on(session, [one.id for one in priced], asked.trip, spans)
    left = dict(eligible.by_org)
    offers: list[DayOffer] = []
    for plan in asked.plans:
        job = calendar.StartedJob(plan.need, asked.stops, asked.zone, field.now)
        is_open = {one.id: orgs.open_starts(one.terms, starts, plan.window.length, field.now) for one in priced}
        asks = {one: plan.window.length for one, days in left.items() if days & is_open[one]}
        suiting = await calendar.suiting_starts(session, asks, starts, job, eligible.by_truck) if asks else {}
        jobs = pricing.Starts([pricing.starting_at(plan.job, start, asked.origin.zone) for start in starts])
        for company in priced:
            days = left.get(company.id, 0) & is_open[company.id] & suiting.get(company.id, 0)
            for offer in _priced(company, field.cards[company.id], jobs, days):
                offers.append(offer)
                left[company.id] &= ~offer.days
    return offers


def _priced(company: NearbyCompany, card: pricing.RateCard, jobs: pricing.Starts, days: int) -> Iterator[DayOffer]:
    """One offer for all days that cost the same."""
    for alike in jobs.priced_alike(card.compiled, days):
        job = rules.for_company(jobs.jobs[next(days_of(alike))], card, company.distance_miles)
        try:
            yield DayOffer(company, job.crew, pricing.price_job(card, job), alike)
        except pricing.NotPriced:
            continue
