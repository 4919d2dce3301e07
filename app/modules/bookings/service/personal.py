"""What bookings hold of a customer: all of it for them to take along, and none of it when they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from app.modules.bookings import repository
from app.modules.bookings.models import NoShowDispute
from app.modules.bookings.schemas.disputes import DisputeOut
from app.modules.bookings.service.contacts import shown_contact
from app.modules.bookings.service.retention import forgotten_columns
from app.modules.calendar import public as calendar
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

KEPT_SEALED: Final = frozenset({"sealed_contact", "phone_index", "email_index"})


async def personal_data(session: ReadSession, customer_id: UUID) -> list[dict[str, Any]]:
    """Every booking of the customer with its history, the first first. As the customer, for booking."""
    found = []
    for row in await repository.list_rows_of_customer(session, customer_id):
        await repository.find_org_of_own_booking(session, row["id"], customer_id)
        steps = await repository.list_steps(session, row["org_id"], row["id"])
        told = {name: value for name, value in row.items() if name not in KEPT_SEALED}
        contact = shown_contact(session.seals, SimpleNamespace(**row))
        dispute = await repository.get_dispute(session, row["org_id"], row["id"])
        history = [step._asdict() for step in steps]
        found.append({**told, "contact": contact, "history": history, "no_show_dispute": _told_of(dispute)})
    return found


async def open_bookings(session: ReadSession, customer_id: UUID, now: datetime) -> Sequence[AnyRow]:
    """(id, reference, status) of what is held or promised and not done."""
    return await repository.list_open_of_customer(session, customer_id, now)


async def erase_customer(session: WriteSession, customer_id: UUID, now: datetime) -> None:
    """Take name, numbers, addresses and free text out of the customer's bookings; times, places' towns and prices stay.

    Locks: the customer's bookings, one after the other. As the customer, for booking.
    """
    for row in await repository.list_rows_of_customer(session, customer_id):
        await repository.find_org_of_own_booking(session, row["id"], customer_id)
        reason = None if row["cancellation_reason"] is None else ""
        fields = {
            **forgotten_columns(row),
            "cancellation_reason": reason,
            "updated_at": now,
        }
        await repository.overwrite_booking(session, row["org_id"], row["id"], fields)
        await repository.clear_notes(session, row["org_id"], row["id"])
        await repository.clear_dispute(session, row["org_id"], row["id"])
        await calendar.forget_stops(session, row["org_id"], row["id"])


def _told_of(dispute: NoShowDispute | None) -> dict[str, Any] | None:
    """What company and staff wrote about the customer's report, and what became of it."""
    if dispute is None:
        return None
    return DisputeOut.model_validate(dispute).model_dump(exclude={"id", "booking_id"})
