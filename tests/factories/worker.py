"""The worker, in process: what was announced is handled, and letters lie in the mailbox."""

from __future__ import annotations

from app import registry
from app.adapters.mail.mailbox_file import read_mailbox
from app.runtime.outbox.consumer import Consumer
from app.runtime.outbox.relay import Relay
from app.runtime.resources import Resources

__all__ = ["read_mailbox", "work"]


async def work(worker_resources: Resources) -> None:
    """What the worker does until there is nothing left."""
    relay, consumer = Relay(worker_resources), Consumer(registry.handler_table(), worker_resources)
    while await relay.relay() or await consumer.drain():
        pass
