"""Use cases: take one's data along, be forgotten, and stay forgotten after a restore."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.kernel.actor import Customer, System
from app.kernel.ports.object_store import ObjectStore
from app.modules.audit.public import Change, record
from app.modules.bookings import public as bookings
from app.modules.customers import public as customers
from app.modules.invoices import public as invoices
from app.modules.market import public as market
from app.modules.privacy.errors import BookingsOpen
from app.modules.privacy.schemas import ErasedOut, KeptInvoiceOut, PersonalDataOut
from app.runtime.db.session import Database, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.idempotency.answers import forget_answers
from app.runtime.resources import Resources

ERASED_KEY: Final = "privacy/erased.json"


class ListUnreadable(ValueError):
    """The list of the erased in the object store is none."""


async def export_me(session: WriteSession, resources: Resources, actor: Customer) -> PersonalDataOut:
    """All that any module keeps of the customer; the trail tells that it was given.

    As the customer, for booking. Raises: CustomerNotFound (404).
    """
    customer_id = actor.customer_id
    found = PersonalDataOut(
        exported_at=actor.now,
        customer=await customers.personal_data(session, resources, customer_id),
        quotes=list(await market.personal_data(session, customer_id)),
        bookings=await bookings.personal_data(session, customer_id),
        invoices=list(await invoices.personal_data(session, customer_id)),
    )
    record(session, actor, Change("privacy.exported", "customer", customer_id))
    return found


async def erase_me(session: WriteSession, resources: Resources, actor: Customer) -> ErasedOut:
    """Forget the customer everywhere but in invoices whose term is not over, and end their sessions.

    As the customer, for booking.

    Locks: the customer's row, so that no booking comes in between; then their bookings, so that none is taken back to
    where it has yet to be done.
    Raises: CustomerNotFound (404), BookingsOpen (409).
    """
    if not await customers.lock(session, actor.customer_id):
        raise customers.CustomerNotFound
    await bookings.erase_customer(session, actor.customer_id, actor.now)
    still_open = await bookings.open_bookings(session, actor.customer_id, actor.now)
    if still_open:
        rows = [{"id": str(row.id), "reference": row.reference, "status": row.status} for row in still_open]
        raise BookingsOpen(bookings=rows)
    years = resources.settings.privacy.invoice_years
    kept = [
        KeptInvoiceOut(invoice_id=one.id, number=one.number, organization_id=one.org_id, until=one.until)
        for one in await invoices.kept_invoices(session, actor.customer_id, years)
    ]
    await _erase(session, actor, actor.customer_id)
    return ErasedOut(erased_at=actor.now, kept=kept)


async def _erase(session: WriteSession, actor: Customer | System, customer_id: UUID) -> None:
    """What is not in bookings, which were erased before."""
    await market.erase_customer(session, customer_id)
    await forget_answers(session, customer_id)
    # Last: from here on the database lets nothing of theirs be written.
    await customers.erase(session, customer_id, actor.now)
    record(session, actor, Change("privacy.erased", "customer", customer_id))


async def erased_elsewhere(store: ObjectStore) -> set[UUID]:
    """Whom the list in the object store names. Raises: ListUnreadable, StoreUnavailable."""
    body = await store.get(ERASED_KEY)
    if body is None:
        return set()
    try:
        return {UUID(customer_id) for customer_id in json.loads(body)["erased"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ListUnreadable(f"{ERASED_KEY} cannot be read ({type(error).__name__})") from None


async def keep_list(store: ObjectStore, erased: Iterable[tuple[UUID, datetime]]) -> bool:
    """Add the erased to the list; nobody leaves it, so that a restored database shortens nothing. Whether it grew."""
    kept = await erased_elsewhere(store)
    whole = kept | {customer_id for customer_id, _ in erased}
    if whole == kept:
        return False
    body: dict[str, Any] = {"erased": sorted(map(str, whole))}
    await store.put(ERASED_KEY, json.dumps(body, indent=1).encode())
    return True


async def reapply(database: Database, store: ObjectStore, now: datetime) -> int:
    """Erase again whom a restore has brought back; how many. One transaction each; a second run finds nothing.

    Open bookings do not stop it: the customer was erased when they had none. Raises: ListUnreadable.
    """
    count = 0
    for customer_id in sorted(await erased_elsewhere(store)):
        async with database.write(Identity(Audience.BOOKING, customer_id=customer_id)) as session:
            if await customers.lock(session, customer_id):
                await bookings.erase_customer(session, customer_id, now)
                await _erase(session, System(now), customer_id)
                count += 1
    return count
