"""The staff's look at what a company shows or tells once it has asked to be verified: each paper, and its number.

Until then a renewal counts as what it renews did, for a while; anything else counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from app.kernel.actor import MoverMember, Staff
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.orgs import public as orgs
from app.modules.verification import repository, rules
from app.modules.verification.errors import PaperNotFound, PaperNotWaiting
from app.modules.verification.events import PaperReviewed, PapersChanged, PaperWithdrawn, UsdotNumberReviewed
from app.modules.verification.models import CompanyDocument, InsurancePolicy
from app.modules.verification.repository import Paper
from app.modules.verification.values import Review, WaitingPaper
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit

RESOURCES: Final = {InsurancePolicy: "insurance_policy", CompanyDocument: "company_document"}


async def begin_review(session: WriteSession, actor: MoverMember, paper: Paper) -> None:
    """Say of a paper that is about to be shown how far it counts.

    Locks: the company, so that nothing is shown behind the back of a request. Raises: OrgNotFound (404).
    """
    company = await orgs.lock_company(session, actor.org_id)
    paper.review = rules.first_review(company.status)
    if paper.review is Review.WAITING:
        await _trust(session, paper, company.timezone)


async def recount(session: WriteSession, paper: Paper) -> None:
    """What waits beside a paper that counts otherwise now is trusted anew. The company is locked by whoever calls."""
    await _trust_all(session, paper.org_id, await repository.list_waiting_alike(session, paper))


async def _trust_all(session: WriteSession, org_id: UUID, waiting: Sequence[Paper]) -> None:
    zone = await orgs.company_zone(session, org_id) if waiting else ""
    for one in waiting:
        await _trust(session, one, zone)
    await session.flush()


async def _trust(session: ReadSession, paper: Paper, zone: str) -> None:
    number = (paper.number_index or paper.number) if isinstance(paper, CompanyDocument) else None
    believed = await repository.list_believed(session, paper, zone)
    refused_at = await repository.last_refusal(session, paper)
    given = rules.trust(paper.kind, number, paper.effective_on, believed, refused_at)
    paper.trusted_until = given.until if given else None
    if isinstance(paper, InsurancePolicy):
        paper.trusted_limit = given.limit if given else None


async def list_waiting_papers(session: ReadSession, page: PageRequest) -> list[WaitingPaper]:
    """Of all companies, for staff: up to one more than the page holds, the oldest first; policies beside what the laws
    of their companies ask on their days.
    """
    waiting = await repository.list_waiting(session, page)
    packs = await repository.list_packs_of(session, {one.org_id for one in waiting if one.limit is not None})
    return [replace(one, asked=rules.minimum_asked(one, packs.get(one.org_id, ()))) for one in waiting]


async def confirm_paper(session: WriteSession, actor: Staff, org_id: UUID, paper_id: UUID) -> Paper:
    """It counts to its own last day and limit.

    Locks: the company, then the paper. Raises: OrgNotFound (404), PaperNotFound (404), PaperNotWaiting (409).
    Emits: papers.reviewed, papers.changed.
    """
    paper = await _lock_waiting(session, org_id, paper_id)
    await _decide(session, actor, paper, Review.CONFIRMED)
    emit(session, PapersChanged(org_id=org_id), now=actor.now)
    return paper


async def refuse_paper(session: WriteSession, actor: Staff, org_id: UUID, paper_id: UUID, reason: str) -> Paper:
    """It counts for nothing from now on, as one that is withdrawn; the company is told why.

    Nothing of its kind is trusted unseen any more, until staff confirm one.
    Locks: the company, then the paper. Raises: OrgNotFound (404), PaperNotFound (404), PaperNotWaiting (409).
    Emits: papers.reviewed; papers.withdrawn where it counted for anything, papers.changed else.
    """
    paper = await _lock_waiting(session, org_id, paper_id)
    await _decide(session, actor, paper, Review.REFUSED, reason)
    has_counted = paper.trusted_until is not None
    told = PaperWithdrawn(org_id=org_id, paper_id=paper_id) if has_counted else PapersChanged(org_id=org_id)
    emit(session, told, now=actor.now)
    return paper


async def _lock_waiting(session: WriteSession, org_id: UUID, paper_id: UUID) -> Paper:
    await orgs.lock_company(session, org_id)
    paper = await repository.lock_paper(session, org_id, paper_id)
    if paper is None:
        raise PaperNotFound
    if paper.review is not Review.WAITING or paper.withdrawn_at is not None:
        raise PaperNotWaiting
    return paper


async def _decide(session: WriteSession, actor: Staff, paper: Paper, review: Review, reason: str | None = None) -> None:
    paper.review, paper.refusal = review, reason
    paper.reviewed_by, paper.reviewed_at = actor.user_id, actor.now
    if review is Review.REFUSED:
        paper.withdrawn_at = actor.now
    else:
        _count_in_full(paper)
    await session.flush()
    await session.refresh(paper)
    await recount(session, paper)
    change = Change(f"verification.paper_{review}", RESOURCES[type(paper)], paper.id, org_id=paper.org_id)
    record(session, actor, change)
    emit(session, PaperReviewed(org_id=paper.org_id, paper_id=paper.id), now=actor.now)


def _count_in_full(paper: Paper) -> None:
    paper.trusted_until = None
    if isinstance(paper, InsurancePolicy):
        paper.trusted_limit = None


async def confirm_with_request(session: WriteSession, actor: Staff, org_id: UUID) -> None:
    """What the company showed before it asked was looked at with its request, and carries what has renewed it since.
    The company is locked by whoever calls.
    """
    seen = {"review": Review.CONFIRMED, "reviewed_by": actor.user_id, "reviewed_at": actor.now}
    await repository.review_all(session, org_id, Review.WITH_REQUEST, **seen)
    await _trust_all(session, org_id, await repository.list_waiting_of(session, org_id))


async def leave_to_next_request(session: WriteSession, org_id: UUID) -> None:
    """What the company showed while its request was looked at is looked at with the next one. The company is locked by
    whoever calls.
    """
    await repository.review_all(session, org_id, Review.WAITING, review=Review.WITH_REQUEST, trusted_until=None)


async def confirm_usdot_number(session: WriteSession, actor: Staff, org_id: UUID, number: str) -> None:
    """From now on it is the company's, and printed.

    Locks: the company. Raises: OrgNotFound (404), UsdotNumberNotWaiting (409). Emits: company.usdot_number_reviewed.
    """
    before = await orgs.confirm_usdot_number(session, org_id, number, actor.now)
    sides = {"usdot_number": before}, {"usdot_number": number}
    record(session, actor, Change("verification.usdot_number_confirmed", "company", org_id, *sides, org_id=org_id))
    emit(session, UsdotNumberReviewed(org_id=org_id), now=actor.now)


async def refuse_usdot_number(session: WriteSession, actor: Staff, org_id: UUID, number: str, reason: str) -> None:
    """It is printed nowhere; the company is told why, and may tell another.

    Locks: the company. Raises: OrgNotFound (404), UsdotNumberNotWaiting (409). Emits: company.usdot_number_reviewed.
    """
    await orgs.refuse_usdot_number(session, org_id, number, reason, actor.now)
    after = {"told_usdot_number": number}
    record(session, actor, Change("verification.usdot_number_refused", "company", org_id, after=after, org_id=org_id))
    emit(session, UsdotNumberReviewed(org_id=org_id), now=actor.now)
