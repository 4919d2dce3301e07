"""Statements made ready: they act in the session's transaction, and leave no connection in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.runtime.db.base import enum_column
from app.runtime.db.constraints import AlreadyExists, DatabaseTimedOut
from app.runtime.db.session import Database, WriteSession
from app.runtime.db.statements import Ready, ReadyInsert
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.models import InboxMessage
from tests.conftest import Logins
from tests.runtime.test_constraints import connected
from tests.statements import sent_to

pytestmark = pytest.mark.integration


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


PROBE = sa.Table(
    "probe",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("size", enum_column(Size, "size")),
    sa.Column("said", pg.JSONB),
    sa.Column("during", pg.TSTZRANGE),
)
MAKE = "CREATE TEMP TABLE probe (id int UNIQUE, size text, said jsonb, during tstzrange) ON COMMIT DROP"
INSERT = ReadyInsert(PROBE)
OTHER = PROBE.to_metadata(sa.MetaData(), name="other")
MAKE_OTHER = MAKE.replace("probe", "other")
INSERT_OTHER = ReadyInsert(OTHER)
INSERT_ABSENT = ReadyInsert(PROBE, "ON CONFLICT DO NOTHING")
INSERT_ONE = Ready(sa.insert(PROBE).returning(PROBE.c.id))
BY_SIZE = Ready(sa.select(PROBE).where(PROBE.c.size == sa.bindparam("size", type_=PROBE.c.size.type)))
FIRST_SMALL = Ready(sa.select(PROBE.c.id).where(PROBE.c.size == Size.SMALL).order_by(PROBE.c.id).limit(1))
SLEEP = "SELECT pg_sleep(30)"
WEEK: pg.Range[datetime] = pg.Range(None, None)


def row(number: int, size: Size = Size.SMALL) -> dict[str, object]:
    return {"id": number, "size": size, "said": {"a": [number, None]}, "during": WEEK}


@pytest.fixture
async def as_admin(logins: Logins) -> AsyncIterator[Database]:
    async with connected(logins.admin, pool_size=1) as database:
        yield database


@pytest.fixture
async def session(as_admin: Database) -> AsyncIterator[WriteSession]:
    async with as_admin.write(Identity()) as session:
        await session.execute(sa.text(MAKE))
        yield session


class TestReady:
    async def test_values_go_out_as_their_types_want_and_rows_come_back_by_name(self, session: WriteSession) -> None:
        (made,) = await INSERT_ONE.rows(session, row(1))
        assert made.id == 1
        (found,) = await BY_SIZE.rows(session, {"size": Size.SMALL})
        assert (found.id, found.size, found.said) == (1, "small", {"a": [1, None]})
        with pytest.raises(AttributeError, match="colour"):
            found.colour  # noqa: B018

    async def test_values_in_the_statement_stay(self, session: WriteSession) -> None:
        await INSERT.insert(session, [row(3), row(2), row(1, Size.LARGE)])
        assert [one.id for one in await FIRST_SMALL.rows(session, {})] == [2]

    async def test_a_value_that_is_missing_is_named(self, session: WriteSession) -> None:
        with pytest.raises(KeyError, match="size"):
            await BY_SIZE.rows(session, {})

    async def test_what_the_session_has_yet_to_write_is_written_first(
        self, worker_database: Database, clock: ManualClock
    ) -> None:
        handled = Ready(sa.select(InboxMessage.message_id).where(InboxMessage.consumer == "probe"))
        message_id = new_id()
        async with worker_database.write(Identity(Audience.WORKER)) as session:
            session.add(InboxMessage(consumer="probe", message_id=message_id, received_at=clock.now()))
            assert [row.message_id for row in await handled.rows(session, {})] == [message_id]
            await session.rollback()


class TestReadyInsert:
    async def test_any_number_in_one_trip(self, as_admin: Database) -> None:
        async with sent_to(as_admin) as sent, as_admin.write(Identity()) as session:
            await session.execute(sa.text(MAKE))
            assert await INSERT.insert(session, [row(number) for number in range(50)]) == 50
            assert len(await BY_SIZE.rows(session, {"size": Size.SMALL})) == 50
        assert len([text for text in sent if text.startswith("INSERT")]) == 1

    def test_several_rows_with_an_array_each_are_refused(self) -> None:
        insert = ReadyInsert(sa.Table("tagged", sa.MetaData(), sa.Column("tags", pg.ARRAY(sa.Text))))
        assert insert.text(("tags",), 1, is_one=True) == "INSERT INTO tagged (tags) VALUES ($1)  RETURNING 1"
        with pytest.raises(ValueError, match="tags would be flattened"):
            insert.text(("tags",), 1, is_one=False)

    async def test_those_in_conflict_are_not_counted(self, session: WriteSession) -> None:
        await INSERT.insert(session, [row(1)])
        assert await INSERT_ABSENT.insert(session, [row(1), row(2)]) == 1


class TestInsertLast:
    async def test_rows_of_several_tables_travel_as_the_last_statement(self, as_admin: Database) -> None:
        async with sent_to(as_admin) as sent, as_admin.write(Identity()) as session:
            await session.execute(sa.text(MAKE))
            await session.execute(sa.text(MAKE_OTHER))
            INSERT.insert_last(session, [row(1)])
            INSERT_OTHER.insert_last(session, [row(2), row(3)])
            INSERT.insert_last(session, [{"id": 4}])
            assert await session.fetch("SELECT id FROM probe UNION ALL SELECT id FROM other") == []
            session.put_off(count_them)
            await session.finish()
            found = await session.fetch("SELECT 1 AS place, * FROM probe UNION ALL SELECT 2, * FROM other ORDER BY id")
            assert [(one.place, one.id, one.size) for one in found] == [
                (1, 1, "small"),
                (2, 2, "small"),
                (2, 3, "small"),
                (1, 4, None),
            ]
        assert len([text for text in sent if "INSERT" in text]) == 1

    async def test_what_an_attempt_gathered_goes_with_it(self, session: WriteSession) -> None:
        async def fail() -> None:
            async with session.attempt():
                INSERT.insert_last(session, [row(2)])
                raise ZeroDivisionError

        INSERT.insert_last(session, [row(1)])
        with pytest.raises(ZeroDivisionError):
            await fail()
        await session.finish()
        assert [one.id for one in await session.fetch("SELECT id FROM probe")] == [1]

    async def test_a_refusal_is_the_domains_error(self, as_admin: Database) -> None:
        async def insert_twice() -> None:
            async with as_admin.write(Identity()) as session:
                await session.execute(sa.text(MAKE))
                INSERT.insert_last(session, [row(1)])
                INSERT.insert_last(session, [row(1)])

        with pytest.raises(AlreadyExists):
            await insert_twice()


async def count_them(session: WriteSession) -> None:
    """Is done before what was gathered is written."""
    assert await session.fetch("SELECT 1 FROM probe") == []


class TestTransaction:
    async def test_a_refusal_is_the_domains_error_and_undoes_all(self, as_admin: Database) -> None:
        async def insert_twice() -> None:
            async with as_admin.write(Identity()) as session:
                await session.execute(sa.text(MAKE))
                await INSERT.insert(session, [row(1), row(1)])

        with pytest.raises(AlreadyExists):
            await insert_twice()
        async with as_admin.write(Identity()) as session:
            await session.execute(sa.text(MAKE))  # the table went with its transaction, and the connection is clean

    async def test_one_that_takes_too_long_is_told_as_that(self, as_admin: Database) -> None:
        async def sleep() -> None:
            async with as_admin.write(Identity()) as session:
                await session.execute(sa.text("SET LOCAL statement_timeout = '20ms'"))
                await session.fetch(SLEEP)

        with pytest.raises(DatabaseTimedOut):
            await sleep()

    async def test_a_connection_on_which_one_was_cancelled_is_thrown_away(self, as_admin: Database) -> None:
        async def sleep() -> None:
            async with as_admin.write(Identity()) as session:
                numbers.append((await session.fetch("SELECT pg_backend_pid() AS pid"))[0].pid)
                begun.set()
                await session.fetch(SLEEP)

        begun, numbers = asyncio.Event(), list[int]()
        asleep = asyncio.create_task(sleep())
        await begun.wait()
        asleep.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asleep
        # The pool has one place: another connection stands in it now.
        async with as_admin.write(Identity()) as session:
            numbers.append((await session.fetch("SELECT pg_backend_pid() AS pid"))[0].pid)
        assert len(set(numbers)) == 2
