"""The day board of fifty trucks, beside the bare program that sends the same statements, in turns."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import uuid4

import httpx

from app.main import create_app
from app.runtime.settings import Settings
from bench.booking import Dispatcher
from bench.callers import get, owner_token, post
from bench.figures import Figure
from bench.ground import a_day_ahead
from bench.listing import CONNECTIONS, Turn, WrongAnswer, compare
from bench.load import HOST, Client, Load
from bench.recording import Recorder
from bench.replay import Taken
from bench.serving import Serving

DAYS_AHEAD: Final = 80
JOBS_A_TRUCK: Final = 3
BEGIN: Final = "BEGIN"


def fill_board(client: Client, api: Serving, dispatcher: Dispatcher) -> str:
    """Book each truck's day; the path of that day's board. Raises: WrongAnswer."""
    morning = a_day_ahead(DAYS_AHEAD, hour=16)
    bodies = []
    for unit in range(len(dispatcher.trucks)):
        for number in range(JOBS_A_TRUCK):
            starts_at = morning + timedelta(hours=4 * number)
            window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
            bodies.append(dispatcher.body(unit, 0) | {"window": window})
    token = owner_token(dispatcher.company)
    requests = [post("/v1/bookings", body, token=token, key=uuid4().hex) for body in bodies]
    outcome = client.drive(Load(api.ports, [requests]))
    if set(outcome.statuses) != {201}:
        raise WrongAnswer(f"Bookings for the board were answered with {dict(outcome.statuses)}.")
    return f"/v1/calendar?day={morning.date()}"


async def record_board(settings: Settings, dispatcher: Dispatcher, path: str) -> Taken:
    """What is sent and answered when the board is asked for in this process. Raises: WrongAnswer."""
    app = create_app(settings)
    recorder = Recorder(app.state.resources.database.bind.sync_engine)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as client,
    ):
        headers = {"Authorization": f"Bearer {owner_token(dispatcher.company)}"}
        for _ in range(2):  # the first finds caches empty
            recorder.sent.clear()
            answer = await client.get(path, headers=headers)
    if answer.status_code != 200:
        raise WrongAnswer(f"The board was answered with {answer.status_code}: {answer.text[:500]}")
    opening, *statements = [one for one in recorder.sent if not one.text.startswith("COMMIT")]
    if not opening.text.startswith(BEGIN):
        raise WrongAnswer(f"The board begins with {opening.text[:80]}.")
    return Taken(opening.text, [(one.text, one.values) for one in statements], answer.content)


def measure_board(
    client: Client, api: Serving, bare: Serving, dispatcher: Dispatcher, path: str, *, rounds: int, seconds: float
) -> list[Figure]:
    """Each connection asks for the same board. Raises: WrongAnswer."""
    token = owner_token(dispatcher.company)
    ours = Turn(client, api, [[get(path, token)]] * CONNECTIONS)
    limit = Turn(client, bare, [[get("/", "none")]] * CONNECTIONS)
    name = f"the day board of {len(dispatcher.trucks)} trucks"
    return compare(name, ours, limit, ">= 0.40", rounds=rounds, seconds=seconds)
