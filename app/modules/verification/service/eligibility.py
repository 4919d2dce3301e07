"""Whether a company's papers reach the days of a job: the job's days, not today."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from app.kernel.dayset import first_days
from app.modules.verification import repository, rules
from app.modules.verification.values import Days, Lapse, PackCode, Shown, Trip
from app.runtime.db.session import ReadSession


async def find_eligible(session: ReadSession, org_ids: Collection[UUID], trip: Trip, days: Days) -> set[UUID]:
    """The companies of `org_ids` whose own papers are in order on every day of the job; one statement."""
    papers = await repository.find_shown(session, org_ids, days)
    pack, enforced = rules.pack_for(trip), papers.enforced
    return {one for one, shown in papers.by_org.items() if _lapse(shown, pack, days, enforced=enforced) is None}


async def find_eligible_on(
    session: ReadSession, org_ids: Collection[UUID], trip: Trip, spans: Sequence[Days]
) -> dict[UUID, int]:
    """As `find_eligible`, for a job on one of many spans of days: of each company those of them, as bits, on which its
    papers are in order. The spans follow one another; one statement.
    """
    papers = await repository.find_shown(session, org_ids, Days(spans[0].first, max(span.last for span in spans)))
    pack, enforced = rules.pack_for(trip), papers.enforced

    def are_in_order(shown: Shown, days: Days) -> bool:
        return _lapse(shown, pack, days, enforced=enforced) is None

    def in_order(shown: Shown, first: int, end: int) -> int:
        """Of the spans `first` … `end` - 1; halved until a half is in order as a whole, as most are at once."""
        last = max(span.last for span in spans[first:end])
        if are_in_order(shown, Days(spans[first].first, last)):
            return first_days(end) ^ first_days(first)
        if end - first == 1:
            return 0
        middle = (first + end) // 2
        return in_order(shown, first, middle) | in_order(shown, middle, end)

    return {one: in_order(shown, 0, len(spans)) for one, shown in papers.by_org.items()}


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
