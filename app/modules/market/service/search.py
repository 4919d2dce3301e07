from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from app.kernel.dayset import days_of
from app.kernel.errors import Fault
from app.kernel.places import PlaceOut
from app.kernel.signing import BadToken, Signer
from app.modules.calendar import public as calendar
from app.modules.market import rules
from app.modules.market.errors import SearchCursorRefused
from app.modules.market.rules import Candidate, Plan, Ranked
from app.modules.market.schemas import OfferedBy, OfferOut, RankingFactorOut, ReasonOut, SearchIn, SearchOut
from app.modules.market.service.asked import Field, Located, find_field
from app.modules.market.service.dates import offers_on_days
from app.modules.market.service.offers import Offer, shared_part, sign_offer
from app.modules.market.values import Reason
from app.modules.orgs import public as orgs
from app.modules.pricing import public as pricing
from app.modules.verification import public as verification
from app.runtime.db.session import ReadSession

SEARCHED_DAYS: Final = 14
MOST_FREE_DATES: Final = 3
CURSOR: Final = "search"
# No other day changes these.
HOPELESS: Final = frozenset({Reason.TOO_LARGE, Reason.NO_PRICES, Reason.DESTINATION_OUTSIDE_AREA})


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
    after = _read_cursor(terms.signer, body.cursor, fingerprint)
    field = await find_field(session, asked, SEARCHED_DAYS, terms.now)
    candidates, refused = await _ask_all(session, field, asked)
    ranked = rules.rank(candidates) if candidates else []
    rest = [one for one in ranked if after is None or one.key > after]
    page = rest[: body.limit]
    cursor = None
    if len(rest) > len(page):
        score, last_id = page[-1].key
        cursor = terms.signer.sign(CURSOR, {"for": fingerprint, "after": [score, last_id]})
    reasons, nearest_free = ([], []) if ranked else await _explain(session, field, asked, refused)
    return SearchOut(
        offers=_offers(terms, asked, page),
        next_cursor=cursor,
        reasons=reasons,
        nearest_free=nearest_free,
        distance_miles=asked.plans[0].job.distance_miles,
        origin=PlaceOut.model_validate(asked.origin),
        destination=PlaceOut.model_validate(asked.destination),
    )


async def _ask_all(session: ReadSession, field: Field, asked: Located) -> tuple[list[Candidate], dict[UUID, Reason]]:
    """Who can do the job and for how much; and of those who cannot, why."""
    ids = field.ids
    if not ids:
        return [], {}
    eligible = await verification.find_eligible(session, ids, asked.trip, asked.days_of(asked.starts_at))
    refused = {one: Reason.PAPERS for one in ids if one not in eligible.org_ids}
    refused |= dict.fromkeys(eligible.without_trucks, Reason.PAPERS)
    refused |= {one: Reason.NO_PRICES for one in eligible.org_ids if one not in refused and one not in field.cards}
    asking = [company for company in field.companies if company.id not in refused]
    found: dict[UUID, Candidate] = {}
    limit = calendar.TruckLimit(eligible.by_truck, eligible.truck_ids)
    place = asked.zone, asked.stops
    for plan in asked.plans:
        left, closed = _open_for([company for company in asking if company.id not in found], plan, field.now)
        refused = closed | refused
        wanted = [company.id for company in left]
        if not wanted:
            break
        free = await calendar.free_capacity(session, wanted, plan.window, place, field.now, limit=limit)
        for company in left:
            made = _asked_for(company, field.cards[company.id], plan, free.get(company.id))
            if isinstance(made, Candidate):
                found[company.id] = made
            else:
                refused.setdefault(company.id, made)
    return list(found.values()), {one: reason for one, reason in refused.items() if one not in found}


