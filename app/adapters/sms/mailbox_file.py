"""Text messages into the mailbox file that the mail goes to."""

from dataclasses import dataclass
from pathlib import Path

from app.adapters.mail.mailbox_file import append_to_mailbox
from app.kernel.clock import Clock
from app.kernel.ports.sms import Sms


@dataclass(frozen=True, slots=True)
class MailboxSmsSender:
    path: Path
    clock: Clock

    async def send(self, sms: Sms) -> None:
        entry = {"id": str(sms.id), "channel": "sms", "to": sms.to, "subject": None, "text": sms.text}
        await append_to_mailbox(self.path, entry, self.clock)
