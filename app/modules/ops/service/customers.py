"""Whom staff have on the phone: customers, also those who have no booking yet."""

from __future__ import annotations

from typing import Final

from app.kernel.actor import Staff
from app.modules.audit.public import Change, record
from app.modules.customers import public as customers
from app.modules.customers.public import CustomerSnapshot
from app.modules.ops.schemas.customers import FoundCustomerOut
from app.modules.ops.service.callers import Said, read_said
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources

MOST_FOUND: Final = 50


async def find_customers(
    session: WriteSession, resources: Resources, actor: Staff, said: str
) -> list[FoundCustomerOut]:
    """The latest first, fifty at most; the platform's trail tells who was found. Raises: SaidTooLittle (422)."""
    found = await _sought(session, resources, read_said(said))
    for one in found:
        record(session, actor, Change("ops.customer_read", "customer", one.id))
    return [FoundCustomerOut.model_validate(one) for one in found]


async def _sought(session: ReadSession, resources: Resources, said: Said) -> list[CustomerSnapshot]:
    address = said.email or said.phone
    if address is not None:
        known = await customers.find_customer(session, resources, address)
        return [known] if known else []
    return await customers.find_named(session, resources, said.name, MOST_FOUND) if said.is_name else []
