"""What staff find out about a company, and do with it; the rules stand in `verification`.

Each company's trail tells that staff read its data.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.bookings import public as bookings
from app.modules.files import public as files
from app.modules.ops.schemas.companies import (
    CompanyFileOut,
    CompanyQuery,
    FoundBookingOut,
    FoundCompanyOut,
    OpenBookingOut,
    ReviewedCompanyOut,
    ReviewedSuspensionOut,
    SuspendedOut,
)
from app.modules.ops.service.callers import read_said, sought_bookings, sought_companies
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.verification import public as verification
from app.modules.verification.public import Suspension
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources


def _found(company: Company) -> FoundCompanyOut:
    place = {"city": company.address.city, "state": company.address.state}
    return FoundCompanyOut.model_validate(asdict(company) | place)


async def reviewed_companies(session: ReadSession, org_ids: Collection[UUID]) -> dict[UUID, ReviewedCompanyOut]:
    """As they stand beside what is theirs in a list of the desk's."""
    found = await orgs.companies(session, org_ids)
    return {org_id: ReviewedCompanyOut.model_validate(company) for org_id, company in found.items()}


async def list_companies(
    session: WriteSession, resources: Resources, actor: Staff, page: PageRequest, query: CompanyQuery
) -> Sequence[FoundCompanyOut]:
    """By name, up to one more than the page holds."""
    sought = await sought_companies(session, resources, query.q) if query.q else None
    companies = await orgs.find_companies(session, page, sought, query.status)
    for company in companies[: page.limit]:
        record(session, actor, Change("ops.company_found", "company", company.id, org_id=company.id))
    return [_found(company) for company in companies]


async def show_company(session: WriteSession, actor: Staff, org_id: UUID) -> CompanyFileOut:
    """Raises: OrgNotFound (404)."""
    on_file = await orgs.company_on_file(session, org_id)
    company = on_file.company
    standing = await verification.show_standing(session, actor, company)
    policies, documents = await verification.show_papers(session, org_id)
    record(session, actor, Change("ops.company_read", "company", org_id, org_id=org_id))
    return CompanyFileOut.model_validate(
        {
            **_found(company).model_dump(),
            **asdict(standing),
            "unconfirmed_usdot_number": on_file.told_usdot_number,
            "timezone": company.timezone,
            "promises": on_file.promises,
            "policies": policies,
            "documents": documents,
            "bookings": await _open_bookings(session, actor, org_id),
        }
    )


async def find_paper(session: WriteSession, actor: Staff, org_id: UUID, upload_id: UUID) -> files.Upload:
    """The file that a policy or a document of the company shows; no other file of it. Its trail tells who opened it.

    Raises: UploadNotFound (404).
    """
    found = await files.list_uploads(session, org_id, [upload_id])
    if upload_id not in found or not await verification.is_paper(session, org_id, upload_id):
        raise files.UploadNotFound
    record(session, actor, Change("ops.paper_read", "upload", upload_id, org_id=org_id))
    return found[upload_id]


async def find_bookings(session: WriteSession, resources: Resources, actor: Staff, said: str) -> list[FoundBookingOut]:
    """By anything that a customer can say, the latest first, fifty at most. Raises: SaidTooLittle (422)."""
    sought = await sought_bookings(session, resources, read_said(said))
    found = await bookings.find_bookings(session, sought)
    companies = await reviewed_companies(session, {booking.org_id for booking in found})
    for booking in found:
        record(session, actor, Change("ops.booking_read", "booking", booking.id, org_id=booking.org_id))
    return [
        FoundBookingOut.model_validate(asdict(booking) | {"organization": companies[booking.org_id]})
        for booking in found
    ]


async def _open_bookings(session: ReadSession, actor: Staff, org_id: UUID) -> list[OpenBookingOut]:
    found = await bookings.open_bookings_of(session, org_id, actor.now)
    return [OpenBookingOut.model_validate(booking) for booking in found]


async def _suspension(session: WriteSession, suspension: Suspension) -> ReviewedSuspensionOut:
    company = ReviewedCompanyOut.model_validate(await orgs.company(session, suspension.org_id))
    return ReviewedSuspensionOut.model_validate({**asdict(suspension), "organization": company})


async def suspend_company(session: WriteSession, actor: Staff, org_id: UUID, reason: str) -> SuspendedOut:
    """With the bookings that are open; their customers are told.

    Locks: the company's resources, then the company.
    Raises: OrgNotFound (404), CompanySuspended (409), CompanyNotVerified (409). Emits: company.suspended.
    """
    suspension = await _suspension(session, await verification.suspend_company(session, actor, org_id, reason))
    told = await _open_bookings(session, actor, org_id)
    return SuspendedOut.model_validate({**suspension.model_dump(), "bookings": told})


async def reinstate_company(session: WriteSession, actor: Staff, org_id: UUID) -> ReviewedSuspensionOut:
    """Locks: the company. Raises: OrgNotFound (404), CompanyNotSuspended (409). Emits: company.reinstated."""
    return await _suspension(session, await verification.reinstate_company(session, actor, org_id))
