"""What other modules may ask of customers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.modules.customers import repository
from app.modules.customers.errors import CustomerNotFound
from app.modules.customers.service.days import show_texts
from app.modules.customers.service.seals import seals_of
from app.modules.customers.values import Channel, CustomerSnapshot, TextsOfDay
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources

__all__ = [
    "CUSTOMERS",
    "CustomerNotFound",
    "CustomerSnapshot",
    "TextsOfDay",
    "customer",
    "erase",
    "erased",
    "find_customer",
    "find_named",
    "lock",
    "personal_data",
    "show_texts",
]


# What other modules' statements may join, where a round trip of its own is one too many: who has proved a number.
CUSTOMERS: Final = repository.CUSTOMERS


async def customer(session: ReadSession, resources: Resources, customer_id: UUID) -> CustomerSnapshot:
    """For the customer, staff and the worker. Raises: CustomerNotFound (404)."""
    found = await repository.get_customer(session, customer_id)
    if found is None:
        raise CustomerNotFound
    return seals_of(resources).snapshot(found)


async def find_customer(session: ReadSession, resources: Resources, address: str) -> CustomerSnapshot | None:
    """Who is known by exactly this phone number (E.164) or e-mail address; what is looked up is its keyed hash.

    For staff.
    """
    seals, channel = seals_of(resources), Channel.EMAIL if "@" in address else Channel.SMS
    found = await repository.find_customer(session, channel, seals.index(channel, address.lower()))
    return None if found is None else seals.shown(found)


async def find_named(session: ReadSession, resources: Resources, name: str, most: int) -> list[CustomerSnapshot]:
    """Who has told this name, or one that sounds like it, the latest first; what does not open is left out of one.

    For staff.
    """
    seals = seals_of(resources)
    return [seals.shown(found) for found in await repository.list_named(session, name, most)]


async def personal_data(session: ReadSession, resources: Resources, customer_id: UUID) -> dict[str, Any]:
    """Who the customer is, and their sessions. As the customer. Raises: CustomerNotFound (404)."""
    row = await repository.get_customer(session, customer_id)
    if row is None:
        raise CustomerNotFound
    kept = {"erased_at": row.erased_at, "updated_at": row.updated_at}
    sessions = await repository.list_session_rows(session, customer_id)
    return {**asdict(seals_of(resources).snapshot(row)), **kept, "sessions": sessions}


async def lock(session: WriteSession, customer_id: UUID) -> bool:
    """Whether there is such a customer who has not been erased.

    Locks: the customer's row: nobody can book for them until the transaction ends.
    """
    found = await repository.lock_customer(session, customer_id)
    return found is not None and found.erased_at is None


async def erase(session: WriteSession, customer_id: UUID, now: datetime) -> None:
    """Forget name, number and address, and end all sessions. The row stays, a pseudonym for what must be kept.

    Locks: the customer's row. Raises: CustomerNotFound (404).
    """
    found = await repository.lock_customer(session, customer_id)
    if found is None:
        raise CustomerNotFound
    found.sealed_phone = found.phone_index = found.sealed_email = found.email_index = found.full_name = None
    found.change(now, erased_at=now)
    await session.flush()
    await repository.revoke_sessions(session, customer_id, now)


async def erased(session: ReadSession) -> list[tuple[UUID, datetime]]:
    """Who was erased, and when. For the worker."""
    return await repository.list_erased(session)
