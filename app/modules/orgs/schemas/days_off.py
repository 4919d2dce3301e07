from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.instants import Day
from app.kernel.text import Text60


class DayOffIn(BaseModel):
    """A day on which your company takes no jobs of customers, by its own clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Day
    name: Annotated[Text60, Field(examples=["Thanksgiving"])]


class DayOffOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    day: date
    name: str


class DaysOffOut(BaseModel):
    items: list[DayOffOut]
