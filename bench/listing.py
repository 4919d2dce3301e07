"""Listing a company's bookings, beside the bare program, in turns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from bench.callers import get, owner_token
from bench.figures import Figure, middle
from bench.ground import Company
from bench.load import Client, Load
from bench.serving import Serving

CONNECTIONS: Final = 16
WARM_UP_SECONDS: Final = 1.0


class WrongAnswer(Exception):
    """The program answered something else than what is measured."""


def bare_environ(settings: dict[str, str], companies: Sequence[Company]) -> dict[str, str]:
    ids = [(str(one.org_id), str(one.user_id), str(one.session_id)) for one in companies]
    return settings | {"BENCH_COMPANIES": json.dumps(ids)}


def measure_list(
    client: Client, api: Serving, bare: Serving, companies: Sequence[Company], *, rounds: int, seconds: float
) -> list[Figure]:
    """Each connection lists the first page of a company of its own.

    Raises: WrongAnswer.
    """
    ours = Turn(client, api, [[get("/v1/bookings", owner_token(one))] for one in companies])
    limit = Turn(client, bare, [[get(f"/{number}", "none")] for number in range(len(companies))])
    if ours.items() != limit.items():
        raise WrongAnswer("The bare program lists other bookings than the API.")
    return compare("list a company's bookings", ours, limit, ">= 0.30, going to 0.5", rounds=rounds, seconds=seconds)


def compare(name: str, ours: Turn, limit: Turn, mark: str, *, rounds: int, seconds: float) -> list[Figure]:
    """Ours and the limit in turns: requests a second, and CPU. Raises: WrongAnswer."""
    for turn in (ours, limit):
        turn.run(WARM_UP_SECONDS)
    taken = [(limit.run(seconds), ours.run(seconds)) for _ in range(rounds)]
    return [
        Figure(
            name,
            middle([mine[0] for _, mine in taken]),
            middle([theirs[0] for theirs, _ in taken]),
            "requests/s",
            mark,
        ),
        Figure(
            f"{name}, CPU of the process",
            middle([mine[1] for _, mine in taken]),
            middle([theirs[1] for theirs, _ in taken]),
            "ms/request",
        ),
    ]


class Turn:
    """One program and what it is asked, each connection again and again."""

    def __init__(self, client: Client, program: Serving, requests: list[list[bytes]]) -> None:
        self._client = client
        self._program = program
        self._requests = requests

    def items(self) -> list[object]:
        """What one request of each connection lists."""
        outcome = self._client.drive(Load(self._program.ports, self._requests, keeps_bodies=True))
        if set(outcome.statuses) != {200}:
            raise WrongAnswer(f"A list was answered with {dict(outcome.statuses)}: {outcome.bodies[0][:500]!r}")
        pages = [json.loads(body)["items"] for body in outcome.bodies]
        return sorted(pages, key=json.dumps)

    def run(self, seconds: float) -> tuple[float, float]:
        """Requests a second, and the process's CPU in ms for each."""
        before = self._program.cpu_ms
        outcome = self._client.drive(Load(self._program.ports, self._requests, seconds, is_repeated=True))
        if set(outcome.statuses) != {200}:
            raise WrongAnswer(f"A list was answered with {dict(outcome.statuses)}.")
        return outcome.per_second, (self._program.cpu_ms - before) / len(outcome.latencies)
