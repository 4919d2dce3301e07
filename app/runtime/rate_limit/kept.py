"""The limits of doors in PostgreSQL, for as long as Redis is away: one count for all processes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db.base import Model
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.rate_limit.limits import Limit, Verdict

TAKE: Final = sa.text(
    "SELECT place, seconds, remaining, passes FROM app.take_limits(:keys, :emissions, :bursts)"
).bindparams(
    sa.bindparam("keys", type_=ARRAY(sa.LargeBinary)),
    sa.bindparam("emissions", type_=ARRAY(sa.Float)),
    sa.bindparam("bursts", type_=ARRAY(sa.Integer)),
)


class KeptLimit(Model):
    """How far ahead of the clock the requests of one subject have run."""

    __tablename__ = "rate_limits"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True, comment="SHA-256 of limit and subject")
    whole_at: Mapped[datetime] = mapped_column(comment="by the database's clock; earlier: nothing is spent")


class KeptLimits:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, limits: Sequence[Limit]) -> Verdict:
        """In a transaction of its own: what was counted stays counted, however the request ends.

        Raises: DatabaseUnavailable (503): without either store the door stays shut.
        """
        values = {
            "keys": [hashlib.sha256(limit.key.encode()).digest() for limit in limits],
            "emissions": [limit.emission for limit in limits],
            "bursts": [limit.requests for limit in limits],
        }
        async with self._database.write(Identity(Audience.SIGNIN)) as session:
            row = (await session.execute(TAKE, values)).one()
        return Verdict(row.passes, limits[row.place - 1], row.remaining, row.seconds)
