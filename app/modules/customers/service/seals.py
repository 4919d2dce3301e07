"""Phone numbers and e-mail addresses as the database keeps them: sealed for their row, and found by a keyed hash.

Whoever has the database alone can neither read them nor try numbers out. The hash is of another key than the seals.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.kernel.signing import Signer
from app.modules.customers.models import Customer, OtpChallenge
from app.modules.customers.values import Channel, CustomerSnapshot
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, Sealer

logger = logging.getLogger(__name__)

INDEX_PURPOSE: Final = "customer address"
FIELDS: Final = {Channel.SMS: "phone", Channel.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class Seals:
    sealer: Sealer
    pepper: Signer

    def index(self, channel: Channel, address: str) -> bytes:
        """What an address in its one form (E.164, lower case) is looked up by."""
        return self.pepper.derive(INDEX_PURPOSE, channel.encode(), address.encode())

    def put(self, customer: Customer, channel: Channel, address: str) -> None:
        field = FIELDS[channel]
        setattr(customer, f"sealed_{field}", self.sealer.seal(address, *_place(customer.id, field)))
        setattr(customer, f"{field}_index", self.index(channel, address))

    def snapshot(self, customer: Customer) -> CustomerSnapshot:
        return CustomerSnapshot(
            id=customer.id,
            phone=self._opened(customer.sealed_phone, *_place(customer.id, "phone")),
            email=self._opened(customer.sealed_email, *_place(customer.id, "email")),
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
        return self.sealer.seal(address, *_of_challenge(challenge_id, "recipient"))

    def recipient(self, challenge_id: UUID, sealed: bytes) -> str:
        return self.sealer.open(sealed, *_of_challenge(challenge_id, "recipient"))

    def seal_warned(self, challenge_id: UUID, address: str) -> bytes:
        return self.sealer.seal(address, *_of_challenge(challenge_id, "warned"))

    def warned(self, challenge: OtpChallenge) -> str | None:
        return self._opened(challenge.sealed_warned, *_of_challenge(challenge.id, "warned"))

    def reseal(self, customer: Customer) -> None:
        """Seal with the present key what another one sealed."""
        known = self.snapshot(customer)
        for field in FIELDS.values():
            address = getattr(known, field)
            if address is not None:
                setattr(customer, f"sealed_{field}", self.sealer.seal(address, *_place(customer.id, field)))

    def _opened(self, sealed: bytes | None, *place: str) -> str | None:
        return None if sealed is None else self.sealer.open(sealed, *place)


def seals_of(resources: Resources) -> Seals:
    return Seals(resources.sealer, resources.pepper)


def _place(customer_id: UUID, field: str) -> tuple[str, str, str]:
    return ("customers", field, str(customer_id))


def _of_challenge(challenge_id: UUID, field: str) -> tuple[str, str, str]:
    return ("otp_challenges", field, str(challenge_id))
