from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.versions import check_version
from app.modules.audit import public as audit
from app.modules.bookings import repository
from app.modules.bookings.models import BookingRules
from app.modules.bookings.schemas import BookingRulesIn
from app.modules.calendar import public as calendar
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class CompanyRules:
    """What a company asks of bookings to come; version 0 for one that has not chosen."""

    door_codes: bool = False
    turnaround_minutes: int = 0
    version: int = 0


async def rules_of(session: ReadSession, org_id: UUID) -> CompanyRules:
    row = await repository.get_rules(session, org_id)
    return CompanyRules() if row is None else _read(row)


async def set_rules(session: WriteSession, actor: Mover, body: BookingRulesIn, version: int | None) -> CompanyRules:
    """Choose for bookings to come; those that stand keep what they were held under.

    Locks: the rules' row, then the company's resources in id order. Raises: PreconditionFailed (412).
    """
    row = await repository.lock_rules(session, actor.org_id)
    before = CompanyRules() if row is None else _read(row)
    check_version(before.version, version)
    chosen = body.model_dump()
    made = {"org_id": actor.org_id, "id": new_id(), "version": 1, "created_at": actor.now, "updated_at": actor.now}
    if row is not None:
        row.change(actor.now, **chosen)
        await session.flush()
    elif not await repository.insert_rules(session, chosen | made):
        # Somebody else was first meanwhile.
        return await set_rules(session, actor, body, version)
    await calendar.set_turnaround(session, actor.org_id, body.turnaround_minutes)
    told = {"door_codes": before.door_codes, "turnaround_minutes": before.turnaround_minutes}
    change = audit.Change("bookings.rules_set", "booking_rules", before=told, after=body.model_dump())
    audit.record(session, actor, change)
    return CompanyRules(body.door_codes, body.turnaround_minutes, before.version + 1)


def _read(row: BookingRules) -> CompanyRules:
    return CompanyRules(row.door_codes, row.turnaround_minutes, row.version)
