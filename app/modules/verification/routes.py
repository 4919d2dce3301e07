from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.kernel.money import money_out
from app.kernel.paging import Page, cut
from app.modules.files.public import UploadAlreadyAttached, UploadNotClean, UploadNotFound, UploadOfOtherKind
from app.modules.identity.public import EmailNotVerified
from app.modules.orgs.public import OrgNotFound
from app.modules.verification.access import PapersRead, PapersWrite
from app.modules.verification.errors import (
    AlreadyVerified,
    CaseAlreadyOpen,
    CompanySuspended,
    DocumentNotFound,
    PolicyNotFound,
    PolicyTaken,
    TruckOfDocumentNotFound,
    UsdotNumberUnconfirmed,
    VerificationIncomplete,
)
from app.modules.verification.rules import PACKS
from app.modules.verification.schemas import (
    DocumentIn,
    DocumentOut,
    PackListOut,
    PackOut,
    PacksIn,
    PacksOut,
    PolicyIn,
    PolicyOut,
    RequirementOut,
    SubmittedOut,
    VerificationOut,
)
from app.modules.verification.service import documents, papers, review, standing
from app.modules.verification.values import Pack
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/org", tags=["verification"], route_class=IdempotentRoute)
public = APIRouter(prefix="/v1", tags=["verification"], route_class=IdempotentRoute)

ATTACHING = (UploadNotFound, UploadNotClean, UploadOfOtherKind, UploadAlreadyAttached)


def pack_out(pack: Pack) -> PackOut:
    requirements = [
        RequirementOut(
            need=one.need,
            authority=one.authority,
            source=one.source,
            in_force_from=one.in_force_from,
            minimum=None if one.minimum is None else money_out(one.minimum, "USD"),
        )
        for one in pack.requirements
    ]
    return PackOut(code=pack.code, title=pack.title, requirements=requirements)


@public.get("/verification-packs")
async def list_verification_packs() -> PackListOut:
    """What the law asks of a company, by jurisdiction, with who asks and where it stands. For everybody."""
    return PackListOut(items=[pack_out(pack) for pack in PACKS.values()])


@router.get("/verification-packs")
async def show_verification_packs(actor: PapersRead, session: Read) -> PacksOut:
    """Under whose law your company works. For members of the company."""
    return PacksOut(packs=sorted(await documents.show_packs(session, actor)))


@router.put("/verification-packs", responses=problems(UsdotNumberUnconfirmed, OrgNotFound))
async def declare_verification_packs(body: PacksIn, actor: PapersWrite, session: Write) -> PacksOut:
    """Say under whose law your company works; jobs there are held to what it asks. One that asks for a U.S. DOT number
    is declared with a number that is confirmed, or before you ask to be verified. For owners and managers.
    """
    return PacksOut(packs=sorted(await documents.declare_packs(session, actor, body.packs)))


@router.post("/documents", status_code=201, responses=problems(TruckOfDocumentNotFound, OrgNotFound, *ATTACHING))
async def add_document(body: DocumentIn, actor: PapersWrite, session: Write) -> DocumentOut:
    """Show a permit, a number or a truck's paper, with its first and last day. Once you have asked to be verified, it
    waits for staff to look at it. For owners and managers.
    """
    return documents.document_out(await documents.add_document(session, actor, body))


@router.get("/documents", responses=problems(CursorRefused))
async def list_documents(
    query: PlainListQuery, actor: PapersRead, pager: Paging, session: Read, response: Response
) -> Page[DocumentOut]:
    """Your company's documents, the oldest first, withdrawn ones too. For members of the company."""
    rows = await documents.list_documents(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda document: (document.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[documents.document_out(document) for document in page], next_cursor=cursor)


@router.get("/documents/{document_id}", responses=problems(DocumentNotFound))
async def show_document(document_id: UUID, actor: PapersRead, session: Read) -> DocumentOut:
    """One document. For members of the company."""
    return documents.document_out(await documents.show_document(session, actor, document_id))


@router.delete("/documents/{document_id}", status_code=204, responses=problems(DocumentNotFound, OrgNotFound))
async def withdraw_document(document_id: UUID, actor: PapersWrite, session: Write) -> None:
    """Let a document count no more; it stays in the list. For owners and managers."""
    await documents.withdraw_document(session, actor, document_id)


@router.post("/insurance-policies", status_code=201, responses=problems(PolicyTaken, OrgNotFound, *ATTACHING))
async def add_insurance_policy(body: PolicyIn, actor: PapersWrite, session: Write) -> PolicyOut:
    """Tell of an insurance policy: its kind, its limit, its first and last day. Once you have asked to be verified, it
    waits for staff to look at it. For owners and managers.
    """
    return papers.policy_out(await papers.add_insurance_policy(session, actor, body))


@router.get("/insurance-policies", responses=problems(CursorRefused))
async def list_insurance_policies(
    query: PlainListQuery, actor: PapersRead, pager: Paging, session: Read, response: Response
) -> Page[PolicyOut]:
    """Your insurance policies, the oldest first, withdrawn ones too. For members of the company."""
    rows = await papers.list_insurance_policies(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda policy: (policy.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[papers.policy_out(policy) for policy in page], next_cursor=cursor)


@router.get("/insurance-policies/{policy_id}", responses=problems(PolicyNotFound))
async def show_insurance_policy(policy_id: UUID, actor: PapersRead, session: Read) -> PolicyOut:
    """One insurance policy. For members of the company."""
    return papers.policy_out(await papers.show_insurance_policy(session, actor, policy_id))


@router.delete("/insurance-policies/{policy_id}", status_code=204, responses=problems(PolicyNotFound, OrgNotFound))
async def withdraw_insurance_policy(policy_id: UUID, actor: PapersWrite, session: Write) -> None:
    """Let a policy count no more, as one that was cancelled or told wrongly; it stays in the list, and its number is
    free again. What depends on it is out at once: without the insurance that is asked of you, you are suspended until
    another is shown, and the bookings that need it are named to you by mail.

    For owners and managers.
    """
    await papers.withdraw_insurance_policy(session, actor, policy_id)


@router.post(
    "/verification",
    status_code=201,
    responses=problems(
        EmailNotVerified, VerificationIncomplete, CaseAlreadyOpen, AlreadyVerified, CompanySuspended, OrgNotFound
    ),
)
async def submit_verification(actor: PapersWrite, session: Write) -> SubmittedOut:
    """Ask to be verified; what is still missing is listed in the refusal. For owners and managers."""
    case = await review.submit_verification(session, actor)
    return SubmittedOut.model_validate({**asdict(case), "missing": []})


@router.get("/verification", responses=problems(OrgNotFound))
async def show_verification(actor: PapersRead, session: Read) -> VerificationOut:
    """Where your company stands, what it lacks, and what was decided. For members of the company."""
    return VerificationOut.model_validate(await standing.show_verification(session, actor), from_attributes=True)
