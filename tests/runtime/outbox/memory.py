"""A queue in memory that shows what was done with each message; time does not pass in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.kernel.ports.queues import Delivery, Depth, Message, QueueUnavailable


@dataclass
class MemoryQueue:
    waiting: list[tuple[Message, int]] = field(default_factory=list)
    in_flight: dict[str, Delivery] = field(default_factory=dict)
    published: list[UUID] = field(default_factory=list)
    acknowledged: list[UUID] = field(default_factory=list)
    released: list[tuple[str, float]] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    extended: int = 0
    is_away: bool = False
    handed_out: int = 0

    def _ask(self) -> None:
        if self.is_away:
            raise QueueUnavailable("away")

    async def publish(self, messages: Sequence[Message]) -> None:
        self._ask()
        self.published += [message.id for message in messages]
        self.waiting += [(message, 0) for message in messages]

    async def receive(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        self._ask()
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        deliveries = []
        for message, receives in taken:
            self.handed_out += 1
            deliveries.append(Delivery(message, f"receipt {self.handed_out}", receives + 1))
        self.in_flight |= {delivery.receipt: delivery for delivery in deliveries}
        return deliveries

    async def extend(self, deliveries: Sequence[Delivery]) -> None:
        self._ask()
        self.extended += len(deliveries)

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        self._ask()
        for delivery in deliveries:
            self.acknowledged.append(self.in_flight.pop(delivery.receipt).message.id)

    async def release(self, delivery: Delivery, *, reason: str, delay_seconds: float = 0) -> None:
        self._ask()
        self.released.append((reason, delay_seconds))
        kept = self.in_flight.pop(delivery.receipt)
        self.waiting.append((kept.message, kept.receives))

    async def bury(self, delivery: Delivery, *, reason: str) -> None:
        self._ask()
        self.buried.append(reason)
        del self.in_flight[delivery.receipt]

    async def redrive(self, *, most: int) -> int:
        raise NotImplementedError

    async def depth(self) -> Depth:
        return Depth(waiting=len(self.waiting), in_flight=len(self.in_flight), dead=len(self.buried))

    async def close(self) -> None: ...
