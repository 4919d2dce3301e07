"""Booking by hand, beside pgbench with the statements of the same transaction, in turns."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg

from app.runtime.settings import Settings
from bench.callers import owner_token, post
from bench.figures import Figure, middle
from bench.ground import Company, Ground, a_day_ahead
from bench.listing import WrongAnswer
from bench.load import Client, Load
from bench.recording import Plan, record
from bench.serving import Served

CONNECTIONS: Final = 16
LENGTH: Final = timedelta(minutes=30)
# More than a connection books in a second, and than one of pgbench's clients in a round.
MOST_A_SECOND: Final = 120
MOST_A_ROUND: Final = 3_000
FIRST_DAY: Final = 90
CROWD: Final = 64
MOST_OF_ONE_A_SECOND: Final = 8
MOST_TIMES: Final = 3.0
# Windows of each truck that the measure of bookings may have taken.
MOST_BEFORE: Final = 5_000
# Windows of one truck that leave time for the way between.
APART: Final = 3
TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
FLEET: Final = "SELECT id::text FROM app.resources WHERE org_id = $1 AND kind = $2 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Who books: a company with a truck and a driver for every connection, ours and pgbench's, and one more."""

    company: Company
    trucks: tuple[str, ...]
    drivers: tuple[str, ...]
    place: dict[str, str]
    first_start: datetime

    def body(self, unit: int, turn: int) -> dict[str, Any]:
        """The booking of a unit's truck in its window number `turn`."""
        starts_at = self.first_start + turn * LENGTH
        return {
            "window": {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + LENGTH).isoformat()},
            "truck_ids": [self.trucks[unit]],
            "driver_ids": [self.drivers[unit]],
            "origin": self.place,
            "destination": self.place | {"line1": "99 Second Street"},
            "contact": {"full_name": "A Customer", "phone": "+14155550123"},
            "price": {"amount": "812.50"},
        }


async def find_dispatcher(ground: Ground, company: Company) -> Dispatcher:
    connection = await asyncpg.connect(ground.admin_url)
    try:
        trucks, drivers = [
            tuple(row["id"] for row in await connection.fetch(FLEET, company.org_id, kind))
            for kind in ("truck", "driver")
        ]
    finally:
        await connection.close()
    return Dispatcher(company, trucks, drivers, ground.places()[0], a_day_ahead(FIRST_DAY, hour=0))


async def record_script(settings: Settings, dispatcher: Dispatcher) -> str:
    """One booking as the program makes it, for pgbench's clients, who have the second sixteen trucks."""
    company, last = dispatcher.company, len(dispatcher.trucks) - 1
    theirs = slice(CONNECTIONS, 2 * CONNECTIONS)
    plan = Plan(
        token=owner_token(company),
        bodies=(dispatcher.body(last, 0), dispatcher.body(CONNECTIONS, 0)),
        trucks=dispatcher.trucks[theirs],
        drivers=dispatcher.drivers[theirs],
        starts_at=dispatcher.first_start,
        length=LENGTH,
        constants=frozenset(map(str, (company.org_id, company.user_id, company.session_id))),
    )
    return "\n".join(await record(settings, plan)) + "\n"


