"""Storms: many people at several API processes at once, and an independent look at what is left.

Heavy, and so in `make gate`. STORM_OPERATIONS and STORM_SEED choose another storm.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.factories.bookings import CONTACT, new_key
from tests.factories.calendar import untruths
from tests.factories.customers import SignedInCustomer
from tests.factories.market import CLOVIS, FRESNO, Company, invite_customers, offer_of, open_company, quote
from tests.factories.standing import sign_in_staff
from tests.storms.people import LATER, Log, Person
from tests.storms.stage import HOLD_MINUTES, Stage, office, raised
from tests.storms.truth import are_near, untruths_of

pytestmark = [pytest.mark.integration, pytest.mark.gate]

logger = logging.getLogger(__name__)

OPERATIONS: Final = int(os.environ.get("STORM_OPERATIONS", "10000"))
SEED: Final = int(os.environ.get("STORM_SEED", "1"))
COMPANIES, DISPATCHERS, CUSTOMERS = 4, 6, 2
CROWD: Final = 200
DEAD: Final = 200
PATIENCE: Final = 20


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with raised(tmp_path_factory.mktemp("storm")) as made:
        yield made


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(timeout=60, limits=limits) as made:
        yield made


def policy() -> dict[str, str]:
    """An insurance that is good now and for all of the storm."""
    today = datetime.now(UTC).date()
    # Where the company is it may be yesterday.
    return {"effective_on": str(today - timedelta(days=1)), "expires_on": str(today + timedelta(days=300))}


async def cast(stage: Stage, folder: Path, companies: int) -> tuple[list[Company], list[SignedInCustomer]]:
    """Verified companies with four trucks and nine people each, and customers."""
    async with office(stage.logins, folder) as (desk, resources):
        staff = await sign_in_staff(desk, resources, f"staff.{time.time_ns()}@example.com")
        made = [
            await open_company(desk, staff, trucks=(1600, 1600, 1000, 1000), drivers=4, helpers=5, policy=policy())
            for _ in range(companies)
        ]
        return made, await invite_customers(resources, CROWD)


async def test_of_two_hundred_clients_one_gets_the_slot(stage: Stage, client: httpx.AsyncClient, tmp_path: Path):
    async with office(stage.logins, tmp_path) as (desk, resources):
        staff = await sign_in_staff(desk, resources, f"staff.{time.time_ns()}@example.com")
        company = await open_company(desk, staff, policy=policy())
        crowd = await invite_customers(resources, CROWD)
        starts_at = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT09:00:00")
        offer = await offer_of(desk, company, starts_at)
        assert offer is not None
        quotes = [(await quote(desk, one, offer["offer_id"]))["id"] for one in crowd]
    body = [{"quote_id": one, "contact": CONTACT} for one in quotes]

    async def ask(number: int) -> httpx.Response:
        url, headers = stage.urls[number % len(stage.urls)], crowd[number].headers | new_key()
        for _ in range(PATIENCE):
            with suppress(httpx.TransportError):  # an idle connection may end just when it is used
                answer = await client.post(f"{url}/v1/bookings", json=body[number], headers=headers)
                if answer.status_code not in LATER:
                    break
            await asyncio.sleep(1)
        return answer

    answers = await asyncio.gather(*map(ask, range(CROWD)))
    told = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert told == {(201, None): 1, (409, "slot_taken"): CROWD - 1}
    assert not any((await untruths(stage.logins, company.member.org_id, datetime.now(UTC))).values())


async def storm(stage: Stage, client: httpx.AsyncClient, folder: Path, *, disturb: bool) -> None:
    companies, customers = await cast(stage, folder, COMPANIES)
    log, chance = Log(), random.Random(SEED)
    people = [
        Person(stage, company, log, random.Random(chance.random()), client, who)
        for company in companies
        for who in [None] * DISPATCHERS + [one.headers for one in customers[:CUSTOMERS]]
    ]
    each = OPERATIONS // len(people) // 2
    began = time.monotonic()
    playing = asyncio.gather(*(one.play(each) for one in people))
    if disturb:
        await asyncio.sleep(5)
        stage.kill_api(chance)
        await asyncio.sleep(5)
        await stage.restart_postgres()
    await playing
    # The second half comes when holds of the first have run out: what they held must be free to it.
    await asyncio.sleep(max(0.0, HOLD_MINUTES * 60 + 2 - (time.monotonic() - began)))
    await asyncio.gather(*(one.play(each) for one in people))
    seconds = time.monotonic() - began
    logger.info("%d operations in %.0f s: %s", log.operations, seconds, dict(log.answers.most_common()))
    wrong = await untruths_of(stage.logins, log, [company.member.org_id for company in companies])
    assert not wrong, "\n".join(wrong[:40])
    await dead_windows_are_free(stage, client, log, companies)


async def dead_windows_are_free(stage: Stage, client: httpx.AsyncClient, log: Log, companies: list[Company]) -> None:
    """What was cancelled or ran out is for whoever asks next, unless somebody has it already."""
    owners = {company.id: company for company in companies}
    now = datetime.now(UTC)
    dead = [life for life in log.lives if life.is_dead(now)]
    live = [life for life in log.lives if not life.is_dead(now)]
    for life in random.Random(SEED).sample(dead, min(DEAD, len(dead))):
        if any(other.org_id == life.org_id and are_near(life, other) for other in live):
            continue
        told, headers = life.told, owners[life.org_id].headers
        body = {name: told[name] for name in ("truck_ids", "driver_ids")} | {
            "window": {name: told[name] for name in ("starts_at", "ends_at")},
            "origin": FRESNO,
            "destination": CLOVIS,
            "contact": CONTACT,
            "price": {"amount": "500.00", "currency": "USD"},
        }
        url = f"{stage.urls[0]}/v1/bookings"
        booked = await client.post(url, json=body, headers=headers | new_key())
        assert booked.status_code == 201, f"the window of {life.statuses} is blocked: {booked.text}"
        gone = f"{url}/{booked.json()['id']}/cancel"
        answer = await client.post(gone, json={"reason": "only a try"}, headers=headers | new_key())
        assert answer.status_code == 200, answer.text


async def test_nobody_is_told_an_untruth(stage: Stage, client: httpx.AsyncClient, tmp_path: Path):
    await storm(stage, client, tmp_path, disturb=False)


async def test_nor_while_postgresql_restarts_and_a_process_is_killed(
    stage: Stage, client: httpx.AsyncClient, tmp_path: Path
):
    await storm(stage, client, tmp_path, disturb=True)
