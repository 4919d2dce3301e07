import asyncio
import logging

import pytest

from app.kernel.ports.queues import QueueUnavailable
from app.runtime.jobs import loop
from app.runtime.jobs.loop import keep_running

pytestmark = pytest.mark.unit


class Steps:
    """A step that plays a list: an exception is raised, a number is the wait; the stop comes after the last."""

    def __init__(self, *plays: Exception | float) -> None:
        self.plays = list(plays)
        self.taken = 0
        self.stopping = asyncio.Event()

    async def __call__(self) -> float:
        play = self.plays[self.taken]
        self.taken += 1
        if self.taken == len(self.plays):
            self.stopping.set()
        if isinstance(play, Exception):
            raise play
        return play


async def played(*plays: Exception | float) -> Steps:
    steps = Steps(*plays)
    async with asyncio.timeout(5):
        await keep_running("kettle", steps, steps.stopping)
    return steps


class TestKeepRunning:
    async def test_it_runs_until_it_is_told_to_stop(self):
        steps = await played(0.0, 0.0, 0.0)

        assert steps.taken == 3

    async def test_a_stop_ends_the_wait(self):
        steps = Steps(3_600.0)

        async with asyncio.timeout(10):
            await keep_running("kettle", steps, steps.stopping)

    async def test_an_outage_is_told_when_it_begins_and_when_it_ends(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        monkeypatch.setattr(loop, "FIRST_PAUSE_SECONDS", 0.001)
        caplog.set_level(logging.INFO)

        steps = await played(*[QueueUnavailable("ConnectionError")] * 4, 0.0, 0.0)

        assert steps.taken == 6
        assert [record.getMessage() for record in caplog.records] == [
            "kettle: QueueUnavailable",
            "kettle: running again",
        ]
        assert caplog.records[0].exc_info is None

    async def test_a_fault_of_ours_is_told_with_its_trace_and_the_loop_goes_on(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        monkeypatch.setattr(loop, "FIRST_PAUSE_SECONDS", 0.001)

        steps = await played(ZeroDivisionError(), 0.0)

        assert steps.taken == 2
        assert caplog.records[0].exc_info is not None
