"""What other modules may ask of customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.modules.customers import repository
from app.modules.customers.errors import CustomerNotFound
from app.runtime.db.session import ReadSession, WriteSession

__all__ = ["CustomerNotFound", "CustomerSnapshot", "customer", "erase", "erased", "lock", "personal_data"]


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """Who a customer is, as far as they have told; at least one of `phone` and `email` is there."""

    id: UUID
    phone: str | None
    email: str | None
    full_name: str | None


async def customer(session: ReadSession, customer_id: UUID) -> CustomerSnapshot:
    """For the customer, staff and the worker. Raises: CustomerNotFound (404)."""
    found = await repository.get_customer(session, customer_id)
    if found is None:
        raise CustomerNotFound
    return CustomerSnapshot(found.id, found.phone, found.email, found.full_name)


async def personal_data(session: ReadSession, customer_id: UUID) -> dict[str, Any]:
    """Who the customer is, and their sessions. As the customer. Raises: CustomerNotFound (404)."""
    row = await repository.get_row(session, customer_id)
    if row is None:
        raise CustomerNotFound
    return {**row, "sessions": await repository.list_session_rows(session, customer_id)}


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
    found.phone = found.email = found.full_name = None
    found.erased_at = found.updated_at = now
    found.version += 1
    await session.flush()
    await repository.revoke_sessions(session, customer_id, now)


async def erased(session: ReadSession) -> list[tuple[UUID, datetime]]:
    """Who was erased, and when. For the worker."""
    return await repository.list_erased(session)
