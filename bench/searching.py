"""Searching twenty priced offers, and the prices of sixty days of two hundred companies: what it costs the API process,
and PostgreSQL, and how long one waits for it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from bench.callers import post
from bench.figures import Figure, middle, percentile
from bench.ground import Ground, a_day_ahead
from bench.listing import WrongAnswer
from bench.load import Client, Load, Outcome
from bench.serving import Serving, cpu_ms_of

CONNECTIONS: Final = 4
OFFERS: Final = 20
MOST_CPU_MS: Final = 40.0
SEARCHES: Final = 160
DATES: Final = 60
COMPANIES: Final = 200
# Some are always on leave, or closed; whoever is in reach is priced.
FEWEST_OFFERING: Final = 0.8
MOST_DATES_MS: Final = 300.0
BACKENDS: Final = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'movehub-api' AND datname = current_database()"
)
# Between the volumes of one bedroom and of three.
TELL_FIGURES: Final = """
INSERT INTO app.own_estimators (org_id, id, items, figures, updated_at)
SELECT id, gen_random_uuid(), '[]', jsonb_build_object('two_bedroom_volume', volume::text), now()
FROM (SELECT id, 600 + row_number() OVER () % 750 AS volume FROM app.organizations) AS companies
"""
TELL_STATISTICS: Final = "ANALYZE app.own_estimators"
FORGET_FIGURES: Final = "DELETE FROM app.own_estimators"


def search_of(place: dict[str, str], days: int) -> dict[str, Any]:
    """Twenty offers for two bedrooms, to be moved so many days ahead."""
    return {
        "origin": place,
        "destination": place | {"line1": "99 Second Street"},
        "starts_at": a_day_ahead(days, hour=17).isoformat(),
        "home_size": "two_bedroom",
        "limit": OFFERS,
    }


@dataclass(frozen=True, slots=True)
class _Spent:
    """What requests cost: milliseconds of processor each, and how long each took."""

    outcome: Outcome
    api_ms: float
    database_ms: float


async def _measure(client: Client, api: Serving, ground: Ground, requests: Sequence[Sequence[bytes]]) -> _Spent:
    backends = await _backends(ground.admin_url)
    before, before_there = api.cpu_ms, sum(map(cpu_ms_of, backends))
    outcome = client.drive(Load(api.ports, requests, keeps_bodies=True))
    count = len(outcome.latencies)
    return _Spent(outcome, (api.cpu_ms - before) / count, (sum(map(cpu_ms_of, backends)) - before_there) / count)


async def measure_search(client: Client, api: Serving, ground: Ground) -> list[Figure]:
    """Each search asks for another town or another day. Raises: WrongAnswer for fewer offers than twenty."""
    spent = await _search(client, api, ground)
    return _figures(f"search {OFFERS} priced offers", spent, MOST_CPU_MS)


async def measure_own_search(client: Client, api: Serving, ground: Ground) -> list[Figure]:
    """The same where each company says something else of what a home holds, so that no two are estimated as one; its
    limit is the search where none says anything. Raises: WrongAnswer.
    """
    usual = await _search(client, api, ground)
    async with _own_figures(ground):
        own = await _search(client, api, ground)
    name = f"search {OFFERS} offers of {COMPANIES} companies with own figures"
    return [
        Figure(f"{name}, CPU of the API", own.api_ms, usual.api_ms, "ms", "<= 1.5"),
        Figure(f"{name}, CPU of PostgreSQL", own.database_ms, usual.database_ms, "ms"),
        Figure(
            f"{name}, latency of the middle one",
            middle(own.outcome.latencies) * 1000,
            middle(usual.outcome.latencies) * 1000,
            "ms",
        ),
    ]


@asynccontextmanager
async def _own_figures(ground: Ground) -> AsyncIterator[None]:
    """Every company has a volume of its own for the home that is searched with, meanwhile."""
    connection = await asyncpg.connect(ground.admin_url)
    try:
        await connection.execute(TELL_FIGURES)
        await connection.execute(TELL_STATISTICS)
        yield
    finally:
        await connection.execute(FORGET_FIGURES)
        await connection.close()


async def _search(client: Client, api: Serving, ground: Ground) -> _Spent:
    towns = ground.places()[:-1]
    bodies = [search_of(place, days) for days in range(3, 35) for place in towns]
    requests = [post("/v1/search", body) for body in bodies]
    # The first of each town compiles its companies' price lists, once in the life of a process.
    first = client.drive(Load(api.ports, [requests[: len(towns)]], keeps_bodies=True))
    _refuse_short(first.bodies, set(first.statuses))
    measured = [requests[len(towns) + at : len(towns) + SEARCHES : CONNECTIONS] for at in range(CONNECTIONS)]
    spent = await _measure(client, api, ground, measured)
    _refuse_short(spent.outcome.bodies, set(spent.outcome.statuses))
    return spent


async def measure_dates(client: Client, api: Serving, ground: Ground) -> list[Figure]:
    """Sixty days of one job, asked for one after the other, in each town. Raises: WrongAnswer."""
    asked = [
        {name: value for name, value in search_of(place, days).items() if name != "limit"}
        for days in (3, 11)
        for place in ground.places()[:-1]
    ]
    spent = await _measure(client, api, ground, [[post("/v1/search/dates", body) for body in asked]])
    bodies = spent.outcome.bodies
    if set(spent.outcome.statuses) != {200}:
        raise WrongAnswer(f"Dates were answered with {set(spent.outcome.statuses)}: {bodies[0][:500]!r}")
    most = [max(day["offers"] for day in json.loads(body)["dates"]) for body in bodies]
    if ground.companies >= len(ground.places()) * COMPANIES and min(most) < COMPANIES * FEWEST_OFFERING:
        raise WrongAnswer(f"{min(most)} companies offer something on the best of {DATES} days.")
    return _figures(f"{DATES} days of {COMPANIES} companies", spent, MOST_DATES_MS)


def _figures(name: str, spent: _Spent, limit: float) -> list[Figure]:
    """Without PostgreSQL's where it runs on another machine."""
    latencies = spent.outcome.latencies
    figures = [
        Figure(f"{name}, CPU of the API", spent.api_ms, limit, "ms", "<= 1"),
        Figure(f"{name}, CPU of PostgreSQL", spent.database_ms, limit, "ms"),
        Figure(f"{name}, latency of the middle one", middle(latencies) * 1000, limit, "ms"),
        Figure(f"{name}, latency of the slowest in twenty", percentile(latencies, 0.95) * 1000, limit, "ms"),
    ]
    return [one for one in figures if one.ours]


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
