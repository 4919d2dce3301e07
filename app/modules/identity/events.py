from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


class Registered(Event):
    """A company and its owner came into being."""

    name: ClassVar[str] = "identity.registered"

    user_id: UUID


class RefreshReplayed(Event):
    """A spent refresh token was used again: its family was ended, and its owner should hear of it."""

    name: ClassVar[str] = "identity.refresh_replayed"

    user_id: UUID
    session_id: UUID
