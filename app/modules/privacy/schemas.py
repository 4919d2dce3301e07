from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

Rows = list[dict[str, Any]]


class PersonalDataOut(BaseModel):
    """Everything that is kept of you, as it is kept: one object a row, with the names of its columns."""

    exported_at: datetime
    customer: Annotated[dict[str, Any], Field(description="you, and `sessions`: where you are or were signed in")]
    quotes: Rows
    bookings: Annotated[Rows, Field(description="each with its `history`")]
    invoices: Rows
