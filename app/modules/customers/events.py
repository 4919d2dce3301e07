from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


class CodeRequested(Event):
    """A one-time code is to be sent. It is derived when it is sent: neither it nor the recipient stands here."""

    name: ClassVar[str] = "customers.code_requested"

    challenge_id: UUID


class AddressChanged(Event):
    """A customer has another number or address. Who is told of it stands with the challenge."""

    name: ClassVar[str] = "customers.address_changed"

    customer_id: UUID
    challenge_id: UUID
