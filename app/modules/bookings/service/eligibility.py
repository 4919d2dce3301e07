"""Whether customers may have a company for a window: its standing, and its papers on those days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.modules.bookings.errors import CompanyNotBookable, PapersEndBefore
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


async def bookable_company(
    session: ReadSession, ask: calendar.Ask, trip: Trip, truck_ids: Collection[UUID] = ()
) -> orgs.Company:
    """The company, when customers may have it, with these trucks, for this window.

    Raises: CompanyNotBookable (409) for one suspended since the search, PapersEndBefore (409) with the paper's name
    and, of a truck's paper, the truck.
    """
    company = await orgs.company(session, ask.org_id)
    if company.status is not orgs.OrgStatus.VERIFIED:
        raise CompanyNotBookable
    lapse = await verification.find_lapse(session, ask.org_id, trip, _days(ask.window, ask.zone), truck_ids)
    if lapse is not None:
        raise _refusal(lapse)
    return company


async def check_trucks(
    session: ReadSession, ask: calendar.Ask, trip: Trip, resources: Collection[calendar.ResourceSpec]
) -> None:
    """Of these resources, whether the trucks show their papers. Raises: PapersEndBefore (409)."""
    days, trucks = _days(ask.window, ask.zone), _trucks(resources)
    lapse = await verification.find_lapse(session, ask.org_id, trip, days, trucks)
    if lapse is not None:
        raise _refusal(lapse)


async def unfit_trucks(session: ReadSession, ask: calendar.Ask, trip: Trip) -> set[UUID]:
    """The company's trucks that may not go on these days, for want of a paper."""
    days, trucks = _days(ask.window, ask.zone), _trucks(await calendar.list_resources(session, ask.org_id))
    return await verification.find_unfit_trucks(session, ask.org_id, trip, days, trucks)


def _trucks(resources: Collection[calendar.ResourceSpec]) -> list[UUID]:
    return [one.id for one in resources if one.kind is calendar.ResourceKind.TRUCK]


def _refusal(lapse: verification.Lapse) -> PapersEndBefore:
    return PapersEndBefore(paper=lapse.need.value, truck_id=lapse.truck_id and str(lapse.truck_id))


async def while_eligible(
    session: ReadSession, ask: calendar.Ask, trip: Trip, refused: calendar.SlotTaken
) -> calendar.SlotTaken:
    """The refusal with those alternatives on whose days the company's papers are in order."""
    windows = refused.alternatives
    if not windows:
        return refused
    days = [_days(window, ask.zone) for window in windows]
    lapses = await verification.find_lapses(session, ask.org_id, trip, days)
    return refused.offering(window for window, lapse in zip(windows, lapses, strict=True) if lapse is None)
