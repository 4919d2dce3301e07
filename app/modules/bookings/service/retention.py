"""Holds that came to nothing are not remembered for long: the figure stays, the person goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.kernel.places import Place
from app.modules.audit import public as audit
from app.modules.bookings import repository
from app.modules.bookings.service.contacts import ERASED_COLUMNS
from app.modules.calendar import public as calendar
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

EXPIRED_KEPT: Final = timedelta(days=90)
DECISION_KEPT: Final = timedelta(days=7)  # the letters are out by then
PLACES: Final = ("origin", "destination")


async def forget_expired_holds(resources: Resources) -> None:
    """Take contact and addresses out of holds that expired 90 days ago; company, window, towns and price stay.

    As the worker, company after company, a batch in a transaction. Locks: the bookings of the batch.
    """
    now = resources.clock.now()
    for org_id in await audit.company_ids(resources.database):
        while await _forget_batch(resources, org_id, now):
            pass


async def forget_disputes(resources: Resources) -> None:
    """Where the customer has gone, take out what was written about a no-show since, a week after it was decided.

    As the worker, company after company.
    """
    decided_before = resources.clock.now() - DECISION_KEPT
    for org_id in await audit.company_ids(resources.database):
        async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
            await repository.clear_disputes_of_erased(session, org_id, decided_before)


async def _forget_batch(resources: Resources, org_id: UUID, now: datetime) -> bool:
    """Whether there may be more."""
    async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
        batch = await repository.lock_expired_before(session, org_id, now - EXPIRED_KEPT)
        for booking in batch:
            booking.change(now, **forgotten_columns(vars(booking)))
            await calendar.forget_stops(session, org_id, booking.id)
    return len(batch) == repository.FORGOTTEN_AT_ONCE


def forgotten_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a booking's columns become when nobody shall be found in them: no contact, no street, no link that opens."""
    places = {name: Place.model_validate(row[name]).without_address().model_dump(mode="json") for name in PLACES}
    issues = {name: row[name] + 1 for name in ("link_issue", "reschedule_issue")}
    return {**ERASED_COLUMNS, **issues, **places}
