"""Schedules: each turn is taken by one worker, by moving the row's `due_at` on; no lock is held while it runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Schedule
from app.runtime.jobs.models import ScheduleTurn
from app.runtime.resources import Resources

logger = logging.getLogger("movehub.schedules")

LOOK_SECONDS: Final = 1.0


class Scheduler:
    """Turns that were missed because no worker ran are made up for by one; a failed one waits for the next."""

    def __init__(self, schedules: Sequence[Schedule], resources: Resources) -> None:
        self._schedules = schedules
        self._resources = resources
        self._look_at: dict[str, datetime] = {}

    async def step(self) -> float:
        """Run what is due; the seconds until it is worth looking again."""
        for schedule in self._schedules:
            now = self._resources.clock.now()
            if now >= self._look_at.get(schedule.name, now) and await self._take_turn(schedule, now):
                await self._run(schedule)
        return LOOK_SECONDS

    async def _take_turn(self, schedule: Schedule, now: datetime) -> bool:
        """Whether this worker has the turn; another's next one is remembered, so that it is not asked for in vain."""
        due_at = now + schedule.period
        turn = pg.insert(ScheduleTurn).values(name=schedule.name, due_at=due_at)
        # Never further away than a period: a shortened one counts at once.
        is_due = sa.or_(ScheduleTurn.due_at <= now, ScheduleTurn.due_at > due_at)
        taken = turn.on_conflict_do_update(
            index_elements=[ScheduleTurn.name], set_={"due_at": turn.excluded.due_at}, where=is_due
        ).returning(ScheduleTurn.name)
        next_turn = sa.select(ScheduleTurn.due_at).where(ScheduleTurn.name == schedule.name)
        async with self._resources.database.write(Identity(Audience.WORKER)) as session:
            has_turn = (await session.execute(taken)).scalar_one_or_none() is not None
            self._look_at[schedule.name] = due_at if has_turn else (await session.execute(next_turn)).scalar_one()
        return has_turn

    async def _run(self, schedule: Schedule) -> None:
        try:
            await schedule.run(self._resources)
        except Exception:
            # One schedule's fault is not the others'; it has its next turn in a period.
            logger.exception("a schedule failed", extra={"schedule": schedule.name})
