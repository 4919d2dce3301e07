"""A mailbox in a file, for development and tests: what would have been sent can be read back.

One JSON line a message, mail and SMS in the same file. Several processes may append at once: a line is
written by one `write` on a descriptor opened with O_APPEND, under an advisory lock.
"""

import asyncio
import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.kernel.clock import Clock
from app.kernel.ports.mail import DeliveryFailed, Mail

OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True)
class MailboxMailer:
    path: Path
    clock: Clock

    async def send(self, mail: Mail) -> None:
        entry = {
            "id": str(mail.id),
            "channel": "email",
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
        }
        await append_to_mailbox(self.path, entry, self.clock)


async def append_to_mailbox(path: Path, entry: dict[str, Any], clock: Clock) -> None:
    """Append one message with its `sent_at` (UTC). Raises: DeliveryFailed when the file cannot be written."""
    line = json.dumps(entry | {"sent_at": clock.now().isoformat()}, separators=(",", ":")).encode() + b"\n"
    try:
        await asyncio.to_thread(_append, path, line)
    except OSError as error:
        raise DeliveryFailed(f"the mailbox cannot be written: {error.strerror}", is_permanent=False) from error


def read_mailbox(path: Path, *, to: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The newest messages first, all or those to one address or number; none while there is no file.

    Each is {"id", "channel": "email" or "sms", "to", "subject" (null for SMS), "text", "sent_at"}.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    for line in reversed(lines):
        if len(found) == limit:
            break
        message = json.loads(line)
        # A worker that died between sending and saying so has sent again: one message, as a provider would see it.
        if message["id"] not in seen and (to is None or message["to"] == to):
            seen.add(message["id"])
            found.append(message)
    return found


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _write_whole(descriptor, line)
    finally:
        os.close(descriptor)


def _write_whole(descriptor: int, line: bytes) -> None:
    before = os.fstat(descriptor).st_size
    if os.write(descriptor, line) != len(line):
        # A full disk takes a part: a torn line would make the whole file unreadable.
        os.ftruncate(descriptor, before)
        raise OSError(0, "the disk is full")
