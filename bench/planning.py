"""How long the plan of a large day takes: 100 jobs, 50 trucks and their 150 people.

`python -m bench.planning` prints the seconds of drafting and of solving, and what came of it; it fails where a
dispatcher waits for longer than the limit, or where a job is left over.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

from app.adapters.solving.highs import HighsSolver
from app.kernel.geo import Point
from app.modules.bookings.public import DayJob, Lacking
from app.modules.calendar.public import ResourceKind, ResourceSpec, Stops, Window
from app.modules.dispatch.rules import Day, draft_program, read_plan
from app.modules.verification.public import Trip

TRUCKS: Final = 50
JOBS: Final = 100
MOST_SECONDS: Final = 8.0
MORNING: Final = datetime(2027, 3, 8, 15, tzinfo=UTC)
CALIFORNIA: Final = Trip("US", "CA", "US", "CA")
YARD: Final = Point(lat=37.76, lng=-122.39)


def _id(number: int) -> UUID:
    return UUID(int=number)


def _near(chance: random.Random) -> Point:
    return Point(lat=YARD.lat + chance.uniform(-0.2, 0.2), lng=YARD.lng + chance.uniform(-0.2, 0.2))


def large_day() -> Day:
    """Each truck has a job in the morning and one in the afternoon, given out as they were booked."""
    chance = random.Random(5)
    trucks = [
        ResourceSpec(_id(1000 + n), ResourceKind.TRUCK, chance.choice((800, 1200, 1600)), 10_000) for n in range(TRUCKS)
    ]
    drivers = [ResourceSpec(_id(2000 + n), ResourceKind.DRIVER) for n in range(TRUCKS)]
    helpers = [ResourceSpec(_id(3000 + n), ResourceKind.HELPER) for n in range(2 * TRUCKS)]
    jobs = []
    for number in range(JOBS):
        truck, is_later = number % TRUCKS, number >= TRUCKS
        starts_at = MORNING + timedelta(hours=6 * is_later, minutes=15 * chance.randrange(0, 5))
        length = timedelta(minutes=15 * chance.randrange(10, 17))
        crew = chance.choice((2, 2, 3))
        team = (drivers[truck].id, *(one.id for one in helpers[2 * truck : 2 * truck + crew - 1]))
        jobs.append(
            DayJob(
                booking_id=_id(4000 + number),
                leg=None,
                reference=f"MH-{number}",
                version=1,
                is_assigned=False,
                window=Window(starts_at, starts_at + length),
                arrives_until=None,
                zone="America/Los_Angeles",
                stops=Stops(_near(chance), _near(chance)),
                trip=CALIFORNIA,
                volume_cuft=chance.randrange(300, trucks[truck].capacity_cuft),
                weight_lb=5_000,
                skills=(),
                truck_features=(),
                crew_size=crew,
                truck_ids=(trucks[truck].id,),
                driver_ids=team,
            )
        )
    yards = dict.fromkeys((one.id for one in trucks), YARD)
    papers = {one.key: Lacking(None, frozenset()) for one in jobs}
    return Day(tuple(jobs), (*trucks, *drivers, *helpers), {}, yards, papers, MORNING - timedelta(days=1))


def main() -> int:
    day = large_day()
    started = perf_counter()
    draft = draft_program(day)
    drafted = perf_counter()
    choice = asyncio.run(HighsSolver().solve(draft.program))
    solved = perf_counter()
    plan = read_plan(day, draft, choice)
    print(f"{len(draft.columns):,} columns, {len(draft.rows):,} rows")
    print(f"drafted {drafted - started:6.1f} s")
    print(f"solved  {solved - drafted:6.1f} s   {'the best there is' if plan.is_best else 'stopped by the clock'}")
    print(f"{len(plan.planned)} jobs planned, {len(plan.left)} left   (in at most {MOST_SECONDS} s)")
    return 0 if solved - started <= MOST_SECONDS and not plan.left else 1


if __name__ == "__main__":
    sys.exit(main())
