"""Sessions, and the only place that commits.

A session opens its transaction at its first statement, so that what a use case needs from outside is fetched
before. A READ session runs in a READ ONLY transaction: PostgreSQL itself refuses a write.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from app.runtime.db import tenancy
from app.runtime.db.constraints import ErrorMap
from app.runtime.db.tenancy import IDENTITY, READ_ONLY, Identity


class IdentifiedSession(Session):
    """The synchronous inside of our sessions: the class that the identity listener is bound to."""


tenancy.install(IdentifiedSession)


class ReadSession(AsyncSession):
    sync_session_class = IdentifiedSession


class WriteSession(ReadSession):
    sync_session_class = IdentifiedSession


class Database:
    """The door to PostgreSQL for one login."""

    def __init__(self, bind: AsyncEngine | AsyncConnection, errors: ErrorMap) -> None:
        self._bind = bind
        self._errors = errors

    @property
    def bind(self) -> AsyncEngine | AsyncConnection:
        return self._bind

    @asynccontextmanager
    async def read(self, identity: Identity) -> AsyncIterator[ReadSession]:
        """A READ ONLY transaction of `identity`. Raises the domain's errors for those of the database."""
        session = ReadSession(self._bind, expire_on_commit=False, autoflush=False)
        session.info[READ_ONLY] = True
        session.info[IDENTITY] = identity
        async with self._errors.translating(), session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def write(self, identity: Identity) -> AsyncIterator[WriteSession]:
        """One transaction of `identity`: committed when the block ends, rolled back when it raises."""
        session = WriteSession(
            self._bind,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
        )
        session.info[IDENTITY] = identity
        async with self._errors.translating(), session:
            yield session
            await session.commit()
