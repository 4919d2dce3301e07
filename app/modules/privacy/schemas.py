from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

Rows = list[dict[str, Any]]


class KeptInvoiceOut(BaseModel):
    """An invoice that goes on naming you and your streets, since the law has the company keep it."""

    invoice_id: UUID
    number: str
    organization_id: UUID
    until: Annotated[date, Field(description="the last day; from the next on it names a pseudonym")]


class ErasedOut(BaseModel):
    """That you are forgotten, and what is not yet: `kept` says what, and until when. Nothing else of your account names
    you; what a company wrote down of you on the phone, and invoiced, is in no account: it is theirs to erase.
    """

    erased_at: datetime
    kept: list[KeptInvoiceOut]


class PersonalDataOut(BaseModel):
    """Everything that is kept of you, as it is kept: one object a row, with the names of its columns."""

    exported_at: datetime
    customer: Annotated[dict[str, Any], Field(description="you, and `sessions`: where you are or were signed in")]
    quotes: Rows
    bookings: Annotated[Rows, Field(description="each with its `history`")]
    invoices: Annotated[Rows, Field(description="each with its `parties`: you, and your streets")]
