"""Searching twenty priced offers: what one costs the API process, and PostgreSQL beside it."""

from __future__ import annotations

import json
from typing import Any, Final

import asyncpg

from bench.callers import post
from bench.figures import Figure, percentile
from bench.ground import Ground, a_day_ahead
from bench.listing import WrongAnswer
from bench.load import Client, Load
from bench.serving import Serving, cpu_ms_of

CONNECTIONS: Final = 4
OFFERS: Final = 20
MOST_CPU_MS: Final = 40.0
SEARCHES: Final = 160
BACKENDS: Final = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'movehub-api' AND datname = current_database()"
)


def _search(place: dict[str, str], days: int) -> dict[str, Any]:
    return {
        "origin": place,
        "destination": place | {"line1": "99 Second Street"},
        "starts_at": a_day_ahead(days, hour=17).isoformat(),
        "home_size": "two_bedroom",
        "limit": OFFERS,
    }


async def measure_search(client: Client, api: Serving, ground: Ground) -> list[Figure]:
    """Each search asks for another town or another day. Raises: WrongAnswer for fewer offers than twenty."""
    towns = ground.places()[:-1]
    bodies = [_search(place, days) for days in range(3, 35) for place in towns]
    requests = [post("/v1/search", body) for body in bodies]
    # The first of each town compiles its companies' price lists, once in the life of a process.
    first = client.drive(Load(api.port, [requests[: len(towns)]], keeps_bodies=True))
    _refuse_short(first.bodies, set(first.statuses))
    measured = [requests[len(towns) + at : len(towns) + SEARCHES : CONNECTIONS] for at in range(CONNECTIONS)]
    backends = await _backends(ground.admin_url)
    before, before_there = api.cpu_ms, sum(map(cpu_ms_of, backends))
    outcome = client.drive(Load(api.port, measured, keeps_bodies=True))
    spent, spent_there = api.cpu_ms - before, sum(map(cpu_ms_of, backends)) - before_there
    _refuse_short(outcome.bodies, set(outcome.statuses))
    count = len(outcome.latencies)
    figures = [
        Figure(f"search {OFFERS} priced offers, CPU of the API", spent / count, MOST_CPU_MS, "ms", "<= 1"),
        Figure(
            "search, latency of the slowest in twenty", percentile(outcome.latencies, 0.95) * 1000, MOST_CPU_MS, "ms"
        ),
    ]
    if backends:
        figures.insert(1, Figure("search, CPU of PostgreSQL", spent_there / count, MOST_CPU_MS, "ms"))
    return figures


def _refuse_short(bodies: list[bytes], statuses: set[int]) -> None:
    if statuses != {200}:
        raise WrongAnswer(f"A search was answered with {statuses}: {bodies[0][:500]!r}")
    fewest = min(len(json.loads(body)["offers"]) for body in bodies)
    if fewest < OFFERS:
        raise WrongAnswer(f"A search found {fewest} offers, not {OFFERS}.")


async def _backends(admin_url: str) -> list[int]:
    """The API's connections as processes, where PostgreSQL runs on this machine; else none."""
    connection = await asyncpg.connect(admin_url)
    try:
        pids = [row["pid"] for row in await connection.fetch(BACKENDS)]
    finally:
        await connection.close()
    try:
        for pid in pids:
            cpu_ms_of(pid)
    except OSError:
        return []
    return pids
