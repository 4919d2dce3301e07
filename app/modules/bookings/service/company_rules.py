from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.versions import check_version
from app.modules.audit import public as audit
from app.modules.bookings import repository
from app.modules.bookings.schemas import BookingRulesIn
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class CompanyRules:
    """What a company asks of bookings to come; version 0 for one that has not chosen."""

    door_codes: bool
    version: int


async def rules_of(session: ReadSession, org_id: UUID) -> CompanyRules:
    row = await repository.get_rules(session, org_id)
    return CompanyRules(door_codes=False, version=0) if row is None else CompanyRules(row.door_codes, row.version)


async def set_rules(session: WriteSession, actor: Mover, body: BookingRulesIn, version: int | None) -> CompanyRules:
    """Choose for bookings to come; those that stand keep what they were held under.

    Locks: the rules' row. Raises: PreconditionFailed (412).
    """
    stored = await repository.lock_rules(session, actor.org_id)
    if stored is None:
        check_version(0, version)
        row = {
            "org_id": actor.org_id,
            "id": new_id(),
            "door_codes": body.door_codes,
            "version": 1,
            "created_at": actor.now,
            "updated_at": actor.now,
        }
        if await repository.insert_rules(session, row):
            _record(session, actor, was=False, now=body.door_codes)
            return CompanyRules(body.door_codes, 1)
        # Somebody else was first meanwhile.
        stored = await repository.lock_rules(session, actor.org_id)
        assert stored is not None  # noqa: S101 - rules are never deleted
    check_version(stored.version, version)
    _record(session, actor, was=stored.door_codes, now=body.door_codes)
    stored.door_codes = body.door_codes
    stored.version += 1
    stored.updated_at = actor.now
    await session.flush()
    return CompanyRules(stored.door_codes, stored.version)


def _record(session: WriteSession, actor: Mover, *, was: bool, now: bool) -> None:
    change = audit.Change("bookings.rules_set", "booking_rules", before={"door_codes": was}, after={"door_codes": now})
    audit.record(session, actor, change)
