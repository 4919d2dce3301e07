"""A queue of messages between processes: at least once, in no promised order, five times and then aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class QueueUnavailable(Exception):
    """The queue cannot answer right now; what was to be published may or may not be in it."""


@dataclass(frozen=True, slots=True)
class Message:
    """The envelope of one event. `payload` holds ids, no personal data; `trace` is a W3C traceparent."""

    id: UUID
    name: str
    version: int
    payload: dict[str, Any]
    created_at: datetime
    org_id: UUID | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in a consumer's hands. `receipt` is the queue's own name for it, `receives` counts from 1."""

    message: Message
    receipt: str
    receives: int


@dataclass(frozen=True, slots=True)
class Depth:
    """`waiting`: not yet handed out; `in_flight`: handed out, not acknowledged; `dead`: set aside."""

    waiting: int
    in_flight: int
    dead: int


class Queue(Protocol):
    """All raise QueueUnavailable when the queue cannot answer."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Put all of them in. After an error the same batch is published again: consumers know the ids."""
        ...

    async def receive(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        """Up to `most` messages, waiting up to `wait_seconds` for the first.

        They are hidden from others for the visibility time, and handed out again when it ends without
        `extend`, `acknowledge` or `release`. A message handed out five times already is set aside instead.
        """
        ...

    async def extend(self, deliveries: Sequence[Delivery]) -> None:
        """Hide them for a whole visibility time from now: the heartbeat of long work."""
        ...

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """They are done with and leave the queue."""
        ...

    async def release(self, delivery: Delivery, *, reason: str, delay_seconds: float = 0) -> None:
        """Give it back after a failure, to be tried again after `delay_seconds`; aside after the fifth.

        `reason` is a code or an exception's class name, never its text: it stands with the dead letter.
        Nothing happens when it has meanwhile been handed to another consumer.
        """
        ...

    async def bury(self, delivery: Delivery, *, reason: str) -> None:
        """Set it aside at once: nobody will ever understand it."""
        ...

    async def redrive(self, *, most: int) -> int:
        """Put up to `most` dead letters back, the oldest first, their counts at nought; how many were."""
        ...

    async def depth(self) -> Depth: ...

    async def close(self) -> None: ...
