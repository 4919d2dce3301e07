"""Sessions, and the only place that commits.

A session opens its transaction at its first statement, so that what a use case needs from outside is fetched
before. A READ session runs in a READ ONLY transaction: PostgreSQL itself refuses a write.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.runtime.db import tenancy
from app.runtime.db.constraints import ErrorMap
from app.runtime.db.share import all_connections
from app.runtime.db.tenancy import IDENTITY, READ_ONLY, Identity
from app.runtime.sealing import Seals

PUT_OFF: Final = "put off to the end"
GATHERED: Final = "gathered rows"
WRITE_GATHERED: Final = "what writes the gathered rows"
DRIVER: Final = "driver's connection"
SEALS: Final = "seals"


class DriverRow(asyncpg.Record):
    """A row of the driver, its columns by name as those of SQLAlchemy's are."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class IdentifiedSession(Session):
    """The synchronous inside of our sessions: the class that the identity listener is bound to."""


tenancy.install(IdentifiedSession)


class ReadSession(AsyncSession):
    sync_session_class = IdentifiedSession

    @property
    def seals(self) -> Seals:
        """What this session's sealed fields are written and read by. Raises: KeyError for a door without keys."""
        found: Seals = self.info[SEALS]
        return found

    async def fetch(self, query: str, *values: Any) -> Sequence[DriverRow]:
        """The rows of a query with `$1`, `$2` … for its values, on the driver, in this session's transaction.

        Costs a third of `execute`; for the busiest paths alone, through `statements.Ready` (decision 0025).
        """
        driver = await self._driver()
        try:
            rows: Sequence[DriverRow] = await driver.fetch(query, *values, record_class=DriverRow)
        except asyncpg.PostgresError:
            raise  # PostgreSQL has refused, and waits for the ROLLBACK that the session's end brings
        except BaseException:
            # Cancelled, or cut off: nobody knows how far the conversation has come.
            await self.invalidate()
            raise
        return rows

    async def _driver(self) -> Any:
        """The driver's connection; what the session has yet to write is written first."""
        if any(True for _ in self):
            await self.flush()
        if DRIVER not in self.info:
            connection = await self.connection()
            self.info[DRIVER] = (await connection.get_raw_connection()).driver_connection
        return self.info[DRIVER]


class WriteSession(ReadSession):
    sync_session_class = IdentifiedSession

    def put_off(self, work: Callable[[WriteSession], Awaitable[None]]) -> None:
        """Have `work` done last in this transaction, just before COMMIT: locks it takes are held for no other work."""
        self.info.setdefault(PUT_OFF, []).append(work)

    def gather(self, rows: Iterable[Any], write: Callable[[WriteSession, list[Any]], Awaitable[None]]) -> None:
        """Have `write` called with all rows that are gathered, after everything that was put off."""
        self.info.setdefault(GATHERED, []).extend(rows)
        self.info[WRITE_GATHERED] = write

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part of the transaction that leaves nothing behind when it fails, what it put off included."""
        before = {name: list(value) for name, value in self.info.items() if isinstance(value, list)}
        try:
            async with self.begin_nested():
                yield
        except BaseException:
            for name in [name for name, value in self.info.items() if isinstance(value, list)]:
                if name in before:
                    self.info[name][:] = before[name]
                else:  # Who finds no list begins one, and puts off what writes it.
                    del self.info[name]
            raise

    async def finish(self) -> None:
        """Do what was put off, then write what was gathered, after whatever the session itself still has to write."""
        put_off = self.info.pop(PUT_OFF, ())
        if put_off or self.info.get(GATHERED):
            await self.flush()
        for work in put_off:
            await work(self)
        if rows := self.info.pop(GATHERED, None):
            await self.info[WRITE_GATHERED](self, rows)


class HotRead:
    """A READ ONLY transaction on the driver itself, for the busiest lists: three round trips, no ORM (decision 0006).

    It opens at its first query, with the same identity in the same text as every other transaction.
    """

    def __init__(self, bind: AsyncEngine | AsyncConnection, identity: Identity) -> None:
        self._bind = bind
        self._identity = identity
        self._pooled: PoolProxiedConnection | None = None
        self._driver: Any = None

    async def rows(self, query: str, *values: Any) -> Sequence[Any]:
        """The rows of a query with `$1`, `$2` … for its values."""
        if isinstance(self._bind, AsyncConnection):  # a test's outer transaction
            await self._bind.run_sync(tenancy.name_identity, self._identity)
            return (await self._bind.exec_driver_sql(query, values)).all()
        if self._driver is None:
            self._pooled = await self._bind.raw_connection()
            self._driver = self._pooled.driver_connection
            await self._driver.execute(tenancy.opening_text(self._identity, read_only=True))
        found: Sequence[Any] = await self._driver.fetch(query, *values)
        return found

    async def end(self, *, healthy: bool) -> None:
        """Give the connection back: clean after a COMMIT, or thrown away after any failure or cancellation."""
        if self._pooled is None:
            return
        pooled, self._pooled = self._pooled, None
        if healthy:
            try:
                await self._driver.execute("COMMIT")
            except BaseException:
                await greenlet_spawn(pooled.invalidate)
                raise
            await greenlet_spawn(pooled.close)
        else:
            await greenlet_spawn(pooled.invalidate)


class Database:
    """The door to PostgreSQL for one login; with `seals`, its sessions read and write what is kept sealed."""

    def __init__(self, bind: AsyncEngine | AsyncConnection, errors: ErrorMap, seals: Seals | None = None) -> None:
        self._bind = bind
        self._errors = errors
        self._known = {} if seals is None else {SEALS: seals}

    def with_seals(self, seals: Seals) -> Database:
        """The same door with these keys."""
        return Database(self._bind, self._errors, seals)

    @property
    def bind(self) -> AsyncEngine | AsyncConnection:
        return self._bind

    @asynccontextmanager
    async def read(self, identity: Identity) -> AsyncIterator[ReadSession]:
        """A READ ONLY transaction of `identity`. Raises the domain's errors for those of the database."""
        session = ReadSession(
            self._bind, expire_on_commit=False, autoflush=False, join_transaction_mode="create_savepoint"
        )
        session.info.update(self._known)
        session.info[READ_ONLY] = True
        session.info[IDENTITY] = identity
        async with self._errors.translating(), session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def hot_read(self, identity: Identity) -> AsyncIterator[HotRead]:
        """As `read`, on the driver. Raises the domain's errors for those of the database."""
        hot = HotRead(self._bind, identity)
        async with self._errors.translating():
            try:
                yield hot
            except BaseException:
                await hot.end(healthy=False)
                raise
            await hot.end(healthy=True)

    @asynccontextmanager
    async def write(self, identity: Identity, *, books: bool = False) -> AsyncIterator[WriteSession]:
        """One transaction of `identity`: committed when the block ends, rolled back when it raises.

        `books`: it may use the connections that are kept for bookings.
        """
        session = WriteSession(
            self._bind,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
        )
        session.info.update(self._known)
        session.info[IDENTITY] = identity
        with all_connections() if books else nullcontext():
            async with self._errors.translating(), session:
                yield session
                await session.finish()
                await session.commit()
