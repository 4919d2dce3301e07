"""What a company's office is written when staff have decided about it. Read by the worker, for one company."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.modules.verification import repository
from app.modules.verification.errors import CaseNotFound, SuspensionNotFound
from app.modules.verification.values import CaseStatus
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
        f"We could not verify {name} yet:\n\n{case.reason}\n\n"
        "Put this right, then ask again: nothing of what you have entered is lost."
    )
    return Letter(office, f"{name} could not be verified yet", text)


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
