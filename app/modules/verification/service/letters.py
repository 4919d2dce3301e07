"""What a company's office is written when staff have decided about it. Read by the worker, for one company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.modules.fleet import public as fleet
from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.modules.verification import repository, rules
from app.modules.verification.errors import CaseNotFound, SuspensionNotFound
from app.modules.verification.models import PaperNotice, VerificationCase
from app.modules.verification.service.standing import finding_from_json, lapse_of
from app.modules.verification.values import CaseStatus, Need, PapersEnd, PastPaper, Review, Rise, TouchedBooking
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class Letter:
    recipients: list[str]
    subject: str
    text: str


async def _office(session: ReadSession, org_id: UUID) -> tuple[str, list[str]]:
    """The company's name, and where its office is written to."""
    company = await orgs.company(session, org_id)
    return company.name, await identity.office_emails(session, org_id)


async def decision_letter(session: ReadSession, org_id: UUID, case_id: UUID) -> Letter:
    """Raises: CaseNotFound (404)."""
    case = await repository.get_case(session, org_id, case_id)
    if case is None:
        raise CaseNotFound
    name, office = await _office(session, org_id)
    if case.status is CaseStatus.APPROVED:
        text = (
            f"{name} is verified.\n\n"
            "Customers who search within your service areas find you from now on, for every day that your "
            "insurance covers and your trucks and crew are free."
        )
        return Letter(office, f"{name} is verified", text)
    text = (
        f"We could not verify {name} yet:\n\n{case.reason}\n\n{await _found(session, org_id, case)}"
        "Put this right, then ask again: nothing of what you have entered is lost."
    )
    return Letter(office, f"{name} could not be verified yet", text)


async def _found(session: ReadSession, org_id: UUID, case: VerificationCase) -> str:
    """Item by item, of a truck's paper which truck; nothing where there is nothing to tell."""
    findings = [finding_from_json(stored) for stored in case.findings]
    trucks = await fleet.truck_names(session, org_id, {one.truck_id for one in findings if one.truck_id is not None})
    lines = [
        f"- the {PAPERS.get(one.item, one.item.replace('_', ' '))}"
        + (f" of {trucks[one.truck_id]}" if one.truck_id in trucks else "")
        + f": {one.reason}"
        for one in findings
    ]
    return "\n".join(lines) + "\n\n" if lines else ""


async def suspension_letter(session: ReadSession, org_id: UUID, suspension_id: UUID) -> Letter:
    """Raises: SuspensionNotFound (404)."""
    suspension = await repository.get_suspension(session, org_id, suspension_id)
    if suspension is None:
        raise SuspensionNotFound
    name, office = await _office(session, org_id)
    text = (
        f"{name} is suspended:\n\n{suspension.reason}\n\n"
        "Customers do not find you in searches for now. The bookings you have stay as they are."
    )
    return Letter(office, f"{name} is suspended", text)


async def reinstatement_letter(session: ReadSession, org_id: UUID) -> Letter:
    name, office = await _office(session, org_id)
    text = f"{name} is verified again: customers find you in searches from now on."
    return Letter(office, f"{name} is back in the market", text)


async def paper_letter(session: ReadSession, org_id: UUID, paper_id: UUID) -> Letter:
    """What staff made of a paper."""
    [paper] = (await repository.list_paper_names(session, org_id, [paper_id])).values()
    name, office = await _office(session, org_id)
    what = _paper(paper, None)
    if paper.refusal is None:
        return Letter(office, f"{name}: a paper is confirmed", f"We have looked at the {what}. It counts from now on.")
    text = (
        f"We could not accept the {what}:\n\n{paper.refusal}\n\nIt counts for nothing. Show another, and we look at it."
    )
    return Letter(office, f"{name}: a paper was not accepted", text)


async def usdot_letter(session: ReadSession, org_id: UUID) -> Letter | None:
    """What staff made of the U.S. DOT number that was told; None: another is told by now."""
    told = await orgs.told_usdot_number(session, org_id)
    name, office = await _office(session, org_id)
    if told is None:
        number = (await orgs.company(session, org_id)).usdot_number
        text = f"U.S. DOT No. {number} is confirmed, and printed on your papers from now on."
        return Letter(office, f"{name}: your U.S. DOT number is confirmed", text)
    if told.refusal is None:
        return None
    text = (
        f"We could not confirm U.S. DOT No. {told.number}:\n\n{told.refusal}\n\n"
        "It is printed nowhere. Tell yours: PATCH /v1/org."
    )
    return Letter(office, f"{name}: your U.S. DOT number was not confirmed", text)


# In a letter, of each paper.
MOST_NAMED: Final = 50
PAPERS = {
    "cargo": "cargo policy",
    "liability": "liability policy",
    "workers_comp": "workers' compensation policy",
    "mc_number": "MC number",
    "state_permit": "state permit",
    "process_agent": "designation of process agents",
    "business_licence": "business licence",
    "tax_id": "tax id",
    "truck_registration": "truck registration",
    "truck_inspection": "truck inspection",
    "insurance": "insurance policy",
    "driver_licence": "driver's licence",
}


