"""What a module announces. An event is written to the outbox in the transaction of the change it tells of.

It carries ids, never personal data and never a secret: who handles it reads the rest where it stands.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Base of all events. `name` is a literal `<thing>.<past participle>`; a breaking change is a new version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    version: ClassVar[int] = 1

    org_id: UUID | None = None

    def payload(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
