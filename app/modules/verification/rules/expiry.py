"""When a paper's end is told, and when what it carried is out. All pure; days are those of the company's office."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.modules.verification.rules.needs import INSURANCES, OF_EACH_TRUCK, OF_THE_COMPANY, unmet
from app.modules.verification.rules.packs import pack_for, requirements_of
from app.modules.verification.values import Cover, Days, Ended, Need, Outing, PackCode, PapersEnd, Requirement, Shown

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
    asked: Mapping[Need, Requirement],
    shown: Shown,
    trucks: Collection[UUID],
    licences: Mapping[UUID, date],
    today: date,
) -> set[Ended]:
    """What was shown once, is over, and is shown for no day to come; `shown` is of all times.

    `licences`: the last day of each driver's in service. What was never shown has not ended: it is missing.
    """
    found = {
        Ended(Need.DRIVER_LICENCE, None, driver, last_day) for driver, last_day in licences.items() if last_day < today
    }
    for need, requirement in asked.items():
        for truck_id, covers in _by_side(need, requirement, shown, trucks):
            last_day = max((cover.expires_on for cover in covers), default=None)
            if last_day is not None and last_day < today:
                found.add(Ended(need, truck_id, None, last_day))
    return found


def _by_side(
    need: Need, requirement: Requirement, shown: Shown, trucks: Collection[UUID]
) -> Iterator[tuple[UUID | None, list[Cover]]]:
    """What is shown of a need: of each truck, or of the company (None)."""
    if need in OF_EACH_TRUCK:
        for truck_id in trucks:
            yield truck_id, shown.documents.get((OF_EACH_TRUCK[need], truck_id), [])
    else:
        yield None, _of_company(need, requirement.minimum or Decimal(0), shown)


def _of_company(need: Need, minimum: Decimal, shown: Shown) -> list[Cover]:
    if need in OF_THE_COMPANY:
        return shown.documents.get((OF_THE_COMPANY[need], None), [])
    return [
        policy.cover
        for policy in shown.policies
        if need is Need.INSURANCE or (policy.kind is INSURANCES.get(need) and policy.limit >= minimum)
    ]


def packs_out(packs: Collection[PackCode], lapses: Collection[Ended], today: date) -> set[PackCode]:
    """The laws under which the company can have no job today, for want of a paper of its own."""
    now = Days(today, today)
    over = {one.need for one in lapses if one.truck_id is None and one.driver_id is None}
    return {pack for pack in packs or (PackCode.GENERIC,) if not over.isdisjoint(requirements_of({pack}, now))}


def is_out(packs: Collection[PackCode], lapses: Collection[Ended], today: date) -> bool:
    """Whether no law is left under which the company can have a job."""
    return packs_out(packs, lapses, today) == set(packs or (PackCode.GENERIC,))


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
