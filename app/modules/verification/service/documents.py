from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover, MoverMember, Staff
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.files import public as files
from app.modules.fleet import public as fleet
from app.modules.orgs import public as orgs
from app.modules.verification import repository, rules
from app.modules.verification.errors import DocumentNotFound, TruckOfDocumentNotFound
from app.modules.verification.events import PapersChanged, PaperWithdrawn
from app.modules.verification.models import CompanyDocument
from app.modules.verification.schemas import DocumentIn, DocumentOut
from app.modules.verification.service.looks import begin_review, recount
from app.modules.verification.values import DocumentKind, PackCode
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.sealing import SealedColumn

SHOWN_OF_SECRET: Final = 4
TAX_IDS: Final = "tax id"
TAX_ID: Final = SealedColumn("company_documents", "number")


def document_out(document: CompanyDocument) -> DocumentOut:
    return DocumentOut.model_validate(document, from_attributes=True)


async def add_document(session: WriteSession, actor: MoverMember, body: DocumentIn) -> CompanyDocument:
    """A tax id is kept sealed; what is shown of it are its last four digits.

    Locks: the company. Raises: TruckOfDocumentNotFound (404), and what attaching the paper raises.
    Emits: papers.changed.
    """
    if body.truck_id is not None and not await fleet.truck_names(session, actor.org_id, [body.truck_id]):
        raise TruckOfDocumentNotFound
    if body.upload_id is not None:
        await files.attach(session, actor, body.upload_id, files.UploadKind.DOCUMENT)
    document_id, is_secret = new_id(), body.kind is DocumentKind.TAX_ID
    number = body.number or ""
    document = CompanyDocument(
        org_id=actor.org_id,
        id=document_id,
        kind=body.kind,
        truck_id=body.truck_id,
        issuer=body.issuer,
        number=number[-SHOWN_OF_SECRET:] if is_secret else body.number,
        sealed_number=TAX_ID.seal(session.seals, document_id, number) if is_secret else None,
        number_index=session.seals.index(TAX_IDS, number) if is_secret else None,
        effective_on=body.effective_on,
        expires_on=body.expires_on,
        upload_id=body.upload_id,
        created_at=actor.now,
    )
    await begin_review(session, actor, document)
    await repository.insert_document(session, document)
    told = {"kind": body.kind, "effective_on": body.effective_on, "expires_on": body.expires_on}
    record(session, actor, Change("verification.document_added", "company_document", document_id, after=told))
    emit(session, PapersChanged(org_id=actor.org_id), now=actor.now)
    return document


async def show_document(session: ReadSession, actor: Mover, document_id: UUID) -> CompanyDocument:
    """Raises: DocumentNotFound (404)."""
    document = await repository.get_document(session, actor.org_id, document_id)
    if document is None:
        raise DocumentNotFound
    return document


async def list_documents(session: ReadSession, actor: Mover, page: PageRequest) -> Sequence[CompanyDocument]:
    """Up to one row more than the page holds, the oldest first; withdrawn ones too."""
    return await repository.list_documents(session, actor.org_id, page)


async def withdraw_document(session: WriteSession, actor: MoverMember, document_id: UUID) -> None:
    """It counts no more, and stays for whoever asks what was shown. Again: nothing changes.

    Locks: the company. Raises: OrgNotFound (404), DocumentNotFound (404). Emits: papers.withdrawn.
    """
    await orgs.lock_company(session, actor.org_id)
    document = await show_document(session, actor, document_id)
    if document.withdrawn_at is None:
        await repository.withdraw(session, document, actor.now)
        await recount(session, document)
        record(session, actor, Change("verification.document_withdrawn", "company_document", document_id))
        emit(session, PaperWithdrawn(org_id=actor.org_id, paper_id=document_id), now=actor.now)


async def show_packs(session: ReadSession, actor: Mover) -> set[PackCode]:
    return await repository.list_packs(session, actor.org_id)


async def declare_packs(session: WriteSession, actor: MoverMember, packs: Collection[PackCode]) -> set[PackCode]:
    """Say under whose law the company works; from now on its jobs there are held to what that law asks.

    Locks: the company. Raises: OrgNotFound (404), UsdotNumberUnconfirmed (409). Emits: papers.changed.
    """
    company = await orgs.lock_company(session, actor.org_id)
    rules.check_declared(packs, company.status, company.usdot_number)
    before = await repository.list_packs(session, actor.org_id)
    declared = set(packs) - {PackCode.GENERIC}
    await repository.replace_packs(session, actor.org_id, declared, actor.now)
    sides = {"packs": sorted(before)}, {"packs": sorted(declared)}
    record(session, actor, Change("verification.packs_declared", "company", actor.org_id, *sides))
    emit(session, PapersChanged(org_id=actor.org_id), now=actor.now)
    return declared


async def list_enforced_packs(session: ReadSession) -> set[PackCode]:
    return await repository.list_enforced(session)


async def enforce_packs(session: WriteSession, actor: Staff, packs: Collection[PackCode]) -> set[PackCode]:
    """From now on jobs under these laws go to nobody who has not declared them. Open bookings stay."""
    before = await repository.list_enforced(session)
    enforced = set(packs) - {PackCode.GENERIC}
    await repository.replace_enforced(session, enforced, actor.now)
    sides = {"packs": sorted(before)}, {"packs": sorted(enforced)}
    record(session, actor, Change("verification.packs_enforced", "platform", None, *sides))
    return enforced
