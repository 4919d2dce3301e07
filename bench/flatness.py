"""Whether a search stays as fast while the market grows: `python -m bench.flatness`, by night.

The same search in the same towns, with the same companies in reach: once where there are 500 companies with 100,000
reservations, once where there are 50,000 with 5,000,000, in turns. Both grounds are made for it and dropped. Needs
DATABASE_URL (an administrator's) and REDIS_URL, a quarter of an hour, and 6 GB of disk. Exits with 1 when the larger
one is too slow.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url

from app.runtime.db.bootstrap import prepare_database
from bench.callers import post, settings_of
from bench.figures import Figure, middle, percentile, print_table
from bench.ground import Ground, drop_database, fill, migrate
from bench.listing import WrongAnswer
from bench.load import Client, Load
from bench.searching import search_of
from bench.serving import Serving

FLATNESS: Final = Path(__file__).with_name("flatness.sql")
NEAR: Final = 500
MOST_TIMES: Final = 1.3
ROUNDS: Final = 12
READY: Final = "/health/ready"


@dataclass(frozen=True, slots=True)
class Size:
    """`history`: how often the last two years of those near by are in the years before, too."""

    name: str
    companies: int
    history: int


SMALL: Final = Size("flat_small", NEAR, 0)
BIG: Final = Size("flat_big", 50_000, 10)


async def make_flat_ground(admin_url: str, size: Size) -> Ground:
    own = make_url(admin_url).set(drivername="postgresql")
    url = own.set(database=f"{own.database or 'movehub'}_{size.name}").render_as_string(hide_password=False)
    urls = await prepare_database(url)
    await asyncio.to_thread(migrate, urls)
    connection = await asyncpg.connect(url)
    try:
        await fill(connection, size.companies, near=NEAR, jobs=FLATNESS, history=size.history)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return Ground(url, urls, size.companies)


async def drop_flat_ground(admin_url: str, ground: Ground) -> None:
    own = make_url(admin_url).set(drivername="postgresql")
    await drop_database(own.render_as_string(hide_password=False), make_url(ground.admin_url).database or "")


def measure_flatness(client: Client, apis: Sequence[Serving], requests: Sequence[list[bytes]]) -> list[Figure]:
    """`requests`: in rounds; the first of them warms both. Raises: WrongAnswer."""
    taken: list[list[float]] = [[] for _ in apis]
    for number, asked in enumerate(requests):
        for api, latencies in zip(apis, taken, strict=True):
            outcome = client.drive(Load(api.ports, [asked], keeps_bodies=True))
            if set(outcome.statuses) != {200}:
                raise WrongAnswer(f"Searches were answered with {set(outcome.statuses)}: {outcome.bodies[0][:500]!r}")
            if number:
                latencies += [1000 * one for one in outcome.latencies]
    small, big = taken
    name = f"search among {BIG.companies:,} companies, beside {SMALL.companies:,}"
    most = f"<= {MOST_TIMES}"
    return [
        Figure(f"{name}: p95", percentile(big, 0.95), percentile(small, 0.95), "ms", most),
        Figure(f"{name}: middle", middle(big), middle(small), "ms", most),
    ]


async def measure(admin_url: str, redis_url: str, folder: Path) -> list[Figure]:
    async with AsyncExitStack() as stack:
        grounds = []
        for size in (SMALL, BIG):
            ground = await make_flat_ground(admin_url, size)
            stack.push_async_callback(drop_flat_ground, admin_url, ground)
            grounds.append(ground)
        towns = grounds[0].places()[:-1]
        days = [[post("/v1/search", search_of(place, 3 + day)) for place in towns] for day in range(ROUNDS)]
        apis = [
            stack.enter_context(
                Serving(
                    ("app", "serve"),
                    settings_of(ground, redis_url, folder),
                    folder / f"{number}.log",
                    ready_path=READY,
                )
            )
            for number, ground in enumerate(grounds)
        ]
        return measure_flatness(stack.enter_context(Client()), apis, days)


def main() -> int:
    admin_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not admin_url or not redis_url:
        print("DATABASE_URL and REDIS_URL are not set.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="movehub-flatness-") as name:
        figures = asyncio.run(measure(admin_url, redis_url, Path(name)))
    print_table(figures)
    return 0 if figures[0].ratio <= MOST_TIMES else 1


if __name__ == "__main__":
    sys.exit(main())
