"""What other modules may ask of customers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.modules.customers import repository
from app.modules.customers.errors import CustomerNotFound
from app.runtime.db.session import ReadSession

__all__ = ["CustomerNotFound", "CustomerSnapshot", "customer"]


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
