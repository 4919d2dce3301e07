from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.text import Text120


class CustomerQuery(BaseModel):
    """`q`: the phone number or e-mail that a customer signs in with, however it is written, or their name or most of
    it, accents or none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[Text120, Field(examples=["(415) 555-0134"])]


class FoundCustomerOut(BaseModel):
    """Somebody who has signed in, whether they have booked or not; what they have not told is null."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    full_name: str | None
    phone: str | None
    email: str | None
    created_at: datetime


class FoundCustomersOut(BaseModel):
    items: list[FoundCustomerOut]
