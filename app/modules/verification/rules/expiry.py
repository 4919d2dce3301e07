"""When a paper's end is told, and when what it carried is out. All pure; days are those of the company's office."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from app.modules.verification.rules.needs import INSURANCES, OF_EACH_TRUCK, OF_THE_COMPANY, unmet
from app.modules.verification.rules.packs import figures_of, pack_for, requirements_of
from app.modules.verification.values import Cover, Days, Ended, Need, Outing, PackCode, PapersEnd, Shown

# Days before a paper's last day on which its company is told; 0 is the last day itself. After it: AFTERWARDS, once.
TOLD_BEFORE: Final = (30, 14, 3, 0)
AFTERWARDS: Final = -1


def due(days_left: int) -> int | None:
    """Which notice stands for a paper with so many days left: the nearest that is reached, for the missed ones too.

    None: it is too early for any.
    """
    if days_left < 0:
        return AFTERWARDS
    reached = [days for days in TOLD_BEFORE if days_left <= days]
    return min(reached) if reached else None


def ended(
    packs: Collection[PackCode],
    shown: Shown,
    trucks: Collection[UUID],
    licences: Mapping[UUID, date],
    today: date,
) -> set[Ended]:
    """What was shown once, is over, and is shown for no day to come; `shown` is of all times.

    A policy below a figure that has risen was enough until the day before. `licences`: the last day of each driver's in
    service. What was never shown has not ended: it is missing.
    """
    found = {
        Ended(Need.DRIVER_LICENCE, None, driver, last_day) for driver, last_day in licences.items() if last_day < today
    }
    return found.union(*(_ended_under(pack, shown, trucks, today) for pack in packs or (PackCode.GENERIC,)))


def is_out(packs: Collection[PackCode], shown: Shown, today: date) -> bool:
    """Whether no law is left under which the company can have a job today, for want of a paper of its own."""
    return all(any(_ended_under(pack, shown, (), today)) for pack in packs or (PackCode.GENERIC,))


def _ended_under(pack: PackCode, shown: Shown, trucks: Collection[UUID], today: date) -> Iterator[Ended]:
    for need in requirements_of({pack}, Days(today, today)):
        for truck_id, covers in _by_side(pack, need, shown, trucks):
            last_day = max((cover.expires_on for cover in covers), default=None)
            if last_day is not None and last_day < today:
                yield Ended(need, truck_id, None, last_day)


def _by_side(
    pack: PackCode, need: Need, shown: Shown, trucks: Collection[UUID]
) -> Iterator[tuple[UUID | None, list[Cover]]]:
    """What is shown of a need: of each truck, or of the company (None)."""
    if need in OF_EACH_TRUCK:
        for truck_id in trucks:
            yield truck_id, shown.documents.get((OF_EACH_TRUCK[need], truck_id), [])
    elif need in OF_THE_COMPANY:
        yield None, shown.documents.get((OF_THE_COMPANY[need], None), [])
    else:
        yield None, list(_enough(pack, need, shown))


def _enough(pack: PackCode, need: Need, shown: Shown) -> Iterator[Cover]:
    """The times in which a policy reached the figure that was asked for."""
    meant = [one for one in shown.policies if need is Need.INSURANCE or one.kind is INSURANCES.get(need)]
    for figure in figures_of(pack, need):
        for policy in meant:
            first = max(policy.cover.effective_on, figure.first)
            last = min(policy.cover.expires_on, figure.last)
            if policy.limit >= figure.minimum and first <= last:
                yield Cover(first, last)


def is_touched(end: PapersEnd, job: Outing) -> bool:
    """Whether a job lies beyond the paper's last day and needs it: by the law that the job is under for this company,
    and where nothing else that is shown stands in for it.
    """
    paper, shown = end.paper, end.shown
    if job.days.last <= paper.ended_on:
        return False
    if paper.driver_id is not None:
        return paper.driver_id in job.driver_ids
    if paper.truck_id is not None and paper.truck_id not in job.truck_ids:
        return False
    law = requirements_of({pack_for(job.trip)} & shown.packs, job.days)
    carried = {need: asked for need, asked in law.items() if _may_carry(paper.need, need)}
    lacking = unmet(carried, shown, [paper.truck_id] if paper.truck_id else [], job.days)
    return bool(lacking)


def _may_carry(paper: Need, need: Need) -> bool:
    """Any policy may be the one insurance that is asked for."""
    return paper is need or (need is Need.INSURANCE and paper in INSURANCES)
