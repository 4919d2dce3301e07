"""Days on which a company takes no jobs of customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.ids import new_id
from app.modules.audit.public import Change, record
from app.modules.orgs import repository
from app.modules.orgs.errors import DayOffNotFound, DayOffPast, OrgNotFound
from app.modules.orgs.models import CompanyDayOff
from app.modules.orgs.schemas.days_off import DayOffIn
from app.runtime.db.session import ReadSession, WriteSession


async def _today(session: ReadSession, actor: Mover) -> date:
    """By the office's clock."""
    org = await repository.get_org(session, actor.org_id)
    if org is None:
        raise OrgNotFound
    return actor.now.astimezone(ZoneInfo(org.timezone)).date()


async def list_days_off(session: ReadSession, actor: Mover) -> Sequence[CompanyDayOff]:
    """Those that are not over, the first first. Raises: OrgNotFound (404)."""
    return await repository.list_days_off(session, actor.org_id, await _today(session, actor))


async def add_day_off(session: WriteSession, actor: Mover, body: DayOffIn) -> CompanyDayOff:
    """Jobs that are booked already stay. Raises: OrgNotFound (404), DayOffPast (422), DayOffStands (409)."""
    if body.day < await _today(session, actor):
        raise DayOffPast(faults=(Fault("/day", DayOffPast.code, "is over"),))
    day_off = CompanyDayOff(org_id=actor.org_id, id=new_id(), day=body.day, name=body.name, created_at=actor.now)
    await repository.insert_day_off(session, day_off)
    record(session, actor, Change("orgs.day_off_added", "day_off", day_off.id, after={"day": body.day}))
    return day_off


async def remove_day_off(session: WriteSession, actor: Mover, day_off_id: UUID) -> None:
    """Raises: DayOffNotFound (404)."""
    day = await repository.delete_day_off(session, actor.org_id, day_off_id)
    if day is None:
        raise DayOffNotFound
    record(session, actor, Change("orgs.day_off_removed", "day_off", day_off_id, before={"day": day}))
