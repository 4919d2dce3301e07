"""`python -m bench`: what the program does in a second, beside the bare limits of the same machine.

Needs DATABASE_URL (an administrator's) and REDIS_URL. Prints a table and writes bench/latest.json. Exits with 1 when
something could not be measured, and never because a figure is poor.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from pydantic import SecretStr

from app.runtime.db.bootstrap import CannotPrepare
from app.runtime.settings import DatabaseSettings, Environment, HttpSettings, Settings
from bench.boarding import fill_board, measure_board, record_board
from bench.booking import Dispatcher, Pgbench, find_dispatcher, measure_booking, measure_contention, record_script
from bench.callers import AUTH, PUBLIC_URL, settings_of
from bench.expiring import measure_sweep
from bench.figures import Figure, middle, print_table, write_figures
from bench.ground import COMPANIES, DISPATCHED, FEW_COMPANIES, Ground, find_companies, make_ground
from bench.listing import CONNECTIONS, WrongAnswer, bare_environ, measure_list
from bench.load import HOST, Client, NoAnswer
from bench.racing import measure_race
from bench.recording import NotRecorded
from bench.searching import measure_dates, measure_own_search, measure_search
from bench.serving import DoesNotStart, Processes, Serving
from bench.tokens import measure_tokens

LATEST: Final = Path(__file__).with_name("latest.json")
MOST_RESIDENT_MB: Final = 180.0
MOST_SECONDS_TO_READY: Final = 3.0
STARTS: Final = 3
READY: Final = "/health/ready"
PARTS: Final = ("tokens", "start", "list", "board", "booking", "contention", "search", "own", "race", "sweep")
CANNOT_MEASURE: Final = (
    CannotPrepare,
    DoesNotStart,
    NoAnswer,
    NotRecorded,
    WrongAnswer,
    OSError,
    subprocess.CalledProcessError,
    asyncpg.PostgresError,
)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure the program beside the bare limits.")
    parser.add_argument("--small", action="store_true", help="800 companies and 80,000 bookings: a quick look")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each, of which the middle counts")
    parser.add_argument("--seconds", type=float, default=4.0, help="of one turn")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part alone; may be repeated")
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class Stage:
    """What the measures share."""

    ground: Ground
    redis_url: str
    folder: Path
    rounds: int
    seconds: float

    @property
    def environ(self) -> dict[str, str]:
        return settings_of(self.ground, self.redis_url, self.folder)

    @property
    def app_url(self) -> str:
        return self.ground.urls["MOVEHUB_DB__APP_URL"]

    def settings(self) -> Settings:
        """Of the program in this process, where its statements are recorded."""
        return Settings(
            environment=Environment.PRODUCTION,
            auth=AUTH,
            db=DatabaseSettings(app_url=SecretStr(self.app_url)),
            redis_url=SecretStr(self.redis_url),
            http=HttpSettings(public_url=PUBLIC_URL, hosts=(HOST,)),
        )

    async def find_dispatcher(self) -> Dispatcher:
        [company] = await find_companies(self.ground, [DISPATCHED])
        return await find_dispatcher(self.ground, company)

    def serve(self, number: int = 0) -> Serving:
        return Serving(("app", "serve"), self.environ, self.folder / f"api-{number}.log", ready_path=READY)

    @contextmanager
    def beside(self, api: Serving) -> Iterator[Processes]:
        """A process for each of the machine's processors, of which one runs."""
        with ExitStack() as stack:
            further = [stack.enter_context(self.serve(number)) for number in range(1, len(os.sched_getaffinity(0)))]
            yield Processes([api, *further])


async def measure(stage: Stage, parts: Sequence[str]) -> list[Figure]:
    """The figures of these parts, all of one API process."""
    figures = measure_tokens() if "tokens" in parts else []
    figures += [measure_start(stage)] if "start" in parts else []
    with Client() as client, stage.serve() as api:
        if "list" in parts:
            figures += await compare_lists(stage, client, api)
        if "board" in parts:
            figures += await compare_boards(stage, client, api)
        if "booking" in parts:
            figures += await compare_bookings(stage, client, api)
        if "contention" in parts:
            dispatcher = await stage.find_dispatcher()
            figures += measure_contention(client, api, dispatcher, rounds=stage.rounds, seconds=stage.seconds)
        if "search" in parts:
            figures += await measure_search(client, api, stage.ground)
            figures += await measure_dates(client, api, stage.ground)
        if "own" in parts:
            figures += await measure_own_search(client, api, stage.ground)
        if "race" in parts:
            with stage.beside(api) as all_of_it:
                figures += await measure_race(client, api, all_of_it, stage.ground)
        if "sweep" in parts:
            figures += await measure_sweep(stage.ground.admin_url, stage.redis_url)
        figures.append(Figure("API process, resident after all this", api.resident_mb, MOST_RESIDENT_MB, "MB", "< 1"))
    return figures


def measure_start(stage: Stage) -> Figure:
    taken = []
    for _ in range(STARTS):
        with stage.serve() as api:
            taken.append(api.seconds_until_ready)
    return Figure("API process, from start to ready", middle(taken), MOST_SECONDS_TO_READY, "s", "< 1")


async def compare_lists(stage: Stage, client: Client, api: Serving) -> list[Figure]:
    companies = await find_companies(stage.ground, range(1, CONNECTIONS + 1))
    environ = bare_environ(stage.environ, companies)
    with Serving(("bench.bare",), environ, stage.folder / "bare.log", ready_path="/0") as bare:
        return measure_list(client, api, bare, companies, rounds=stage.rounds, seconds=stage.seconds)


async def compare_boards(stage: Stage, client: Client, api: Serving) -> list[Figure]:
    dispatcher = await stage.find_dispatcher()
    path, kept = fill_board(client, api, dispatcher), stage.folder / "board.pickle"
    taken = await record_board(stage.settings(), dispatcher, path)
    await asyncio.to_thread(kept.write_bytes, pickle.dumps(taken))
    environ = stage.environ | {"BENCH_REPLAY": str(kept)}
    with Serving(("bench.replay",), environ, stage.folder / "replay.log", ready_path="/") as bare:
        return measure_board(client, api, bare, dispatcher, path, rounds=stage.rounds, seconds=stage.seconds)


async def compare_bookings(stage: Stage, client: Client, api: Serving) -> list[Figure]:
    """Of this process, and of it with others beside it."""
    dispatcher = await stage.find_dispatcher()
    limit = Pgbench(stage.app_url, stage.folder / "booking.pgbench")
    script = await record_script(stage.settings(), dispatcher)
    await asyncio.to_thread(limit.script.write_text, script)
    with stage.beside(api) as all_of_it:
        return measure_booking(client, api, all_of_it, dispatcher, limit, rounds=stage.rounds, seconds=stage.seconds)


def main() -> int:
    chosen = parse()
    admin_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not admin_url or not redis_url:
        print("DATABASE_URL and REDIS_URL are not set: `make bench` starts both and sets them.", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="movehub-bench-") as name:
            ground = asyncio.run(make_ground(admin_url, FEW_COMPANIES if chosen.small else COMPANIES))
            stage = Stage(ground, redis_url, Path(name), chosen.rounds, chosen.seconds)
            figures = asyncio.run(measure(stage, chosen.only or PARTS))
    except CANNOT_MEASURE as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print_table(figures)
    write_figures(LATEST, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
