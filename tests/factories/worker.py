"""The worker, in process: what was announced is handled, and letters lie in the mailbox."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from app import registry
from app.adapters.mail.mailbox_file import read_mailbox
from app.runtime.outbox.consumer import Consumer
from app.runtime.outbox.relay import Relay
from app.runtime.resources import Resources
from app.runtime.settings import Settings

__all__ = ["letters_about", "read_mailbox", "work"]

# One try more, with its delay.
PATIENCE_SECONDS: Final = 4.0


async def work(worker_resources: Resources) -> None:
    """What the worker does until there is nothing left, what was put back for another try included.

    What fails again and again, as a contact whose key is gone, stays in the queue: the test's own question tells.
    """
    relay, consumer = Relay(worker_resources), Consumer(registry.handler_table(), worker_resources)
    queue, until = worker_resources.ports.queue, time.monotonic() + PATIENCE_SECONDS
    while True:
        while await relay.relay() or await consumer.drain():
            pass
        depth = await queue.depth()
        if not depth.waiting + depth.in_flight or time.monotonic() > until:
            return
        await asyncio.sleep(0.1)


def letters_about(settings: Settings, subject: str) -> list[dict[str, Any]]:
    """The e-mails with this in their subject, the newest first, among all that other tests have left to be sent."""
    found = read_mailbox(settings.mail.mailbox, limit=10_000)
    return [one for one in found if one["channel"] == "email" and subject in one["subject"]]
