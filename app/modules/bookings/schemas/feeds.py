from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.kernel.text import Text120
from app.modules.bookings.schemas.shapes import Strict


class FeedIn(Strict):
    """`resource_id`: the jobs of one truck or person; without it, all of the company's."""

    name: Text120
    resource_id: UUID | None = None


class FeedOut(BaseModel):
    """`url` is for calendar programs: whoever has it reads the feed until it is revoked."""

    id: UUID
    name: str
    resource_id: UUID | None
    created_at: datetime
    url: str


class FeedsOut(BaseModel):
    items: list[FeedOut]