def _open_for(
    companies: Sequence[orgs.NearbyCompany], plan: Plan, now: datetime
) -> tuple[list[orgs.NearbyCompany], dict[UUID, Reason]]:
    """Those whose own terms allow it, and why those of the others do not."""
    window = plan.window
    told = {one.id: orgs.find_refusal(one.terms, window.starts_at, window.ends_at, now) for one in companies}
    closed = {company_id: Reason(refusal) for company_id, refusal in told.items() if refusal is not None}
    return [one for one in companies if one.id not in closed], closed


def _asked_for(
    company: orgs.NearbyCompany, card: pricing.RateCard, plan: Plan, free: calendar.FreeCapacity | None
) -> Candidate | Reason:
    if free is None or not calendar.suffices(free.without_limits, plan.need):
        return Reason.NONE_FREE
    if not calendar.suffices(free, plan.need):
        return Reason.DAY_FULL
    job = rules.for_company(plan.job, card, company.distance_miles)
    try:
        return Candidate(company, card, plan, job, pricing.price_job(card, job))
    except pricing.NotPriced:
        return Reason.NOT_PRICED


async def _explain(
    session: ReadSession, field: Field, asked: Located, refused: dict[UUID, Reason]
) -> tuple[list[ReasonOut], list[datetime]]:
    """Why nobody has an offer, counted, and when somebody will."""
    if not refused:
        return [ReasonOut(code=Reason.NO_COMPANY_IN_AREA, count=1)], []
    told = refused | await _too_large(session, refused, asked)
    reasons = [ReasonOut(code=code, count=count) for code, count in sorted(Counter(told.values()).items())]
    hopeful = [one for one in field.companies if told[one.id] not in HOPELESS]
    return reasons, await _nearest_free(session, replace(field, companies=hopeful), asked)


async def _too_large(session: ReadSession, refused: dict[UUID, Reason], asked: Located) -> dict[UUID, Reason]:
    """Of those with nothing free, who would be too small even with an empty calendar."""
    busy = [one for one, reason in refused.items() if reason is Reason.NONE_FREE]
    whole = await calendar.whole_capacity(session, busy) if busy else {}
    fitting = {
        one for one, capacity in whole.items() if any(calendar.suffices(capacity, plan.need) for plan in asked.plans)
    }
    return {one: Reason.TOO_LARGE for one in busy if one not in fitting}


async def _nearest_free(session: ReadSession, field: Field, asked: Located) -> list[datetime]:
    """The next days on which somebody has an offer, at the wanted wall time."""
    starts = asked.on_days(range(1, SEARCHED_DAYS + 1))
    free = 0
    for offer in await offers_on_days(session, field, asked, starts):
        free |= offer.days
    return [starts[day] for day in islice(days_of(free), MOST_FREE_DATES)]


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
        job=candidate.job,
        expires_at=min(expires_at, orgs.latest_call(company.terms, starts_at)),
    )
    return OfferOut(
        offer_id=sign_offer(terms.signer, offer, shared),
        organization=OfferedBy(id=company.id, name=company.name, rating=company.rating),
        price=pricing.price_out(pricing.price_to_json(candidate.price, candidate.card.number)),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        pickup_zone=asked.origin.zone,
        crew_size=candidate.job.crew,
        distance_to_origin_miles=round(company.distance_miles, 1),
        expires_at=offer.expires_at,
        ranking=[RankingFactorOut(factor=f.factor, value=f.value, weight=f.weight) for f in ranked.factors],
    )


def _fingerprint(body: SearchIn) -> str:
    text = body.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read_cursor(signer: Signer, cursor: str | None, fingerprint: str) -> tuple[float, str] | None:
    if cursor is None:
        return None
    try:
        payload = signer.read(CURSOR, cursor)
    except BadToken:
        payload = {}
    if payload.get("for") != fingerprint:
        raise SearchCursorRefused(faults=(Fault("/cursor", SearchCursorRefused.code, SearchCursorRefused.title),))
    score, last_id = payload["after"]
    return float(score), str(last_id)
