"""Whether customers may have a company for a window: its standing and its papers on those days."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from app.modules.bookings.errors import CompanyNotBookable, PapersEndBefore
from app.modules.calendar import public as calendar
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.runtime.db.session import ReadSession


async def bookable_company(session: ReadSession, ask: calendar.Ask) -> orgs.Company:
    """The company, when customers may have it for this window.

    Raises: CompanyNotBookable (409) for one suspended since the search, PapersEndBefore (409).
    """
    company = await orgs.company(session, ask.org_id)
    if company.status is not orgs.OrgStatus.VERIFIED:
        raise CompanyNotBookable
    days = (instant.astimezone(ZoneInfo(ask.zone)).date() for instant in (ask.window.starts_at, ask.window.ends_at))
    if not await verification.is_insured(session, ask.org_id, *days):
        raise PapersEndBefore(paper="insurance")
    return company


async def while_insured(session: ReadSession, ask: calendar.Ask, refused: calendar.SlotTaken) -> calendar.SlotTaken:
    """The refusal with those alternatives on whose days the company is insured."""
    zone = ZoneInfo(ask.zone)
    windows = refused.alternatives
    days = [(window.starts_at.astimezone(zone).date(), window.ends_at.astimezone(zone).date()) for window in windows]
    if not days or await verification.is_insured(session, ask.org_id, days[0][0], days[-1][1]):
        return refused
    insured = [await verification.is_insured(session, ask.org_id, *one) for one in days]
    return refused.offering(window for window, is_insured in zip(windows, insured, strict=True) if is_insured)
