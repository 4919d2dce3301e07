"""Whether a company's papers reach the days of a job: the job's days, not today."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.kernel.dayset import first_days
from app.modules.verification import repository, rules
from app.modules.verification.values import (
    Days,
    Eligible,
    EligibleOn,
    InsuranceKind,
    Lapse,
    Need,
    PackCode,
    Shown,
    Trip,
)
from app.runtime.db.session import ReadSession


async def find_eligible(session: ReadSession, org_ids: Collection[UUID], trip: Trip, days: Days) -> Eligible:
    """The companies of `org_ids` whose own papers are in order on every day of the job, how high they are insured, and
    which of their trucks may go; one statement.
    """
    pack = rules.pack_for(trip)
    asked = rules.requirements_of({pack}, days)
    with_trucks = rules.asks_of_trucks(asked)
    papers = await repository.find_shown(session, org_ids, days, with_trucks=with_trucks)
    eligible = {one for one, shown in papers.by_org.items() if _lapse(shown, pack, days, papers.enforced) is None}
    by_truck = {
        one: rules.papered_trucks(asked, papers.of(one), days)
        for one in (eligible if with_trucks else ())
        if pack in papers.of(one).packs
    }
    return Eligible(
        org_ids=frozenset(eligible),
        by_truck=frozenset(by_truck),
        truck_ids=frozenset().union(*by_truck.values()),
        without_trucks=frozenset(one for one, trucks in by_truck.items() if not trucks),
        coverage={one: _coverage(papers.of(one), days) for one in eligible},
    )


def _coverage(shown: Shown, days: Days) -> dict[InsuranceKind, Decimal]:
    kinds = {policy.kind for policy in shown.policies}
    return {kind: limit for kind in kinds if (limit := rules.coverage_of(shown.policies, kind, days))}


async def find_eligible_on(
    session: ReadSession, org_ids: Collection[UUID], trip: Trip, spans: Sequence[Days]
) -> EligibleOn:
    """As `find_eligible`, for a job on one of many spans of days: those of them, as bits, on which papers are in order.
    The spans follow one another; one statement.
    """
    pack = rules.pack_for(trip)
    whole = Days(spans[0].first, max(span.last for span in spans))
    with_trucks = rules.asks_of_trucks(rules.requirements_of({pack}, whole))
    papers = await repository.find_shown(session, org_ids, whole, with_trucks=with_trucks)

    def asked_on(days: Days) -> Collection[Need]:
        return rules.requirements_of({pack}, days)

    def of_company(shown: Shown) -> int:
        return _spans_where(spans, lambda days: _lapse(shown, pack, days, papers.enforced) is None)

    def of_truck(shown: Shown, truck_id: UUID) -> int:
        return _spans_where(spans, lambda days: truck_id in rules.papered_trucks(asked_on(days), shown, days))

    def of_trucks(shown: Shown) -> dict[UUID, int]:
        trucks = {truck_id for _, truck_id in shown.documents if truck_id is not None}
        return {one: of_truck(shown, one) for one in trucks}

    return EligibleOn(
        by_org={one: of_company(shown) for one, shown in papers.by_org.items()},
        by_truck={
            one: of_trucks(shown)
            for one, shown in (papers.by_org.items() if with_trucks else ())
            if pack in shown.packs
        },
    )


def _spans_where(spans: Sequence[Days], are_in_order: Callable[[Days], bool]) -> int:
    """The spans, as bits, on which papers are in order; halved until a half is so as a whole, as most are at once."""

    def among(first: int, end: int) -> int:
        last = max(span.last for span in spans[first:end])
        if are_in_order(Days(spans[first].first, last)):
            return first_days(end) ^ first_days(first)
        if end - first == 1:
            return 0
        middle = (first + end) // 2
        return among(first, middle) | among(middle, end)

    return among(0, len(spans))


async def find_lapse(
    session: ReadSession,
    org_id: UUID,
    trip: Trip,
    days: Days,
    truck_ids: Collection[UUID] = (),
    *,
    in_full: bool = True,
) -> Lapse | None:
    """The first paper that the company, or one of these trucks, lacks on those days; None: all are in order.

    `in_full`: all that is asked, as of whom the platform has verified. Else of the company's own papers what it has
    shown for an earlier day: a company that has yet to show its papers has none that end.
    """
    papers = await repository.find_shown(
        session, [org_id], _looked_at(days, in_full=in_full), with_trucks=bool(truck_ids)
    )
    return _lapse_of(papers, org_id, trip, days, truck_ids, in_full=in_full)


async def lapses_within(
    session: ReadSession, org_id: UUID, trip: Trip, whole: Days, *, in_full: bool = True
) -> Callable[[Days], Lapse | None]:
    """As `find_lapse` of the company's own papers, for any days among these; one statement for all of them."""
    papers = await repository.find_shown(session, [org_id], _looked_at(whole, in_full=in_full))
    return lambda days: _lapse_of(papers, org_id, trip, days, (), in_full=in_full)


def _looked_at(days: Days, *, in_full: bool) -> Days:
    return days if in_full else Days(date.min, days.last)


def _lapse_of(
    papers: repository.Papers, org_id: UUID, trip: Trip, days: Days, truck_ids: Collection[UUID], *, in_full: bool
) -> Lapse | None:
    shown, pack = papers.of(org_id), rules.pack_for(trip)
    if in_full:
        return _lapse(shown, pack, days, papers.enforced, truck_ids)
    asked = rules.requirements_of({pack} & shown.packs, days)
    over = rules.outlived(asked, shown, truck_ids, days)
    return Lapse(*over[0]) if over else None


async def find_truck_lapses(
    session: ReadSession, org_id: UUID, trip: Trip, days: Days, truck_ids: Collection[UUID]
) -> list[Lapse]:
    """What these trucks lack on one of the days, whatever the company's own papers are."""
    papers = await repository.find_shown(session, [org_id], days, with_trucks=True)
    shown, pack = papers.of(org_id), rules.pack_for(trip)
    asked = rules.requirements_of({pack} & shown.packs, days)
    lacking = rules.unmet(asked, shown, truck_ids, days)
    return [Lapse(need, truck_id) for need, truck_id in lacking if truck_id is not None]


def _lapse(
    shown: Shown, pack: PackCode, days: Days, enforced: Collection[PackCode], truck_ids: Collection[UUID] = ()
) -> Lapse | None:
    if pack not in shown.packs and pack in enforced:
        return Lapse(rules.licence_of(pack), None)
    lacking = rules.unmet(rules.requirements_of({pack} & shown.packs, days), shown, truck_ids, days)
    return Lapse(*lacking[0]) if lacking else None
