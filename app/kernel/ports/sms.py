"""Text messages, seen from inside."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Sms:
    """`to` is E.164; `id` is the message's own, so that a retry is not a second message."""

    id: UUID
    to: str
    text: str


class SmsSender(Protocol):
    async def send(self, sms: Sms) -> None:
        """Hand the message over. Raises: DeliveryFailed. Never called while a transaction is open."""
        ...
