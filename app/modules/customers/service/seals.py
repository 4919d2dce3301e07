"""Phone numbers and e-mail addresses as the database keeps them: sealed for their row, and found by a keyed hash.

Whoever has the database alone can neither read them nor try numbers out. The hash is of another key than the seals.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.modules.customers.models import Customer, OtpChallenge
from app.modules.customers.values import Channel, CustomerSnapshot
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, SealedColumn, Seals

logger = logging.getLogger(__name__)

INDEX_PURPOSE: Final = "customer address"
FIELDS: Final = {Channel.SMS: "phone", Channel.EMAIL: "email"}
OF_CUSTOMER: Final = {channel: SealedColumn("customers", field) for channel, field in FIELDS.items()}
RECIPIENT: Final = SealedColumn("otp_challenges", "recipient")
WARNED: Final = SealedColumn("otp_challenges", "warned")


@dataclass(frozen=True, slots=True)
class CustomerSeals:
    kept: Seals

    def index(self, channel: Channel, address: str) -> bytes:
        """What an address in its one form (E.164, lower case) is looked up by."""
        return self.kept.pepper.derive(INDEX_PURPOSE, channel.encode(), address.encode())

    def put(self, customer: Customer, channel: Channel, address: str) -> None:
        field, column = FIELDS[channel], OF_CUSTOMER[channel]
        setattr(customer, f"sealed_{field}", column.seal(self.kept, customer.id, address))
        setattr(customer, f"{field}_index", self.index(channel, address))

    def snapshot(self, customer: Customer) -> CustomerSnapshot:
        return CustomerSnapshot(
            id=customer.id,
            phone=self._opened(OF_CUSTOMER[Channel.SMS], customer.id, customer.sealed_phone),
            email=self._opened(OF_CUSTOMER[Channel.EMAIL], customer.id, customer.sealed_email),
            full_name=customer.full_name,
            version=customer.version,
            created_at=customer.created_at,
        )

    def shown(self, customer: Customer) -> CustomerSnapshot:
        """As `snapshot`, for whoever reads: what does not open is logged, and shown as not told."""
        try:
            return self.snapshot(customer)
        except CannotOpen:
            logger.exception("a customer's address does not open", extra={"customer_id": str(customer.id)})
            bare = Customer(**{name: getattr(customer, name) for name in ("id", "full_name", "version", "created_at")})
            return self.snapshot(bare)

    def seal_recipient(self, challenge_id: UUID, address: str) -> bytes:
        return RECIPIENT.seal(self.kept, challenge_id, address)

    def recipient(self, challenge_id: UUID, sealed: bytes) -> str:
        return RECIPIENT.open(self.kept, challenge_id, sealed)

    def seal_warned(self, challenge_id: UUID, address: str) -> bytes:
        return WARNED.seal(self.kept, challenge_id, address)

    def warned(self, challenge: OtpChallenge) -> str | None:
        return self._opened(WARNED, challenge.id, challenge.sealed_warned)

    def _opened(self, column: SealedColumn, row_id: UUID, sealed: bytes | None) -> str | None:
        return None if sealed is None else column.open(self.kept, row_id, sealed)


def seals_of(resources: Resources) -> CustomerSeals:
    return CustomerSeals(resources.seals)