@dataclass(frozen=True, slots=True)
class Pgbench:
    """The limit: the script, run by as many clients as we have connections."""

    url: str
    script: Path

    def run(self, seconds: float, first: int) -> float:
        """Transactions a second; `first` is the number before the first window. Raises: WrongAnswer."""
        command = [_program(), "-n", "-M", "prepared", "-j", "1", "-c", str(CONNECTIONS), "-T", f"{seconds:.0f}"]
        command += ["-D", f"n={first}", "-f", str(self.script), self.url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = TPS.search(done.stdout)
        if done.returncode or found is None:
            raise WrongAnswer(f"pgbench cannot run the transaction: {done.stderr[-1500:]}")
        return float(found[1])


def _program() -> str:
    """The newest pgbench of this machine. Raises: WrongAnswer when there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), key=lambda path: int(path.parts[4]))
    found = shutil.which("pgbench") or (str(installed[-1]) if installed else None)
    if found is None:
        raise WrongAnswer("There is no pgbench on this machine: it is in Debian's package postgresql-15.")
    return found


def measure_booking(
    client: Client,
    api: Served,
    all_of_it: Served,
    dispatcher: Dispatcher,
    limit: Pgbench,
    *,
    rounds: int,
    seconds: float,
) -> list[Figure]:
    """Each connection books one truck's windows, one after the other: by one process, and by as many as the limit has
    processors. Raises: WrongAnswer.
    """
    ours = _Turn(client, dispatcher)
    for served in (api, all_of_it):
        ours.run(1.0, served)
    limit.run(1.0, 0)
    taken = [
        (limit.run(seconds, number * MOST_A_ROUND), ours.run(seconds, api), ours.run(seconds, all_of_it))
        for number in range(1, rounds + 1)
    ]
    limits = [theirs for theirs, _, _ in taken]
    return [
        Figure(
            "create a booking by hand, one process",
            middle([mine[0] for _, mine, _ in taken]),
            middle(limits),
            "bookings/s",
            ">= 0.25",
        ),
        Figure(
            "create a booking by hand, a process for each processor",
            middle([mine[0] for _, _, mine in taken]),
            middle(limits),
            "bookings/s",
            ">= 0.35",
        ),
        # Held against the time that the limit leaves one client's transaction on all processors together.
        Figure(
            "create a booking by hand, CPU of the process",
            middle([mine[1] for _, mine, _ in taken]),
            middle([1000 / theirs for theirs in limits]),
            "ms/booking",
        ),
    ]


def measure_contention(
    client: Client, api: Served, dispatcher: Dispatcher, *, rounds: int, seconds: float
) -> list[Figure]:
    """What a booking takes when 64 want one truck at once, each at an hour of its own, so that all get it one after the
    other: how often the time of a booking when each connection has a truck. Raises: WrongAnswer.
    """
    apart, crowded = _Turn(client, dispatcher, first=MOST_BEFORE), _Crowd(client, api, dispatcher)
    apart.run(1.0, api)
    crowded.run(1.0)
    taken = [(apart.run(seconds, api)[0], crowded.run(seconds)) for _ in range(rounds)]
    times = middle([alone / together for alone, together in taken])
    return [Figure(f"a booking where {CROWD} want one truck, in bookings apart", times, MOST_TIMES, "times", "< 1")]


class _Crowd:
    """All want the last truck but one, which nobody else books."""

    def __init__(self, client: Client, api: Served, dispatcher: Dispatcher) -> None:
        self._client = client
        self._api = api
        self._dispatcher = dispatcher
        self._windows = count()

    def run(self, seconds: float) -> float:
        """Bookings a second."""
        token, unit = owner_token(self._dispatcher.company), len(self._dispatcher.trucks) - 2
        requests = [
            [
                post(
                    "/v1/bookings",
                    self._dispatcher.body(unit, next(self._windows) * APART),
                    token=token,
                    key=uuid4().hex,
                )
                for _ in range(int(seconds * MOST_OF_ONE_A_SECOND))
            ]
            for _ in range(CROWD)
        ]
        outcome = self._client.drive(Load(self._api.ports, requests, seconds))
        # Who waits too long for a connection is told to come again, and has not booked.
        if not set(outcome.statuses) <= {201, 503}:
            raise WrongAnswer(f"Bookings of one truck were answered with {dict(outcome.statuses)}.")
        return outcome.statuses[201] / outcome.seconds

    def _body(self, unit: int) -> dict[str, Any]:
        return self._dispatcher.body(unit, next(self._windows) * APART)


class _Turn:
    def __init__(self, client: Client, dispatcher: Dispatcher, *, first: int = 0) -> None:
        self._client = client
        self._dispatcher = dispatcher
        self._first = first

    def run(self, seconds: float, api: Served) -> tuple[float, float]:
        """Bookings a second, and the processes' CPU in ms for each."""
        token = owner_token(self._dispatcher.company)
        turns = range(self._first, self._first + int(seconds * MOST_A_SECOND))
        self._first = turns.stop
        requests = [
            [post("/v1/bookings", self._dispatcher.body(unit, turn), token=token, key=uuid4().hex) for turn in turns]
            for unit in range(CONNECTIONS)
        ]
        before = api.cpu_ms
        outcome = self._client.drive(Load(api.ports, requests, seconds))
        if set(outcome.statuses) != {201}:
            raise WrongAnswer(f"Bookings were answered with {dict(outcome.statuses)}.")
        return outcome.per_second, (api.cpu_ms - before) / len(outcome.latencies)
