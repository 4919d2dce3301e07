from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.kernel.errors import Fault
from app.kernel.money import money_out
from app.kernel.places import PlaceOut
from app.kernel.signing import BadToken, Signer
from app.modules.calendar import public as calendar
from app.modules.market import rules
from app.modules.market.errors import SearchCursorRefused
from app.modules.market.rules import Candidate, Plan, Ranked, Scale
from app.modules.market.schemas import (
    AtLeastOut,
    FacetsOut,
    OfferedBy,
    OfferOut,
    PriceRangeOut,
    RankingFactorOut,
    ReasonOut,
    SearchIn,
    SearchOut,
    WithinOut,
    arrival_window_out,
    legs_out,
)
from app.modules.market.service.asked import MOST_PLANS, Field, Located, find_field
from app.modules.market.service.offers import Offer, shared_part, sign_offer
from app.modules.market.service.reasons import SEARCHED_DAYS, Why, explain
from app.modules.market.values import Facets, Reason
from app.modules.orgs import public as orgs
from app.modules.pricing import public as pricing
from app.modules.verification import public as verification
from app.runtime.db.session import ReadSession

CURSOR: Final = "search"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an offer stands, and the key that signs it."""

    signer: Signer
    now: datetime
    offer_lifetime: timedelta


async def search(session: ReadSession, terms: Terms, body: SearchIn, asked: Located) -> SearchOut:
    """Offers of verified, insured companies whose area holds the pickup and who are free for the whole window.

    Raises: SearchCursorRefused (422).
    """
    fingerprint = _fingerprint(body)
    place = _read_cursor(terms.signer, body.cursor, fingerprint)
    field = await find_field(session, asked, SEARCHED_DAYS, terms.now)
    candidates, refused = await _ask_all(session, field, asked)
    shown = [one for one in candidates if rules.suits(one, body.filters.wish)]
    scale = place.scale if place else rules.scale_of(shown or candidates) if candidates else None
    rest = [one for one in rules.rank(shown, scale) if place is None or one.key > place.after]
    page = rest[: body.limit]
    cursor = None
    if len(rest) > len(page):
        cursor = terms.signer.sign(CURSOR, {"for": fingerprint, "after": page[-1].key, "scale": scale})
    why = Why() if shown else await explain(session, field, asked, refused, filtered_out=len(candidates))
    return SearchOut(
        offers=_offers(terms, asked, page),
        next_cursor=cursor,
        facets=_facets_out(rules.count_facets(candidates)),
        reasons=[ReasonOut(code=code, count=count) for code, count in sorted(why.reasons.items())],
        other_hours=list(why.other_hours),
        nearest_free=list(why.nearest_free),
        distance_miles=asked.plans[0].job.distance_miles,
        origin=PlaceOut.model_validate(asked.origin),
        destination=PlaceOut.model_validate(asked.destination),
    )


async def _ask_all(session: ReadSession, field: Field, asked: Located) -> tuple[list[Candidate], dict[UUID, Reason]]:
    """Who can do the job and for how much; and of those who cannot, why."""
    ids = field.ids
    if not ids:
        return [], {}
    eligible = await _eligible(session, field, asked)
    refused = {one: Reason.PAPERS for one in ids if one not in eligible.org_ids}
    refused |= dict.fromkeys(eligible.without_trucks, Reason.PAPERS)
    refused |= {one: Reason.NO_PRICES for one in eligible.org_ids if one not in refused and one not in field.cards}
    refused |= dict.fromkeys(_without_service(field, refused), Reason.SERVICE_NOT_OFFERED)
    refused |= {one: Reason.TOO_LARGE for one in ids if one not in refused and not field.plans[one]}
    asking = [company for company in field.companies if company.id not in refused]
    found: dict[UUID, Candidate] = {}
    limit = calendar.TruckLimit(eligible.by_truck, eligible.truck_ids)
    job = calendar.StartedJob(asked.plans[0].need, asked.stops, asked.zone, field.now)
    for turn in range(MOST_PLANS):
        plans = {one.id: field.plans[one.id][turn] for one in asking if turn < len(field.plans[one.id])}
        left, closed = _open_for([one for one in asking if one.id in plans and one.id not in found], plans, field.now)
        refused = closed | refused
        if not left:
            continue
        lengths = {company.id: plans[company.id].window.length for company in left}
        free = await calendar.free_capacity(session, lengths, asked.starts_at, job, limit=limit)
        for company in left:
            made = _asked_for(company, field, plans[company.id], free.get(company.id))
            if isinstance(made, Candidate):
                found[company.id] = made
            else:
                refused.setdefault(company.id, made)
    insured = [replace(one, coverage=eligible.coverage.get(company_id, {})) for company_id, one in found.items()]
    return insured, {one: reason for one, reason in refused.items() if one not in found}


def _without_service(field: Field, refused: Mapping[UUID, Reason]) -> list[UUID]:
    """Those whose prices do not name what is asked for beside the move."""
    left = (one for one in field.ids if one not in refused and field.plans[one])
    return [one for one in left if not pricing.is_offered(field.cards[one], field.plans[one][0].job)]


def _open_for(
    companies: Sequence[orgs.NearbyCompany], plans: Mapping[UUID, Plan], now: datetime
) -> tuple[list[orgs.NearbyCompany], dict[UUID, Reason]]:
    """Those whose own terms allow it, and why those of the others do not."""
    windows = {one.id: plans[one.id].window for one in companies}
    told = {
        one.id: orgs.find_refusal(one.terms, windows[one.id].starts_at, windows[one.id].ends_at, now)
        for one in companies
    }
    closed = {company_id: Reason(refusal) for company_id, refusal in told.items() if refusal is not None}
    return [one for one in companies if one.id not in closed], closed


async def _eligible(session: ReadSession, field: Field, asked: Located) -> verification.Eligible:
    """Whose papers are in order on every day that they need; for those who need the same days in one statement."""
    found = verification.Eligible()
    needing: dict[verification.Days, list[UUID]] = {}
    for one in field.ids:
        days = asked.days_of(asked.starts_at, field.plans[one] or asked.plans)
        needing.setdefault(days, []).append(one)
    for days, ids in needing.items():
        found |= await verification.find_eligible(session, ids, asked.trip, days)
    return found


def _asked_for(
    company: orgs.NearbyCompany, field: Field, plan: Plan, free: calendar.FreeCapacity | None
) -> Candidate | Reason:
    if free is None:
        return Reason.NONE_FREE
    if not calendar.suffices(free, plan.need):
        is_full = free.sold_out and calendar.suffices(free.without_limits, plan.need)
        return Reason.DAY_FULL if is_full else Reason.NONE_FREE
    card, job = field.cards[company.id], field.job_for(company, plan.job)
    try:
        return Candidate(company, card, plan, job, pricing.price_job(card, job))
    except pricing.NotPriced:
        return Reason.NOT_PRICED


def _facets_out(facets: Facets) -> FacetsOut:
    return FacetsOut(
        prices=[
            PriceRangeOut(lowest=money_out(*one.lowest), highest=money_out(*one.highest), count=one.count)
            for one in facets.prices
        ],
        ratings=[AtLeastOut.model_validate(one) for one in facets.ratings],
        unrated=facets.unrated,
        distances=[WithinOut.model_validate(one) for one in facets.distances],
        cargo_coverage=[AtLeastOut.model_validate(one) for one in facets.cargo_coverage],
        liability_coverage=[AtLeastOut.model_validate(one) for one in facets.liability_coverage],
    )


def _offers(terms: Terms, asked: Located, page: Sequence[Ranked]) -> list[OfferOut]:
    expires_at = min(terms.now + terms.offer_lifetime, asked.starts_at)
    shared = shared_part(asked.origin, asked.destination)
    return [_offer_out(terms, asked, one, expires_at, shared) for one in page]


def _offer_out(terms: Terms, asked: Located, ranked: Ranked, expires_at: datetime, shared: dict[str, Any]) -> OfferOut:
    candidate = ranked.candidate
    company, starts_at = candidate.company, candidate.plan.window.starts_at
    offer = Offer(
        org_id=candidate.company.id,
        pricing_config_id=candidate.card.id,
        starts_at=starts_at,
        ends_at=candidate.plan.window.ends_at,
        origin=asked.origin,
        destination=asked.destination,
        volume_cuft=candidate.plan.need.volume_cuft,
        weight_lb=candidate.plan.need.weight_lb,
        skills=candidate.plan.need.skills,
        truck_features=candidate.plan.need.features,
        # Whatever today's prices ask for: what others would have made of the job is asked later.
        job=rules.from_base(candidate.job, company.distance_miles),
        expires_at=min(expires_at, orgs.latest_call(company.terms, starts_at)),
        legs=candidate.plan.legs,
        arrives_until=candidate.plan.arrives_until,
    )
    return OfferOut(
        offer_id=sign_offer(terms.signer, offer, shared),
        organization=OfferedBy(id=company.id, name=company.name, rating=company.rating),
        price=pricing.price_out(pricing.price_to_json(candidate.price, candidate.card.number)),
        deposit=money_out(*candidate.price.deposit),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        arrival_window=arrival_window_out(offer.starts_at, offer.arrives_until),
        legs=legs_out(offer.legs),
        pickup_zone=asked.origin.zone,
        crew_size=candidate.job.crew,
        distance_to_origin_miles=round(company.distance_miles, 1),
        expires_at=offer.expires_at,
        own_figures=[pricing.FactorOut.model_validate(factor) for factor in candidate.plan.own_factors],
        ranking=[RankingFactorOut(factor=f.factor, value=f.value, weight=f.weight) for f in ranked.factors],
    )


def _fingerprint(body: SearchIn) -> str:
    text = body.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Place:
    """How far somebody has read, and what the offers were measured by."""

    after: tuple[float, str]
    scale: Scale


def _read_cursor(signer: Signer, cursor: str | None, fingerprint: str) -> _Place | None:
    if cursor is None:
        return None
    try:
        payload = signer.read(CURSOR, cursor)
    except BadToken:
        payload = {}
    if payload.get("for") != fingerprint:
        raise SearchCursorRefused(faults=(Fault("/cursor", SearchCursorRefused.code, SearchCursorRefused.title),))
    score, last_id = payload["after"]
    return _Place((float(score), str(last_id)), Scale(*payload["scale"]))
