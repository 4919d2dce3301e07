"""What companies show and tell once they have asked to be verified, as the staff's desk has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.money import money_out
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.ops.schemas.companies import ReviewedCompanyOut
from app.modules.ops.schemas.papers import AskedCoverageOut, ReviewedPaperOut, WaitingNumberOut, WaitingPaperOut
from app.modules.ops.service.companies import reviewed_companies
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.modules.verification.values import LAWS_CURRENCY, WaitingPaper
from app.runtime.db.session import WriteSession


async def list_waiting_papers(session: WriteSession, actor: Staff, page: PageRequest) -> Sequence[WaitingPaperOut]:
    """Up to one more than the page holds, the oldest first. Each company's trail tells that its papers were read."""
    waiting = await verification.list_waiting_papers(session, page)
    companies = await reviewed_companies(session, {one.org_id for one in waiting})
    _tell_reading(session, actor, "ops.waiting_papers_read", (one.org_id for one in waiting[: page.limit]))
    return [_waiting_out(one, companies[one.org_id]) for one in waiting]


def _waiting_out(paper: WaitingPaper, company: ReviewedCompanyOut) -> WaitingPaperOut:
    coverage = None if paper.limit is None else money_out(paper.limit.amount, paper.limit.currency)
    told = {"organization": company, "coverage": coverage, "asked": _asked_out(paper)}
    return WaitingPaperOut.model_validate(asdict(paper) | told)


def _asked_out(paper: WaitingPaper) -> AskedCoverageOut | None:
    asked, is_enough = paper.asked, paper.is_enough
    if asked is None or asked.minimum is None or is_enough is None:
        return None
    minimum = money_out(asked.minimum, LAWS_CURRENCY)
    return AskedCoverageOut(minimum=minimum, is_met=is_enough, authority=asked.authority, source=asked.source)


async def list_waiting_numbers(session: WriteSession, actor: Staff, page: PageRequest) -> Sequence[WaitingNumberOut]:
    """Up to one more than the page holds, the oldest first. Each company's trail tells that it was read."""
    waiting = await orgs.list_told_numbers(session, page)
    companies = await reviewed_companies(session, {one.org_id for one in waiting})
    _tell_reading(session, actor, "ops.usdot_numbers_read", (one.org_id for one in waiting[: page.limit]))
    return [
        WaitingNumberOut(organization=companies[one.org_id], number=one.number, told_at=one.told_at) for one in waiting
    ]


def _tell_reading(session: WriteSession, actor: Staff, action: str, org_ids: Iterable[UUID]) -> None:
    for org_id in dict.fromkeys(org_ids):
        record(session, actor, Change(action, "company", org_id, org_id=org_id))


async def confirm_paper(session: WriteSession, actor: Staff, org_id: UUID, paper_id: UUID) -> ReviewedPaperOut:
    """Locks: the company, then the paper. Raises: OrgNotFound (404), PaperNotFound (404), PaperNotWaiting (409).

    Emits: papers.reviewed, papers.changed.
    """
    return _reviewed(await verification.confirm_paper(session, actor, org_id, paper_id))


async def refuse_paper(
    session: WriteSession, actor: Staff, org_id: UUID, paper_id: UUID, reason: str
) -> ReviewedPaperOut:
    """Locks: the company, then the paper. Raises: OrgNotFound (404), PaperNotFound (404), PaperNotWaiting (409).

    Emits: papers.reviewed; papers.withdrawn where it counted for anything, papers.changed else.
    """
    return _reviewed(await verification.refuse_paper(session, actor, org_id, paper_id, reason))


def _reviewed(paper: verification.Paper) -> ReviewedPaperOut:
    policy, document = verification.paper_out(paper)
    return ReviewedPaperOut(policy=policy, document=document)


async def confirm_usdot_number(session: WriteSession, actor: Staff, org_id: UUID, number: str) -> ReviewedCompanyOut:
    """Locks: the company. Raises: OrgNotFound (404), UsdotNumberNotWaiting (409)."""
    await verification.confirm_usdot_number(session, actor, org_id, number)
    return ReviewedCompanyOut.model_validate(await orgs.company(session, org_id))


async def refuse_usdot_number(
    session: WriteSession, actor: Staff, org_id: UUID, number: str, reason: str
) -> ReviewedCompanyOut:
    """Locks: the company. Raises: OrgNotFound (404), UsdotNumberNotWaiting (409)."""
    await verification.refuse_usdot_number(session, actor, org_id, number, reason)
    return ReviewedCompanyOut.model_validate(await orgs.company(session, org_id))
