"""After a change of the sealing key: what the former one sealed is sealed anew, while everything goes on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.runtime.db.session import Database, WriteSession
from app.runtime.db.tenancy import Identity
from app.runtime.sealing import CannotOpen, SealedColumn, Seals

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class SealedRows:
    """A sealed column as it is mapped: what it is sealed for, the id that its rows are known by, and the text."""

    place: SealedColumn
    key: InstrumentedAttribute[UUID]
    kept: InstrumentedAttribute[Any]


async def reseal(database: Database, identity: Identity, seals: Seals, rows: SealedRows) -> None:
    """Seal with the present key what another sealed, a batch in a transaction. What does not open stays as it is."""
    last = UUID(int=0)
    while True:
        async with database.write(identity) as session:
            batch = await _lock_sealed_otherwise(session, seals.sealer.head, rows, last)
            for row_id, sealed in batch:
                await _reseal(session, seals, rows, row_id, sealed)
        if len(batch) < AT_ONCE:
            return
        last = batch[-1][0]


async def _lock_sealed_otherwise(
    session: WriteSession, head: bytes, rows: SealedRows, after: UUID
) -> list[tuple[UUID, bytes]]:
    is_other = sa.func.substring(rows.kept, 1, len(head)) != head
    query = sa.select(rows.key, rows.kept).where(is_other, rows.key > after).order_by(rows.key).limit(AT_ONCE)
    return [(row_id, sealed) for row_id, sealed in await session.execute(query.with_for_update(skip_locked=True))]


async def _reseal(session: WriteSession, seals: Seals, rows: SealedRows, row_id: UUID, sealed: bytes) -> None:
    place = rows.place
    try:
        anew = place.seal(seals, row_id, place.open(seals, row_id, sealed))
    except CannotOpen:
        logger.exception("a sealed text does not open", extra={"table": place.table, "row_id": str(row_id)})
        return
    table: Any = rows.kept.class_
    values = {rows.kept.key: anew}
    await session.execute(
        sa.update(table).where(rows.key == row_id).values(values).execution_options(synchronize_session=False)
    )
