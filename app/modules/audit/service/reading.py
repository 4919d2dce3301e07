from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import Mover
from app.kernel.paging import PageRequest
from app.modules.audit import repository
from app.modules.audit.models import AuditEntry
from app.modules.audit.schemas import ActorOut, EntryOut, FieldChangeOut, ResourceOut, TrailQuery
from app.runtime.db.session import ReadSession


async def list_own_trail(
    session: ReadSession, actor: Mover, query: TrailQuery, page: PageRequest
) -> Sequence[EntryOut]:
    """The company's entries that meet the filters, the newest first; one more than the page holds."""
    return await list_trail(session, actor.org_id, query, page)


async def list_trail(session: ReadSession, org_id: UUID, query: TrailQuery, page: PageRequest) -> Sequence[EntryOut]:
    """One chain's entries that meet the filters, the newest first; one more than the page holds."""
    return [_entry_out(entry) for entry in await repository.list_entries(session, org_id, page, _filters(query))]


def _filters(query: TrailQuery) -> list[sa.ColumnElement[bool]]:
    equals = {
        AuditEntry.action: query.action,
        AuditEntry.actor_id: query.actor_id,
        AuditEntry.resource: query.resource,
        AuditEntry.resource_id: query.resource_id,
    }
    filters = [column == value for column, value in equals.items() if value is not None]
    if query.since is not None:
        filters.append(AuditEntry.at >= query.since)
    if query.until is not None:
        filters.append(AuditEntry.at < query.until)
    return filters


def _entry_out(entry: AuditEntry) -> EntryOut:
    return EntryOut(
        seq=entry.seq,
        at=entry.at,
        action=entry.action,
        actor=ActorOut(kind=entry.actor_kind, id=entry.actor_id, role=entry.actor_role),
        resource=ResourceOut(kind=entry.resource, id=entry.resource_id),
        changes=[FieldChangeOut.model_validate(change) for change in entry.changes],
        request_id=entry.request_id,
        network=entry.network,
        hash=entry.hash.hex(),
    )
