"""Who books in a storm, and what each of them was told: a seeded script a person, retries as a good client makes them."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.conftest import PASSWORD
from tests.factories.bookings import CONTACT
from tests.factories.market import CLOVIS, FRESNO, Company
from tests.storms.stage import HOLD_MINUTES, Stage

MOST_TRIES: Final = 200
FIRST_DAY, DAYS = 3, 6
SLOT: Final = timedelta(minutes=30)
# What a person may be told besides success. Anything else ends the storm.
REFUSALS: Final = frozenset(
    {"slot_taken", "hold_expired", "illegal_step", "booking_not_held", "quote_already_booked", "crew_incomplete"}
)
# Told to come again: asked once more with the same key, until there is an answer.
LATER: Final = frozenset({503, 504})
SIGNED_OUT: Final = 401


@dataclass(slots=True)
class Episode:
    """A stretch of time (monotonic seconds) in which a booking may have had these resources for this window."""

    resource_ids: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    since: float
    until: float = float("inf")


@dataclass(slots=True)
class Life:
    """A booking as its client knows it: the answers in their order, the last one whole."""

    org_id: str
    told: dict[str, Any]
    statuses: list[str]
    episodes: list[Episode]

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def is_open(self) -> bool:
        return self.told["status"] in {"held", "confirmed", "assigned"}

    def is_dead(self, now: datetime) -> bool:
        """Cancelled, or a hold whose time is over."""
        ends_at = self.told["hold_expires_at"] if self.told["status"] == "held" else None
        return not self.is_open or (ends_at is not None and datetime.fromisoformat(ends_at) < now)


@dataclass(slots=True)
class Refusal:
    """A `slot_taken` for resources that were named."""

    resource_ids: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    since: float
    until: float


@dataclass(slots=True)
class Log:
    """All that was told to anybody."""

    lives: list[Life] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    operations: int = 0


@dataclass(slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    since: float
    until: float

    @property
    def code(self) -> str:
        return str(self.body.get("code", self.status))


@dataclass
class Person:
    """One client with one connection at a time; a dispatcher of `company`, or a customer when `customer` is given."""

    stage: Stage
    company: Company
    log: Log
    chance: random.Random
    client: httpx.AsyncClient
    customer: dict[str, str] | None = None
    lives: list[Life] = field(default_factory=list)

    async def play(self, operations: int) -> None:
        for _ in range(operations):
            self.log.operations += 1
            mine = [life for life in self.lives if life.is_open]
            if len(mine) < 2 or self.chance.random() < 0.4:
                await self._hold()
            else:
                await self._go_on(self.chance.choice(mine))

    async def _hold(self) -> None:
        body = await self._wish()
        if body is None:
            return
        answer = await self._ask("/v1/bookings", body, headers=self.customer or self.company.headers)
        if answer.status == 201:
            life = Life(self.company.id, answer.body, [answer.body["status"]], [_episode(answer)])
            life.episodes[0].until = answer.until + HOLD_MINUTES * 60 + 1
            self.lives.append(life)
            self.log.lives.append(life)
        elif answer.code == "slot_taken" and "truck_ids" in body:
            named = frozenset((*body["truck_ids"], *body["driver_ids"]))
            window = [datetime.fromisoformat(body["window"][name]) for name in ("starts_at", "ends_at")]
            self.log.refusals.append(Refusal(named, window[0], window[1], answer.since, answer.until))

    async def _wish(self) -> dict[str, Any] | None:
        starts_at, ends_at = self._window()
        if self.customer is not None:
            return await self._quote(starts_at)
        trucks = self.chance.sample(self.company.truck_ids, self.chance.randint(1, 2))
        people = [self.chance.choice(self.company.driver_ids)]
        people += self.chance.sample(self.company.helper_ids, self.chance.randint(0, 2))
        # One driver a truck: the office names as many.
        people += [one for one in self.company.driver_ids if one not in people][: len(trucks) - 1]
        return {
            "window": {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()},
            "truck_ids": trucks,
            "driver_ids": people,
            "origin": FRESNO,
            "destination": CLOVIS,
            "contact": CONTACT,
            "price": {"amount": "500.00", "currency": "USD"},
        }

    async def _quote(self, starts_at: datetime) -> dict[str, Any] | None:
        """A quote of the company's, when it offers; None when it is not free."""
        assert self.customer is not None
        wish = {
            "origin": FRESNO,
            "destination": CLOVIS,
            "starts_at": starts_at.isoformat(),
            "home_size": "studio",
            "limit": 50,
        }
        found = await self._ask("/v1/search", wish, headers={})
        if found.status != 200:  # written down as wrong, and told at the end
            return None
        offers = [one for one in found.body["offers"] if one["organization"]["id"] == self.company.id]
        if not offers:
            return None
        quoted = await self._ask("/v1/quotes", {"offer_id": offers[0]["offer_id"]}, headers=self.customer)
        return {"quote_id": quoted.body["id"], "contact": CONTACT} if quoted.status == 201 else None

    def _window(self) -> tuple[datetime, datetime]:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        starts_at = midnight + timedelta(days=FIRST_DAY) + self.chance.randrange(DAYS * 48) * SLOT
        return starts_at, starts_at + self.chance.randint(2, 8) * SLOT

    async def _go_on(self, life: Life) -> None:
        """The next thing with a booking: by the office, and now and then by the customer."""
        match self.chance.choices(("confirm", "cancel", "reschedule", "assign", "forget"), (4, 3, 2, 2, 1))[0]:
            case "forget":
                self.lives.remove(life)  # a hold runs out, a confirmed one stands
            case "reschedule":
                await self._reschedule(life)
            case "assign":
                trucks = self.chance.sample(self.company.truck_ids, len(life.told["truck_ids"]))
                people = [*self.company.driver_ids, *self.company.helper_ids]
                drivers = self.chance.sample(people, len(life.told["driver_ids"]))
                await self._step(life, "assign", {"truck_ids": trucks, "driver_ids": drivers})
            case command:
                await self._step(life, command, {"reason": "storm"} if command == "cancel" else None)

    async def _reschedule(self, life: Life) -> None:
        """To another time, at the price that is shown for it; tried too when it was shown as taken."""
        body = {"starts_at": self._window()[0].isoformat()}
        shown = await self._ask(f"/v1/bookings/{life.id}/reschedule/preview", body, headers=self.company.headers)
        if shown.status == 200:
            await self._step(life, "reschedule", body | {"expected_total": shown.body["total"]})

    async def _step(self, life: Life, command: str, body: Any) -> None:
        headers = self.customer if self.customer and command == "cancel" else self.company.headers
        answer = await self._ask(f"/v1/bookings/{life.id}/{command}", body, headers=headers)
        if answer.status == 200:
            life.episodes[-1].until = answer.until
            life.told = answer.body
            life.statuses.append(answer.body["status"])
            if life.is_open:
                life.episodes.append(_episode(answer))
                if answer.body["status"] == "held":
                    life.episodes[-1].until = answer.until + HOLD_MINUTES * 60 + 1
        elif answer.code == "hold_expired" or life.told["status"] == "held":
            self.lives.remove(life)

    async def _ask(self, path: str, body: Any, *, headers: dict[str, str]) -> Answer:
        """The answer, however often it has to be asked for; one key for all tries."""
        since, key, is_office = time.monotonic(), {"Idempotency-Key": uuid4().hex}, headers is self.company.headers
        for _ in range(MOST_TRIES):
            mine = self.company.headers if is_office else headers
            answer = await self._try(path, body, mine | key, since)
            if answer is not None:
                self.log.answers[f"{answer.status} {answer.code}"] += 1
                if answer.status >= 400 and answer.code not in REFUSALS:
                    self.log.wrong.append(f"{path}: {answer.status} {answer.body}")
                return answer
            await asyncio.sleep(self.chance.uniform(0.05, 0.3))
        raise AssertionError(f"{path} was not answered in {MOST_TRIES} tries")

    async def _try(self, path: str, body: Any, headers: dict[str, str], since: float) -> Answer | None:
        try:
            answer = await self.client.post(self.chance.choice(self.stage.urls) + path, json=body, headers=headers)
            if answer.status_code == SIGNED_OUT and "Authorization" in headers:
                await self._sign_in_again(headers["Authorization"])
                return None
        except httpx.TransportError as error:
            self.log.answers[type(error).__name__] += 1
            return None
        told = answer.json()
        if answer.status_code in LATER or told.get("code") == "idempotency_in_progress":
            self.log.answers[f"{answer.status_code} {told['code']}"] += 1
            return None
        return Answer(answer.status_code, told, since, time.monotonic())

    async def _sign_in_again(self, expired: str) -> None:
        """A storm takes longer than a token lasts, on a slow machine; whoever notices first renews it for all."""
        if self.company.headers["Authorization"] == expired:
            url = f"{self.chance.choice(self.stage.urls)}/v1/auth/login"
            answer = await self.client.post(url, json={"email": self.company.member.email, "password": PASSWORD})
            if answer.status_code == 200:  # or later, as anything else
                self.log.answers["signed in again"] += 1
                self.company.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _episode(answer: Answer) -> Episode:
    told = answer.body
    return Episode(
        frozenset((*told["truck_ids"], *told["driver_ids"])),
        datetime.fromisoformat(told["starts_at"]),
        datetime.fromisoformat(told["ends_at"]),
        answer.since,
    )
