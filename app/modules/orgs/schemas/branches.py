from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut
from app.kernel.text import Text60
from app.runtime.phones import Phone


class BranchIn(BaseModel):
    """A place of the company beside its office; without a phone of its own it has the company's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text60
    phone: Phone | None = None
    address: PlaceIn


class BranchPatch(Patch):
    clearable = frozenset({"phone"})

    name: Text60 | None = None
    phone: Phone | None = None
    address: PlaceIn | None = None


class BranchOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    phone: str | None
    address: PlaceOut
    closed_at: datetime | None
    version: int
