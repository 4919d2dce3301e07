"""Walking a table of all companies in steps, each in a transaction of its own, along the primary key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands: rows written at `since` or later, of `org_id` or of all, behind `after` (org_id, id)."""

    since: datetime
    org_id: UUID | None = None
    after: tuple[UUID, UUID] | None = None
    limit: int = STEP

    def step(
        self, query: sa.Select[*tuple[Any, ...]], table: sa.Table, written_at: sa.Column[Any]
    ) -> sa.Select[*tuple[Any, ...]]:
        """The next rows of a company's table; less than `limit`: the walk is over."""
        query = query.where(written_at >= self.since)
        if self.org_id is not None:
            query = query.where(table.c.org_id == self.org_id)
        if self.after is not None:
            query = query.where(sa.tuple_(table.c.org_id, table.c.id) > sa.tuple_(*self.after))
        return query.order_by(table.c.org_id, table.c.id).limit(self.limit)
