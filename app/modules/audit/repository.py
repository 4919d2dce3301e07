from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import fields
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import PageRequest
from app.modules.audit.models import AuditEntry
from app.modules.audit.rules import content_hash
from app.modules.audit.values import PLATFORM, Content, Head, Link
from app.runtime.db.base import table_of
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.statements import ReadyInsert

ENTRIES: Final = table_of(AuditEntry)
INSERT: Final = ReadyInsert(ENTRIES)
FIELDS: Final = tuple(field.name for field in fields(Content))
BATCH: Final = 2_000


def append(session: WriteSession, contents: Sequence[Content]) -> None:
    """With the transaction's last statement. Locks: the chains; numbers and hashes are the trigger's."""
    # The trigger puts the entry's number in place of the 0.
    rows = [
        {name: getattr(content, name) for name in FIELDS} | {"seq": 0, "content_hash": content_hash(content)}
        for content in contents
    ]
    INSERT.insert_last(session, rows)


async def list_entries(
    session: ReadSession, org_id: UUID, page: PageRequest, filters: Sequence[sa.ColumnElement[bool]]
) -> Sequence[AuditEntry]:
    """The newest first; one row more than the page holds."""
    query = sa.select(AuditEntry).where(AuditEntry.org_id == org_id, *filters)
    if page.after is not None:
        query = query.where(AuditEntry.seq < int(page.after[0]))
    return (await session.execute(query.order_by(AuditEntry.seq.desc()).limit(page.limit + 1))).scalars().all()


async def heads(session: ReadSession) -> list[Head]:
    """The last link of every chain."""
    last = sa.select(ENTRIES.c.org_id, sa.func.max(ENTRIES.c.seq)).group_by(ENTRIES.c.org_id)
    query = (
        sa.select(ENTRIES.c.org_id, ENTRIES.c.seq, ENTRIES.c.hash)
        .where(sa.tuple_(ENTRIES.c.org_id, ENTRIES.c.seq).in_(last))
        .order_by(ENTRIES.c.org_id)
    )
    return [Head(row.org_id, row.seq, row.hash) for row in await session.execute(query)]


async def chains(session: ReadSession) -> list[UUID]:
    query = sa.select(ENTRIES.c.org_id).distinct().order_by(ENTRIES.c.org_id)
    return list((await session.execute(query)).scalars())


# From one company to the next by the key: a step for each, however long their trails are.
COMPANIES: Final = sa.text(
    """
WITH RECURSIVE company AS (
    (SELECT org_id FROM app.audit_entries WHERE org_id > :platform ORDER BY org_id LIMIT 1)
    UNION ALL
    SELECT next.org_id FROM company CROSS JOIN LATERAL (
        SELECT e.org_id FROM app.audit_entries AS e WHERE e.org_id > company.org_id ORDER BY e.org_id LIMIT 1
    ) AS next
)
SELECT org_id FROM company
"""
)


async def companies(session: ReadSession) -> list[UUID]:
    """Every company that has a chain; the platform's own, of all zeros, is none."""
    return list((await session.execute(COMPANIES, {"platform": PLATFORM})).scalars())


async def links(session: ReadSession, org_id: UUID) -> AsyncIterator[Link]:
    """A chain from its beginning, some thousands at a time."""
    last = None
    while True:
        query = sa.select(ENTRIES).where(ENTRIES.c.org_id == org_id)
        if last is not None:
            query = query.where(ENTRIES.c.seq > last)
        rows = (await session.execute(query.order_by(ENTRIES.c.seq).limit(BATCH))).all()
        for row in rows:
            yield _link(row)
        if len(rows) < BATCH:
            return
        last = rows[-1].seq


async def hashes_at(session: ReadSession, places: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], bytes]:
    """The hashes that stand at these places; a place without an entry is left out."""
    found: dict[tuple[UUID, int], bytes] = {}
    wanted = sorted(places)
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        query = sa.select(ENTRIES.c.org_id, ENTRIES.c.seq, ENTRIES.c.hash).where(
            sa.tuple_(ENTRIES.c.org_id, ENTRIES.c.seq).in_(part)
        )
        found |= {(row.org_id, row.seq): row.hash for row in await session.execute(query)}
    return found


def _link(row: sa.Row[tuple[object, ...]]) -> Link:
    known = row._mapping  # noqa: SLF001 - the row's public mapping, whatever its name says
    content = Content(**{name: known[name] for name in FIELDS})
    return Link(known["seq"], content, known["content_hash"], known["previous_hash"], known["hash"])
