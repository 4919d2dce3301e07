"""What is sent to the database meanwhile: one entry a round trip, by whatever way it comes to the driver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.runtime.db.session import Database


@asynccontextmanager
async def sent_to(database: Database) -> AsyncIterator[list[str]]:
    """The texts of the statements, each once; complete when the block has ended."""
    engine = database.bind
    assert isinstance(engine, AsyncEngine)
    sent: list[str] = []
    heard: set[Any] = set()

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        sent.append(query.query)

    def listen(adapter: Any, *_: Any) -> None:
        connection = adapter.driver_connection
        if connection not in heard:
            heard.add(connection)
            connection.add_query_logger(note)

    def note_executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine.sync_engine, "checkout", listen)
    event.listen(engine.sync_engine, "before_cursor_execute", note_executed)
    try:
        yield sent
        # Of what SQLAlchemy prepares the driver tells nothing; of the rest, at the loop's next turn.
        await asyncio.sleep(0)
    finally:
        event.remove(engine.sync_engine, "checkout", listen)
        event.remove(engine.sync_engine, "before_cursor_execute", note_executed)
        for connection in heard:
            if not connection.is_closed():
                connection.remove_query_logger(note)