async def list_noticed(session: ReadSession, org_id: UUID, sweep_id: UUID) -> dict[UUID, PapersEnd]:
    """What says which bookings the ends touch that one look found, by the paper's id; without what is renewed since."""
    notices = await repository.list_notices(session, org_id, sweep_id)
    papers = await repository.list_paper_names(session, org_id, [notice.paper_id for notice in notices])
    licences = await fleet.licence_ends(session, org_id)
    shown = await repository.find_all_shown(session, org_id)
    ends: dict[UUID, PapersEnd] = {}
    for notice in notices:
        paper = papers.get(notice.paper_id)
        if paper is not None:
            past = PastPaper(Need(paper.kind), paper.truck_id, None, notice.expires_on, ())
        elif licences.get(notice.paper_id) == notice.expires_on:
            past = PastPaper(Need.DRIVER_LICENCE, None, notice.paper_id, notice.expires_on, ())
        else:
            continue
        ends[notice.paper_id] = PapersEnd(past, shown)
    return ends


async def notices_letter(
    session: ReadSession,
    org_id: UUID,
    sweep_id: UUID,
    looked_at: datetime,
    touched: Mapping[UUID, Sequence[TouchedBooking]],
) -> Letter:
    """Every paper of one look, what ends first before the others, each with the bookings that its end touches; days
    are counted by the office's clock.
    """
    name, office = await _office(session, org_id)
    zone = ZoneInfo((await orgs.company(session, org_id)).timezone)
    today = looked_at.astimezone(zone).date()
    notices = await repository.list_notices(session, org_id, sweep_id)
    ids = [notice.paper_id for notice in notices]
    papers = await repository.list_paper_names(session, org_id, ids)
    drivers = await fleet.crew_names(session, org_id, ids)
    lines: list[str] = []
    for one in notices:
        paper = papers.get(one.paper_id)
        lines.append(f"- {_end(one, paper, today)}: {_paper(paper, drivers.get(one.paper_id))}")
        lines += [f"  {line}" for line in _named(touched.get(one.paper_id, ()), zone)]
    text = (
        f"Papers of {name} end:\n\n" + "\n".join(lines) + "\n\n"
        "A job on a day that a paper does not reach goes to nobody who needs it for the job; those that stand and "
        "need it are named above, where there are any. Where a renewal is shown in time, nothing changes for you."
    )
    return Letter(office, f"Papers of {name} end", text)


def _named(touched: Sequence[TouchedBooking], zone: ZoneInfo) -> list[str]:
    """A line for each booking, by the office's clock; of very many, how many more there are."""
    lines = [f"- {one.reference} on {one.starts_at.astimezone(zone).date()}" for one in touched[:MOST_NAMED]]
    if len(touched) > MOST_NAMED:
        lines.append(f"- and {len(touched) - MOST_NAMED} more")
    return lines


def _end(notice: PaperNotice, paper: AnyRow | None, today: date) -> str:
    if paper is not None and paper.is_withdrawn:
        return "withdrawn"
    left = (notice.expires_on - today).days
    rise = None if paper is None else _rise(notice, paper)
    if rise is not None:
        until = f"is enough until {notice.expires_on}, in {left} days" if left >= 0 else "is not enough any more"
        return f"{until}: from {rise.begins_on} on the law asks for ${rise.minimum:,}"
    if paper is not None and paper.review == Review.WAITING:
        return f"counts until {notice.expires_on}, unless we have looked at it by then"
    if left < 0:
        return f"ended on {notice.expires_on}"
    return f"ends today, {notice.expires_on}" if left == 0 else f"ends on {notice.expires_on}, in {left} days"


def _rise(notice: PaperNotice, paper: AnyRow) -> Rise | None:
    """The figure that makes a policy too low which is in force still."""
    if paper.counts_until is None or paper.counts_until <= notice.expires_on:
        return None
    begun = (one for one in rules.rises(notice.expires_on) if one.begins_on == notice.expires_on + timedelta(days=1))
    return next((one for one in begun if one.need == paper.kind), None)


def _paper(paper: AnyRow | None, driver: str | None) -> str:
    if paper is None:
        return f"the licence of {driver}"
    number = f" {paper.number}" if paper.number else ""
    return f"{PAPERS[paper.kind]}{number} ({paper.of_whom})"


async def lapse_letter(session: ReadSession, org_id: UUID, lapse_id: UUID) -> Letter | None:
    """None: it has been made good since."""
    lapse = await repository.get_lapse(session, org_id, lapse_id)
    if lapse is None or lapse.restored_at is not None:
        return None
    name, office = await _office(session, org_id)
    what = PAPERS[lapse.need.value]
    if lapse.truck_id is not None:
        what += f" of {(await fleet.truck_names(session, org_id, [lapse.truck_id]))[lapse.truck_id]}"
    if lapse.driver_id is not None:
        what += f" of {(await fleet.crew_names(session, org_id, [lapse.driver_id]))[lapse.driver_id]}"
    zone = ZoneInfo(await orgs.company_zone(session, org_id))
    touched = "\n".join(_named(lapse_of(lapse).bookings, zone))
    bookings = f"These bookings need it:\n\n{touched}\n\n" if touched else "No booking of yours needs it now.\n\n"
    text = (
        f"Since {lapse.ended_on + timedelta(days=1)} {name} has no {what} that counts: "
        "it has ended, was withdrawn, is too low for what the law asks for now, "
        "or nobody has looked at its renewal in time. "
        "What depends on it is out until you show another: "
        f"no customer is offered it, and nobody can be sent with it.\n\n{bookings}"
        "As soon as another is shown, all of it is back."
    )
    return Letter(office, f"{name}: the {what} has ended", text)
