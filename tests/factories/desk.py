"""A company at work, made once for a table of tests: a booking a day, in whatever state a test wants to find it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from app.kernel.actor import Role
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from tests.conftest import Logins
from tests.factories.bookings import CONTACT, DONE, OAKLAND, new_key
from tests.factories.callers import MEMBERS, Kind, sign_in_member
from tests.factories.customers import SignedInCustomer
from tests.factories.fleet import SAN_FRANCISCO, is_driver
from tests.factories.market import Company, book, invite_customers, offer_of, open_company, post, quote
from tests.factories.standing import running, sign_in_staff

# The commands that bring a held booking into a state.
WAYS: Final[dict[str, tuple[str, ...]]] = {
    "held": (),
    "confirmed": ("confirm",),
    "assigned": ("confirm", "assign"),
    "en_route": ("confirm", "start"),
    "arrived": ("confirm", "start", "arrive"),
    "loading": ("confirm", "start", "load"),
    "in_transit": ("confirm", "start", "load", "depart"),
    "unloading": ("confirm", "start", "load", "unload"),
    "completed": ("confirm", "start", "complete"),
    "cancelled": ("cancel",),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """`headers`: of each kind of caller; of members those of `company`. `rival` owns another company."""

    client: httpx.AsyncClient
    resources: Resources
    company: Company
    rival: Company
    customer: SignedInCustomer
    stranger: SignedInCustomer
    headers: dict[Kind, dict[str, str]]
    _days: Iterator[int] = field(default_factory=lambda: itertools.count(0))

    def next_day(self) -> str:
        """A day on which this company has no job yet."""
        months, day = divmod(next(self._days), 28)
        return f"2027-{4 + months:02d}-{day + 1:02d}"

    def body_of(self, command: str) -> dict[str, Any] | None:
        named = {"truck_ids": self.company.truck_ids, "driver_ids": self.company.driver_ids}
        bodies: dict[str, dict[str, Any]] = {"assign": named, "cancel": {"reason": "no"}, "complete": DONE}
        return bodies.get(command)

    async def send(self, headers: dict[str, str], booking_id: str, command: str) -> httpx.Response:
        path = f"/v1/bookings/{booking_id}/{command}"
        return await self.client.post(path, headers=headers | new_key(), json=self.body_of(command))

    async def _bring(self, booking_id: str, state: str) -> None:
        for command in WAYS[state]:
            answer = await self.send(self.company.headers, booking_id, command)
            assert answer.status_code == 200, answer.text

    async def book(self, state: str = "held") -> str:
        """The id of the customer's booking, in this state."""
        made = await book(self.client, self.customer, self.company, f"{self.next_day()}T09:00:00")
        await self._bring(made["id"], state)
        booking_id: str = made["id"]
        return booking_id

    async def quote(self) -> str:
        """The id of a quote of the customer's, for a free day."""
        offer = await offer_of(self.client, self.company, f"{self.next_day()}T09:00:00")
        assert offer is not None
        quote_id: str = (await quote(self.client, self.customer, offer["offer_id"]))["id"]
        return quote_id

    def by_hand(self, **changes: Any) -> dict[str, Any]:
        """A body that books a free day by hand."""
        day = self.next_day()
        return {
            "window": {"starts_at": f"{day}T09:00:00", "ends_at": f"{day}T13:00:00"},
            "truck_ids": self.company.truck_ids,
            "driver_ids": self.company.driver_ids,
            "origin": SAN_FRANCISCO,
            "destination": OAKLAND,
            "contact": CONTACT,
            **({} if "estimate" in changes else {"price": {"amount": "500.00", "currency": "USD"}}),
            **changes,
        }

    async def book_by_hand(self, state: str = "held", **changes: Any) -> str:
        """The id of a booking for somebody on the phone, in this state."""
        made = await post(self.client, self.company.headers, "/v1/bookings", self.by_hand(**changes), 201)
        await self._bring(made["id"], state)
        booking_id: str = made["id"]
        return booking_id

    async def seen(self, booking_id: str) -> list[Any]:
        """All that the company sees of a booking."""
        paths = (f"/v1/bookings/{booking_id}", f"/v1/bookings/{booking_id}/history")
        return [(await self.client.get(path, headers=self.company.headers)).json() for path in paths]


@asynccontextmanager
async def desk_of(logins: Logins, database: Database, folder: Path) -> AsyncIterator[Desk]:
    async with running(logins, database, folder) as (client, resources, _):
        staff = await sign_in_staff(client, resources, f"staff.{uuid4().hex}@example.com")
        company, rival = [await open_company(client, staff) for _ in range(2)]
        customer, stranger = await invite_customers(resources, 2)
        headers = {Kind.ANYONE: {}, Kind.CUSTOMER: customer.headers, Kind.STAFF: staff}
        for kind in sorted(MEMBERS):
            headers[kind] = await sign_in_member(client, resources, company.member.org_id, Role(kind))
        await is_driver(client, company.headers, company.driver_ids[0], headers[Kind.DRIVER])
        yield Desk(client, resources, company, rival, customer, stranger, headers)
