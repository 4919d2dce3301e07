"""The trail as staff read it."""

from __future__ import annotations

from collections.abc import Sequence

from app.kernel.actor import Staff
from app.kernel.paging import PageRequest
from app.modules.audit import public as audit
from app.modules.audit.public import Change, EntryOut
from app.modules.ops.schemas.trail import PlatformTrailQuery
from app.modules.orgs import public as orgs
from app.runtime.db.session import WriteSession


async def list_trail(
    session: WriteSession, actor: Staff, query: PlatformTrailQuery, page: PageRequest
) -> Sequence[EntryOut]:
    """A company's trail or the platform's, the newest first. The trail that is read tells of it.

    Raises: OrgNotFound (404).
    """
    if query.org_id is not None:
        await orgs.company(session, query.org_id)
    entries = await audit.list_trail(session, query.org_id or audit.PLATFORM, query, page)
    audit.record(session, actor, Change("ops.audit_read", "audit_trail", org_id=query.org_id))
    return entries
