"""Customers as they come: by a code they received."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx

from app.modules.customers import repository, rules
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

_numbers: Final[Iterator[int]] = itertools.count(1)


@dataclass(frozen=True, slots=True)
class SignedInCustomer:
    id: UUID
    headers: dict[str, str]


def new_phone() -> str:
    """A number that no other test has; none of 900 and its kind."""
    return f"+1{(os.getpid() * 10_000 + next(_numbers)) % 6_000_000_000 + 2_000_000_000}"


def new_email() -> str:
    return f"customer{next(_numbers)}.{os.getpid()}@example.com"


async def code_of(resources: Resources, challenge_id: str) -> str:
    """The code that was sent; for tests of something else than its way."""
    async with resources.database.read(Identity(Audience.SIGNIN)) as session:
        challenge = await repository.get_challenge(session, UUID(challenge_id))
    assert challenge is not None
    return rules.code_of(resources.pepper, challenge.id, challenge.salt)


async def request_code(client: httpx.AsyncClient, **recipient: str) -> str:
    """The challenge's id."""
    answer = await client.post("/v1/customers/otp", json=recipient)
    assert answer.status_code == 202, answer.text
    challenge_id: str = answer.json()["challenge_id"]
    return challenge_id


async def sign_in_customer(client: httpx.AsyncClient, resources: Resources, **recipient: str) -> SignedInCustomer:
    """A customer with a session, by `phone=` or `email=`; a new phone number without either."""
    challenge_id = await request_code(client, **(recipient or {"phone": new_phone()}))
    answer = await verify(client, challenge_id, await code_of(resources, challenge_id))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return SignedInCustomer(UUID(told["customer"]["id"]), {"Authorization": f"Bearer {told['session_token']}"})


async def verify(client: httpx.AsyncClient, challenge_id: str, code: str, **more: Any) -> httpx.Response:
    return await client.post("/v1/customers/otp/verify", json={"challenge_id": challenge_id, "code": code, **more})
