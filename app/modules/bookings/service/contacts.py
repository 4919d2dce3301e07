"""Whom the crew calls, as the database keeps it: the name as it is, for lists; number and address sealed for their
booking, and found by keyed hashes alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from app.modules.audit import public as audit
from app.modules.bookings.errors import ContactErased, ContactUnreadable
from app.modules.bookings.models import Booking
from app.modules.bookings.rules import ERASED_CONTACT
from app.runtime.db.resealing import SealedRows, reseal
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, SealedColumn, Seals

logger = logging.getLogger(__name__)

PHONES: Final = "booking phone"
EMAILS: Final = "booking email"
PLACE: Final = SealedColumn("bookings", "contact")
ROWS: Final = SealedRows(PLACE, Booking.id, Booking.sealed_contact)
UNREADABLE: Final = "a booking's contact does not open"
ERASED_COLUMNS: Final[Mapping[str, Any]] = {
    "contact_name": ERASED_CONTACT["full_name"],
    "sealed_contact": None,
    "phone_index": None,
    "email_index": None,
}


class Kept(Protocol):
    """A booking's row, or as much of one as names its contact."""

    @property
    def id(self) -> Any: ...
    @property
    def contact_name(self) -> Any: ...
    @property
    def sealed_contact(self) -> Any: ...


def phone_index(seals: Seals, phone: str) -> bytes:
    """What a number in E.164 is looked up by."""
    return seals.index(PHONES, phone)


def email_index(seals: Seals, email: str) -> bytes:
    """What an address is looked up by; capitals do not matter."""
    return seals.index(EMAILS, email.lower())


def columns_of(seals: Seals, booking_id: UUID, contact: Mapping[str, Any]) -> dict[str, Any]:
    """The columns for a contact of `full_name`, `phone` and `email`."""
    phone, email = contact["phone"], contact.get("email")
    return {
        "contact_name": contact["full_name"],
        "sealed_contact": _sealed(seals, booking_id, phone, email),
        "phone_index": phone_index(seals, phone),
        "email_index": None if email is None else email_index(seals, email),
    }


def contact_of(seals: Seals, row: Kept) -> dict[str, Any]:
    """`full_name`, `phone` and `email` of a row; of one that was erased, no number. Raises: CannotOpen."""
    if row.sealed_contact is None:
        return {**ERASED_CONTACT, "full_name": row.contact_name}
    return {"full_name": row.contact_name, **json.loads(PLACE.open(seals, row.id, row.sealed_contact))}


def require_remembered(row: Kept) -> None:
    """Raises: ContactErased (409) for the booking of somebody who is to be named nowhere any more."""
    if is_erased(row):
        raise ContactErased


def is_erased(row: Kept) -> bool:
    return row.sealed_contact is None


def shown_contact(seals: Seals, row: Kept) -> dict[str, Any]:
    """As `contact_of`, for whoever reads: what does not open is logged, and shown without number and address."""
    try:
        return contact_of(seals, row)
    except CannotOpen:
        logger.exception(UNREADABLE, extra={"booking_id": str(row.id)})
        return {**ERASED_CONTACT, "full_name": row.contact_name}


def changed_contact(seals: Seals, row: Kept, told: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contact before and after a change.

    Raises: ContactUnreadable (409), unless all that is sealed is told anew.
    """
    try:
        before = contact_of(seals, row)
    except CannotOpen:
        logger.exception(UNREADABLE, extra={"booking_id": str(row.id)})
        if not {"phone", "email"} <= told.keys():
            raise ContactUnreadable from None
        before = {**ERASED_CONTACT, "full_name": row.contact_name}
    return before, {**before, **told}


async def reseal_contacts(resources: Resources) -> None:
    """After a change of the sealing key. As the worker, company after company."""
    if not resources.sealer.has_former:
        return
    for org_id in await audit.company_ids(resources.database):
        await reseal(resources.database, Identity(Audience.WORKER, org_id=org_id), resources.seals, ROWS)


def _sealed(seals: Seals, booking_id: UUID, phone: str, email: str | None) -> bytes:
    return PLACE.seal(seals, booking_id, json.dumps({"phone": phone, "email": email}))
