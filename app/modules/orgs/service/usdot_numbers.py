"""The U.S. DOT number that a company tells once it has asked to be verified: printed when staff have confirmed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.kernel.paging import PageRequest
from app.modules.orgs import repository, rules
from app.modules.orgs.errors import OrgNotFound, UsdotNumberNotWaiting
from app.modules.orgs.models import Organization
from app.modules.orgs.values import ToldNumber
from app.runtime.db.session import ReadSession, WriteSession


def tell_usdot_number(org: Organization, number: str | None, now: datetime) -> None:
    """Keep a number as the company's own, or as told and not confirmed. Raises: UsdotNumberFixed (409)."""
    if rules.may_set_usdot_number(org.status):
        org.usdot_number = number
        _forget_told(org)
        return
    rules.check_usdot_number(org.usdot_number, number)
    if number is None or number == org.usdot_number:
        _forget_told(org)
    elif number != org.told_usdot_number or org.told_usdot_refusal is not None:
        org.told_usdot_number, org.told_usdot_at, org.told_usdot_refusal = number, now, None


def _forget_told(org: Organization) -> None:
    org.told_usdot_number = org.told_usdot_at = org.told_usdot_refusal = None


async def list_told_numbers(session: ReadSession, page: PageRequest) -> Sequence[ToldNumber]:
    """For staff: the numbers that wait for a look, the oldest first; up to one more than the page holds."""
    told = (org.unconfirmed_usdot_number for org in await repository.list_told_numbers(session, page))
    return [one for one in told if one is not None]


async def confirm_usdot_number(session: WriteSession, org_id: UUID, number: str, now: datetime) -> str | None:
    """Have it for the company's own; the one it had before.

    Locks: the company. Raises: OrgNotFound (404), UsdotNumberNotWaiting (409).
    """
    org = await _lock_told(session, org_id, number)
    before = org.usdot_number
    _forget_told(org)
    org.change(now, usdot_number=number)
    await session.flush()
    return before


async def refuse_usdot_number(session: WriteSession, org_id: UUID, number: str, reason: str, now: datetime) -> None:
    """Locks: the company. Raises: OrgNotFound (404), UsdotNumberNotWaiting (409)."""
    org = await _lock_told(session, org_id, number)
    org.change(now, told_usdot_refusal=reason)
    await session.flush()


async def _lock_told(session: WriteSession, org_id: UUID, number: str) -> Organization:
    """The company, which still tells the number that was looked at, and not another meanwhile."""
    org = await repository.lock_org(session, org_id)
    if org is None:
        raise OrgNotFound
    if org.told_usdot_number != number or org.told_usdot_refusal is not None:
        raise UsdotNumberNotWaiting
    return org
