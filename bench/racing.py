"""Sixty-four customers, one truck: how long the slowest of them waits to be told."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final
from uuid import uuid4

from bench.callers import post, sign_in_customers
from bench.figures import Figure, percentile
from bench.ground import Ground, a_day_ahead
from bench.listing import WrongAnswer
from bench.load import Client, Load
from bench.serving import Served

CUSTOMERS: Final = 64
RACES: Final = 20
MOST_MS: Final = 500.0
WON, LOST, BUSY = 201, 409, 503
CONTACT: Final = {"full_name": "A Customer", "phone": "+14155550123"}


async def measure_race(client: Client, api: Served, all_of_it: Served, ground: Ground) -> list[Figure]:
    """All customers quote the same offer, then book it at once: of one process, and of one for each processor. The
    first of twenty races meets a cold process.

    A customer may be told to come again for want of a connection; the mark says how many were. Raises: WrongAnswer
    unless exactly one wins.
    """
    tokens = await sign_in_customers(ground.admin_url, CUSTOMERS)
    of = f"{CUSTOMERS} race for one slot, the slowest in a hundred"
    return [
        _raced(client, api, ground, tokens, name=f"{of}, one process", days=range(60, 60 + RACES)),
        _raced(
            client,
            all_of_it,
            ground,
            tokens,
            name=f"{of}, a process for each processor",
            days=range(60 + RACES, 60 + 2 * RACES),
        ),
    ]


def _raced(client: Client, api: Served, ground: Ground, tokens: list[str], *, name: str, days: range) -> Figure:
    latencies: list[float] = []
    told: Counter[int] = Counter()
    for day in days:
        quotes = _quotes(client, api, ground.places()[-1], days=day, tokens=tokens)
        bookings = [
            [post("/v1/bookings", {"quote_id": quote, "contact": CONTACT}, token=token, key=uuid4().hex)]
            for token, quote in zip(tokens, quotes, strict=True)
        ]
        outcome = client.drive(Load(api.ports, bookings))
        if outcome.statuses[WON] != 1 or set(outcome.statuses) - {WON, LOST, BUSY}:
            raise WrongAnswer(f"A race ended with {dict(outcome.statuses)}.")
        told += outcome.statuses
        latencies += outcome.latencies
    slowest = percentile(latencies, 0.99) * 1000
    mark = f"<= 1; {told[BUSY]} of {told.total()} told to come again"
    return Figure(name, slowest, MOST_MS, "ms", mark)


def _quotes(client: Client, api: Served, place: dict[str, str], *, days: int, tokens: list[str]) -> list[str]:
    """Every customer's quote, in the order of their tokens."""
    search = {
        "origin": place,
        "destination": place,
        "starts_at": a_day_ahead(days, hour=15).isoformat(),
        "home_size": "one_bedroom",
    }
    offers = _answer(client, api, post("/v1/search", search))["offers"]
    if len(offers) != 1:
        raise WrongAnswer(f"{len(offers)} companies offer where one should.")
    body = {"offer_id": offers[0]["offer_id"]}
    return [_answer(client, api, post("/v1/quotes", body, token=token))["id"] for token in tokens]


def _answer(client: Client, api: Served, request: bytes) -> dict[str, Any]:
    outcome = client.drive(Load(api.ports, [[request]], keeps_bodies=True))
    if not set(outcome.statuses) <= {200, 201}:
        raise WrongAnswer(f"{dict(outcome.statuses)}: {outcome.bodies[0][:500]!r}")
    answer: dict[str, Any] = json.loads(outcome.bodies[0])
    return answer
