"""Whether a company's papers reach the days of a job: the job's days, not today."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from app.modules.verification import repository, rules
from app.modules.verification.values import Days, Lapse, PackCode, Shown, Trip
from app.runtime.db.session import ReadSession


async def find_eligible(session: ReadSession, org_ids: Collection[UUID], trip: Trip, days: Days) -> set[UUID]:
    """The companies of `org_ids` whose own papers are in order on every day of the job; one statement."""
    papers = await repository.find_shown(session, org_ids, days)
    pack, enforced = rules.pack_for(trip), papers.enforced
    return {one for one, shown in papers.by_org.items() if _lapse(shown, pack, days, enforced=enforced) is None}


async def find_lapse(
    session: ReadSession, org_id: UUID, trip: Trip, days: Days, truck_ids: Collection[UUID] = ()
) -> Lapse | None:
    """The first paper that the company, or one of these trucks, lacks on those days; None: all are in order."""
    papers = await repository.find_shown(session, [org_id], days, with_trucks=bool(truck_ids))
    return _lapse(papers.of(org_id), rules.pack_for(trip), days, enforced=papers.enforced, truck_ids=truck_ids)


def _lapse(
    shown: Shown, pack: PackCode, days: Days, *, enforced: Collection[PackCode], truck_ids: Collection[UUID] = ()
) -> Lapse | None:
    if pack not in shown.packs and pack in enforced:
        return Lapse(rules.licence_of(pack), None)
    lacking = rules.unmet(rules.requirements_of({pack} & shown.packs), shown, truck_ids, days)
    return Lapse(*lacking[0]) if lacking else None
