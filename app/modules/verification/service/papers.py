from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.kernel.actor import Mover, MoverMember
from app.kernel.ids import new_id
from app.kernel.money import money_out
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, fields_of, record
from app.modules.files import public as files
from app.modules.orgs import public as orgs
from app.modules.verification import repository
from app.modules.verification.errors import PolicyNotFound
from app.modules.verification.events import PapersChanged, PaperWithdrawn
from app.modules.verification.models import InsurancePolicy
from app.modules.verification.schemas import DocumentOut, PolicyIn, PolicyOut
from app.modules.verification.service.documents import document_out
from app.modules.verification.service.looks import begin_review, recount
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


def policy_out(policy: InsurancePolicy) -> PolicyOut:
    return PolicyOut(
        id=policy.id,
        kind=policy.kind,
        insurer=policy.insurer,
        policy_number=policy.policy_number,
        coverage=money_out(policy.coverage_amount, policy.coverage_currency),
        effective_on=policy.effective_on,
        expires_on=policy.expires_on,
        upload_id=policy.upload_id,
        created_at=policy.created_at,
        withdrawn_at=policy.withdrawn_at,
        review=policy.review,
        refusal=policy.refusal,
        counts_until=policy.counts_until,
    )


async def add_insurance_policy(session: WriteSession, actor: MoverMember, body: PolicyIn) -> InsurancePolicy:
    """Locks: the company. Raises: PolicyTaken (409), and what attaching the certificate raises.

    Emits: papers.changed.
    """
    if body.upload_id is not None:
        await files.attach(session, actor, body.upload_id, files.UploadKind.DOCUMENT)
    coverage = body.coverage.to_money()
    policy = InsurancePolicy(
        org_id=actor.org_id,
        id=new_id(),
        kind=body.kind,
        insurer=body.insurer,
        policy_number=body.policy_number,
        coverage_amount=coverage.amount,
        coverage_currency=coverage.currency,
        effective_on=body.effective_on,
        expires_on=body.expires_on,
        upload_id=body.upload_id,
        created_at=actor.now,
    )
    await begin_review(session, actor, policy)
    await repository.insert_policy(session, policy)
    after = fields_of(policy, ("kind", "policy_number", "coverage_amount", "effective_on", "expires_on"))
    record(session, actor, Change("verification.policy_added", "insurance_policy", policy.id, after=after))
    emit(session, PapersChanged(org_id=actor.org_id), now=actor.now)
    return policy


async def list_insurance_policies(session: ReadSession, actor: Mover, page: PageRequest) -> Sequence[InsurancePolicy]:
    """Up to one row more than the page holds, the oldest first; expired and withdrawn ones too."""
    return await repository.list_policies(session, actor.org_id, page)


async def show_insurance_policy(session: ReadSession, actor: Mover, policy_id: UUID) -> InsurancePolicy:
    """Raises: PolicyNotFound (404)."""
    policy = await repository.get_policy(session, actor.org_id, policy_id)
    if policy is None:
        raise PolicyNotFound
    return policy


async def withdraw_insurance_policy(session: WriteSession, actor: MoverMember, policy_id: UUID) -> None:
    """It was cancelled, or told wrongly: it counts no more, and stays for whoever asks what was shown. Again: nothing
    changes.

    Locks: the company. Raises: OrgNotFound (404), PolicyNotFound (404). Emits: papers.withdrawn.
    """
    await orgs.lock_company(session, actor.org_id)
    policy = await show_insurance_policy(session, actor, policy_id)
    if policy.withdrawn_at is None:
        await repository.withdraw(session, policy, actor.now)
        await recount(session, policy)
        record(session, actor, Change("verification.policy_withdrawn", "insurance_policy", policy_id))
        emit(session, PaperWithdrawn(org_id=actor.org_id, paper_id=policy_id), now=actor.now)


def paper_out(paper: repository.Paper) -> tuple[PolicyOut | None, DocumentOut | None]:
    """As staff see it: one of the two."""
    if isinstance(paper, InsurancePolicy):
        return policy_out(paper), None
    return None, document_out(paper)


async def show_papers(session: ReadSession, org_id: UUID) -> tuple[list[PolicyOut], list[DocumentOut]]:
    """For staff: the latest policies and documents, withdrawn ones too; of a tax id its last digits alone."""
    policies = await repository.list_latest_policies(session, org_id)
    shown = await repository.list_latest_documents(session, org_id)
    return [policy_out(policy) for policy in policies], [document_out(document) for document in shown]
