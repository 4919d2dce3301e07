"""E-mail, seen from inside: one letter to one person."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class DeliveryFailed(Exception):
    """The provider did not take the message. `is_permanent`: sending it again cannot help."""

    def __init__(self, reason: str, *, is_permanent: bool) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent


@dataclass(frozen=True, slots=True)
class Mail:
    """`id` is the message's own: a provider that has seen it does not send it twice.

    Raises: ValueError for a line break in an address or the subject (it would start a header of its own).
    """

    id: UUID
    to: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        if any(character in field for field in (self.to, self.subject) for character in "\r\n\x00"):
            raise ValueError("an address or a subject is one line")


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the letter over. Raises: DeliveryFailed. Never called while a transaction is open."""
        ...
