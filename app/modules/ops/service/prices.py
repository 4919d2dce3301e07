"""The prices of the past made again, to see that no release has moved a cent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.modules.audit.public import PLATFORM
from app.modules.bookings.public import reprice_bookings
from app.modules.invoices.public import reprice_invoices
from app.modules.market.public import reprice_quotes
from app.modules.pricing.public import Finding, Repriced
from app.runtime.db.session import Database, ReadSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.db.walk import Walk

Step = Callable[[ReadSession, Walk], Awaitable[Repriced]]
WALKS: Final[tuple[Step, ...]] = (reprice_quotes, reprice_bookings, reprice_invoices)
# Whoever holds the login is no person of staff; the policies ask that somebody is named, and reading is all it does.
OPERATOR: Final = Identity(Audience.STAFF, user_id=PLATFORM)


async def replay_prices(database: Database, since: datetime, org_id: UUID | None = None) -> AsyncIterator[Repriced]:
    """Every price stored at `since` or later, made again from its inputs, rules and version, some hundreds at a time.

    Quotes and bookings, promised and final, are priced; an invoice is held against its booking's final price. Each
    step is a READ ONLY transaction of its own.
    """
    for step in WALKS:
        walk = Walk(since, org_id)
        while True:
            async with database.read(OPERATOR) as session:
                done = await step(session, walk)
            if done.last is None:
                break
            yield done
            walk = replace(walk, after=done.last)


def describe(finding: Finding) -> Iterator[str]:
    """One line for each place that moved."""
    for moved in finding.moved:
        yield (
            f"Moved: {finding.what} {finding.id} of company {finding.org_id}, {moved.place}: "
            f"was {moved.was}, is {moved.now}"
        )
