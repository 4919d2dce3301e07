from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import pytest

from app import registry
from app.kernel.events import Event
from app.kernel.ids import new_id
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.jobs.handlers import Handlers, HandlerTable, Outgoing, Work
from app.runtime.resources import Resources

pytestmark = pytest.mark.unit

NOW = datetime(2027, 3, 1, tzinfo=UTC)


class KettleBoiled(Event):
    name: ClassVar[str] = "kettle.boiled"


class KettleBoiledAgain(Event):
    name: ClassVar[str] = "kettle.boiled"
    version: ClassVar[int] = 2


async def change(session: WriteSession, event: Event, work: Work) -> None: ...


async def tell(session: ReadSession, event: Event, work: Work) -> Sequence[Outgoing]:
    return ()


async def tidy(resources: Resources) -> None: ...


class TestHandlerTable:
    def test_handlers_are_found_by_name_and_version(self):
        one, other = Handlers(), Handlers()
        one.on("tea.make", KettleBoiled)(change)
        other.deliver("tea.announce", KettleBoiled)(tell)

        table = HandlerTable([one, other], [KettleBoiled, KettleBoiledAgain])

        assert [handler.name for handler in table.of("kettle.boiled", 1) or ()] == ["tea.make", "tea.announce"]
        assert table.of("kettle.boiled", 2) == []

    @pytest.mark.parametrize(("name", "version"), [("kettle.boiled", 3), ("kettle.cooled", 1)])
    def test_what_this_release_does_not_know_is_told_apart_from_what_nobody_listens_to(self, name: str, version: int):
        assert HandlerTable([], [KettleBoiled]).of(name, version) is None

    def test_one_name_for_two_pieces_of_work_is_refused(self):
        handlers = Handlers()
        handlers.on("tea.make", KettleBoiled)(change)
        handlers.every("tea.make", seconds=60)(tidy)

        with pytest.raises(ValueError, match=r"registered twice: tea\.make"):
            HandlerTable([handlers], [KettleBoiled])

    def test_the_programs_own_table_stands(self):
        table = registry.handler_table()

        assert "customers.forget_old_codes" in {schedule.name for schedule in table.schedules}
        assert [handler.name for handler in table.of("customers.code_requested", 1) or ()] == ["customers.send_code"]


class TestWork:
    def test_letters_have_the_same_id_each_time_and_one_of_their_own_for_each_recipient_and_handler(self):
        message_id, resources = new_id(), cast(Resources, None)

        def ids(handler: str) -> list[Any]:
            work = Work(handler, message_id, NOW, NOW, resources)
            return [
                work.mail("ann@example.com", "Hello", "Ann").id,
                work.mail("bob@example.com", "Hello", "Bob").id,
                work.sms("+14155550134", "Hello").id,
            ]

        assert ids("tea.announce") == ids("tea.announce")
        assert len({*ids("tea.announce"), *ids("tea.invite")}) == 6
