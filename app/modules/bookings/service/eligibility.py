"""Whether customers may have a company for a window: its standing, and its papers on those days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.modules.bookings.errors import CompanyNotBookable, OutsideTerms, PapersEndBefore
from app.modules.bookings.models import Booking
from app.modules.calendar import public as calendar
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.modules.verification.public import Days, Trip
from app.runtime.db.session import ReadSession


def trip_of(fields: Mapping[str, Any]) -> Trip:
    """Where a job begins and ends, from the fields of a booking or a quote."""
    origin, destination = fields["origin"], fields["destination"]
    return Trip(origin["country"], origin["state"], destination["country"], destination["state"])


def _days(window: calendar.Window, zone: str) -> Days:
    local = ZoneInfo(zone)
    return Days(window.starts_at.astimezone(local).date(), window.ends_at.astimezone(local).date())


def _wish(ask: calendar.Ask, windows: Sequence[calendar.Window]) -> orgs.Wish:
    """What the company's terms for these windows depend on.

    Raises: ValueError for a question without places, which is no job that somebody books.
    """
    if ask.stops is None:
        raise ValueError("a job has stops")
    first, last = min(one.starts_at for one in windows), max(one.ends_at for one in windows)
    return orgs.Wish.between((ask.stops.first, ask.stops.last), first, last)


async def bookable_company(
    session: ReadSession, ask: calendar.Ask, trip: Trip, truck_ids: Collection[UUID] = (), *, asks_terms: bool = True
) -> orgs.Company:
    """The company, when customers may have it, with these trucks, for this window. Its own terms bind customers, not
    its people: `asks_terms`.

    Raises: CompanyNotBookable (409) for one suspended since the search, OutsideTerms (409) with the reason,
    PapersEndBefore (409) with the paper's name and, of a truck's paper, the truck.
    """
    company, terms = await orgs.company_for(session, ask.org_id, _wish(ask, [ask.window]))
    if company.status is not orgs.OrgStatus.VERIFIED:
        raise CompanyNotBookable
    refusal = orgs.find_refusal(terms, ask.window.starts_at, ask.window.ends_at, ask.now)
    if asks_terms and refusal is not None:
        raise OutsideTerms(reason=refusal)
    lapse = await verification.find_lapse(session, ask.org_id, trip, _days(ask.window, ask.zone), truck_ids)
    if lapse is not None:
        raise _refusal(lapse)
    return company


async def check_trucks(
    session: ReadSession, ask: calendar.Ask, trip: Trip, resources: Collection[calendar.ResourceSpec]
) -> None:
    """Of these resources, whether the trucks show their papers. Raises: PapersEndBefore (409)."""
    days, trucks = _days(ask.window, ask.zone), _trucks(resources)
    lapses = await verification.find_truck_lapses(session, ask.org_id, trip, days, trucks)
    if lapses:
        raise _refusal(lapses[0])


async def unfit_trucks(session: ReadSession, ask: calendar.Ask, trip: Trip) -> set[UUID]:
    """The company's trucks that may not go on these days, for want of a paper."""
    days, trucks = _days(ask.window, ask.zone), _trucks(await calendar.list_resources(session, ask.org_id))
    lapses = await verification.find_truck_lapses(session, ask.org_id, trip, days, trucks)
    return {lapse.truck_id for lapse in lapses if lapse.truck_id is not None}


async def unfit_for_any(
    session: ReadSession, org_id: UUID, jobs: Collection[Booking], trucks: Collection[UUID]
) -> set[UUID]:
    """Those of these trucks that lack a paper for one of the jobs; asked once for jobs alike."""
    alike = {(trip_of(vars(job)), _days(calendar.Window(job.starts_at, job.ends_at), job.pickup_zone)) for job in jobs}
    unfit: set[UUID] = set()
    for trip, days in alike:
        lapses = await verification.find_truck_lapses(session, org_id, trip, days, trucks)
        unfit |= {lapse.truck_id for lapse in lapses if lapse.truck_id is not None}
    return unfit


def _trucks(resources: Collection[calendar.ResourceSpec]) -> list[UUID]:
    return [one.id for one in resources if one.kind is calendar.ResourceKind.TRUCK]


def _refusal(lapse: verification.Lapse) -> PapersEndBefore:
    return PapersEndBefore(paper=lapse.need.value, truck_id=lapse.truck_id and str(lapse.truck_id))


async def while_eligible(
    session: ReadSession, ask: calendar.Ask, trip: Trip, refused: calendar.SlotTaken
) -> calendar.SlotTaken:
    """The refusal with those alternatives that the company's terms allow and on whose days its papers are in order."""
    if not refused.alternatives:
        return refused
    _, terms = await orgs.company_for(session, ask.org_id, _wish(ask, refused.alternatives))
    windows = [
        one for one in refused.alternatives if orgs.find_refusal(terms, one.starts_at, one.ends_at, ask.now) is None
    ]
    days = [_days(window, ask.zone) for window in windows]
    lapses = await verification.find_lapses(session, ask.org_id, trip, days) if days else []
    return refused.offering(window for window, lapse in zip(windows, lapses, strict=True) if lapse is None)
