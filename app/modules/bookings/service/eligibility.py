"""Whether customers may have a company for a window: its standing, and its papers on those days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.modules.bookings.errors import CompanyNotBookable, OutsideTerms, PapersEndBefore
from app.modules.calendar import public as calendar
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.modules.verification.public import Days, Trip
from app.runtime.db.session import ReadSession


def trip_of(fields: Mapping[str, Any]) -> Trip:
    """Where a job begins and ends, from the fields of a booking or a quote."""
    origin, destination = fields["origin"], fields["destination"]
    return Trip(origin["country"], origin["state"], destination["country"], destination["state"])


def days_of(window: calendar.Window, zone: str) -> Days:
    local = ZoneInfo(zone)
    return Days(window.starts_at.astimezone(local).date(), window.ends_at.astimezone(local).date())


@dataclass(frozen=True, slots=True)
class Bound:
    """What binds whoever books. A company's papers always do, and that it is not suspended.

    `to_terms`: its own terms, such as its notice: they bind customers, not its people. `to_market`: it is a job of the
    market, so the company must be verified.
    """

    to_terms: bool = True
    to_market: bool = True


CUSTOMER = Bound()
BY_HAND = Bound(to_terms=False, to_market=False)


def _wish(ask: calendar.Ask, window: calendar.Window) -> orgs.Wish:
    """What the company's terms for this window depend on.

    Raises: ValueError for a question without places, which is no job that somebody books.
    """
    if ask.stops is None:
        raise ValueError("a job has stops")
    return orgs.Wish.between((ask.stops.first, ask.stops.last), window.starts_at, window.ends_at)


def _is_held_in_full(status: orgs.OrgStatus) -> bool:
    """Whom the platform has verified shows all that is asked; who is on the way there, what it has shown."""
    return status in {orgs.OrgStatus.VERIFIED, orgs.OrgStatus.SUSPENDED}


async def check_company(
    session: ReadSession, ask: calendar.Ask, trip: Trip, truck_ids: Collection[UUID] = (), *, bound: Bound = CUSTOMER
) -> None:
    """Whether the company may be booked, with these trucks, for this window.

    Raises: CompanyNotBookable (409) for one suspended since the search, OutsideTerms (409) with the reason,
    PapersEndBefore (409) with the paper's name and, of a truck's paper, the truck.
    """
    company, terms = await orgs.company_for(session, ask.org_id, _wish(ask, ask.window))
    _check_standing(company.status, bound)
    refusal = orgs.find_refusal(terms, ask.window.starts_at, ask.window.ends_at, ask.now)
    if bound.to_terms and refusal is not None:
        raise OutsideTerms(reason=refusal)
    await _check_papers(session, ask, trip, truck_ids, company.status)


async def check_by_hand(
    session: ReadSession, ask: calendar.Ask, trip: Trip, truck_ids: Collection[UUID], status: orgs.OrgStatus
) -> None:
    """As `check_company` for what a company's own people book: its terms are not asked for.

    Raises: CompanyNotBookable (409), PapersEndBefore (409).
    """
    _check_standing(status, BY_HAND)
    await _check_papers(session, ask, trip, truck_ids, status)


def _check_standing(status: orgs.OrgStatus, bound: Bound) -> None:
    """Raises: CompanyNotBookable (409)."""
    is_verified = status is orgs.OrgStatus.VERIFIED
    if status is orgs.OrgStatus.SUSPENDED or (bound.to_market and not is_verified):
        raise CompanyNotBookable


async def check_papers(
    session: ReadSession, ask: calendar.Ask, trip: Trip, resources: Collection[calendar.ResourceSpec]
) -> None:
    """Of a job that stands, whether the company and the trucks among these show their papers for its days.

    Raises: PapersEndBefore (409).
    """
    company = await orgs.company(session, ask.org_id)
    await _check_papers(session, ask, trip, _trucks(resources), company.status)


async def _check_papers(
    session: ReadSession, ask: calendar.Ask, trip: Trip, truck_ids: Collection[UUID], status: orgs.OrgStatus
) -> None:
    days, in_full = days_of(ask.window, ask.zone), _is_held_in_full(status)
    lapse = await verification.find_lapse(session, ask.org_id, trip, days, truck_ids, in_full=in_full)
    if lapse is not None:
        raise _refusal(lapse)


async def check_trucks(
    session: ReadSession, ask: calendar.Ask, trip: Trip, resources: Collection[calendar.ResourceSpec]
) -> None:
    """Of these resources, whether the trucks show their papers. Raises: PapersEndBefore (409)."""
    days, trucks = days_of(ask.window, ask.zone), _trucks(resources)
    lapses = await verification.find_truck_lapses(session, ask.org_id, trip, days, trucks)
    if lapses:
        raise _refusal(lapses[0])


async def unfit_trucks(session: ReadSession, ask: calendar.Ask, trip: Trip) -> set[UUID]:
    """The company's trucks that may not go on these days, for want of a paper."""
    days, trucks = days_of(ask.window, ask.zone), _trucks(await calendar.list_resources(session, ask.org_id))
    lapses = await verification.find_truck_lapses(session, ask.org_id, trip, days, trucks)
    return {lapse.truck_id for lapse in lapses if lapse.truck_id is not None}


@dataclass(frozen=True, slots=True)
class Lacking:
    """What keeps a company from a job: the paper of its own that does not reach it, and the trucks that lack one."""

    paper: str | None
    truck_ids: frozenset[UUID]


async def find_lacking(
    session: ReadSession, org_id: UUID, jobs: Iterable[tuple[Trip, Days]], trucks: Collection[UUID]
) -> dict[tuple[Trip, Days], Lacking]:
    """What is lacking for each of these jobs, of the company's own papers and of these trucks'."""
    company, found = await orgs.company(session, org_id), {}
    in_full = _is_held_in_full(company.status)
    for trip, days in set(jobs):
        own = await verification.find_lapse(session, org_id, trip, days, in_full=in_full)
        lapses = await verification.find_truck_lapses(session, org_id, trip, days, trucks)
        unfit = frozenset(lapse.truck_id for lapse in lapses if lapse.truck_id is not None)
        found[trip, days] = Lacking(None if own is None else own.need.value, unfit)
    return found


def _trucks(resources: Collection[calendar.ResourceSpec]) -> list[UUID]:
    return [one.id for one in resources if one.kind is calendar.ResourceKind.TRUCK]


def _refusal(lapse: verification.Lapse) -> PapersEndBefore:
    return PapersEndBefore(paper=lapse.need.value, truck_id=lapse.truck_id and str(lapse.truck_id))


async def while_eligible(
    session: ReadSession, ask: calendar.Ask, trip: Trip, refused: calendar.SlotTaken, bound: Bound = CUSTOMER
) -> calendar.SlotTaken:
    """The refusal with the first windows that the company's terms allow and on whose days its papers are in order."""
    if not refused.alternatives:
        return refused
    whole = calendar.horizon_of(ask.window)
    company, terms = await orgs.company_for(session, ask.org_id, _wish(ask, whole))
    lapse_on = await verification.lapses_within(
        session, ask.org_id, trip, days_of(whole, ask.zone), in_full=_is_held_in_full(company.status)
    )

    def is_offered(window: calendar.Window) -> bool:
        refusal = orgs.find_refusal(terms, window.starts_at, window.ends_at, ask.now) if bound.to_terms else None
        return refusal is None and lapse_on(days_of(window, ask.zone)) is None

    return refused.offering(filter(is_offered, refused.free))
