from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.paging import PageRequest
from app.kernel.places import Place
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.orgs import repository
from app.modules.orgs.errors import OrgNotFound
from app.modules.orgs.models import Organization
from app.modules.orgs.schemas.companies import OrgIn, OrgPatch
from app.modules.orgs.service.service_areas import add_circle
from app.modules.orgs.service.usdot_numbers import tell_usdot_number
from app.modules.orgs.values import OrgStatus
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

FIRST_RADIUS_MILES: Final = Decimal(50)


async def create_org(session: WriteSession, org_id: UUID, body: OrgIn, address: Place, now: datetime) -> Organization:
    """A draft company with a service area of 50 miles around its address. The session's company is `org_id`."""
    org = Organization(
        id=org_id,
        name=body.name,
        phone=body.phone,
        timezone=body.timezone,
        usdot_number=body.usdot_number,
        status=OrgStatus.DRAFT,
        address=address.model_dump(mode="json"),
        city=address.city,
        state=address.state,
        rating_count=0,
        lead_time_hours=0,
        requires_both_ends=False,
        business_hours=None,
        arrival_window_minutes=0,
        version=1,
        created_at=now,
        updated_at=now,
    )
    await repository.insert_org(session, org, address.location)
    await add_circle(session, org_id, address.location, FIRST_RADIUS_MILES)
    return org


async def show_org(session: ReadSession, actor: Mover) -> Organization:
    """Raises: OrgNotFound (404)."""
    org = await repository.get_org(session, actor.org_id)
    if org is None:
        raise OrgNotFound
    return org


async def list_profiles(session: ReadSession, page: PageRequest, state: str | None) -> Sequence[AnyRow]:
    """Up to one row more than the page holds, by name."""
    return await repository.list_profiles(session, page, state)


async def show_profile(session: ReadSession, org_id: UUID) -> AnyRow:
    """Raises: OrgNotFound (404) for a company that is not verified, too."""
    profile = await repository.get_profile(session, org_id)
    if profile is None:
        raise OrgNotFound
    return profile


async def change_org(session: WriteSession, actor: Mover, patch: OrgPatch, version: int | None) -> Organization:
    """Locks: the company's row. Raises: OrgNotFound (404), PreconditionFailed (412), UsdotNumberFixed (409)."""
    org = await repository.lock_org(session, actor.org_id)
    if org is None:
        raise OrgNotFound
    check_version(org.version, version)
    names = patch.model_fields_set | ({"told_usdot_number"} if "usdot_number" in patch.model_fields_set else set())
    before = fields_of(org, names)
    if "usdot_number" in patch.model_fields_set:
        tell_usdot_number(org, patch.usdot_number, actor.now)
    org.change(actor.now, **patch.model_dump(exclude_unset=True, exclude={"usdot_number"}))
    await session.flush()
    change = Change("orgs.company_changed", "company", org.id, before, fields_of(org, before))
    record(session, actor, change)
    return org
