"""When an API key was last used: told once a minute and process at most, after the answer has left."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.kernel.errors import AppError
from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity

logger = logging.getLogger(__name__)

COARSE: Final = timedelta(minutes=1)
MOST_REMEMBERED: Final = 10_000

# Another process may have told already: then no row is written. The former secret has a time of its own, so that a
# company sees whether a program of its still has it.
TELL: Final = sa.text(
    "UPDATE app.api_keys SET "
    "last_used_at = CASE WHEN secret_hash = :secret THEN :now ELSE last_used_at END, "
    "previous_used_at = CASE WHEN previous_hash = :secret THEN :now ELSE previous_used_at END "
    "WHERE org_id = :org AND id = :key "
    "AND (secret_hash = :secret AND coalesce(last_used_at <= :before, true) "
    "OR previous_hash = :secret AND coalesce(previous_used_at <= :before, true))"
).bindparams(
    sa.bindparam("org", type_=sa.UUID),
    sa.bindparam("key", type_=sa.UUID),
    sa.bindparam("secret", type_=sa.LargeBinary),
    sa.bindparam("now", type_=sa.DateTime(timezone=True)),
    sa.bindparam("before", type_=sa.DateTime(timezone=True)),
)


class KeyUses:
    """What this process has told of uses, by the secret's hash."""

    def __init__(self) -> None:
        self._told: dict[bytes, datetime] = {}

    def is_due(self, claims: ApiKeyClaims, now: datetime) -> bool:
        """Whether a use at `now` is to be told; if so, it counts as told."""
        told = self._told.get(claims.secret_hash)
        if told is not None and timedelta() <= now - told < COARSE:
            return False
        if len(self._told) >= MOST_REMEMBERED:
            self._told.clear()  # told once more each, at most
        self._told[claims.secret_hash] = now
        return True

    async def tell(self, database: Database, claims: ApiKeyClaims, now: datetime) -> None:
        """In a transaction of its own. What goes wrong is logged: the answer has left already."""
        values = {"org": claims.org_id, "key": claims.key_id, "secret": claims.secret_hash, "now": now}
        try:
            async with database.write(Identity(Audience.SIGNIN, org_id=claims.org_id)) as session:
                await session.execute(TELL, values | {"before": now - COARSE})
        except AppError:
            logger.warning("the use of an API key was not told", exc_info=True)
