from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.money import MoneyOut
from app.kernel.text import Note500
from app.modules.bookings.public import BookingStatus
from app.modules.invoices.values import InvoiceStatus
from app.modules.pricing.public import PriceOut


class TakeBackIn(BaseModel):
    """Why; it stands in the booking's history, for the customer too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Note500


class TakenBackOut(BaseModel):
    """Where the booking stands now."""

    booking_id: UUID
    status: BookingStatus


class InvoiceLineOut(BaseModel):
    description: str
    quantity: str | None
    unit: str | None
    unit_price: str | None
    amount: MoneyOut


class InvoiceSummary(BaseModel):
    id: UUID
    number: str
    status: InvoiceStatus
    organization_id: UUID
    booking_id: UUID
    issued_at: datetime
    due_on: Annotated[date, Field(description="local date of the company")]
    total: MoneyOut
    amount_due: Annotated[MoneyOut, Field(description="The total: payments are not recorded yet.")]


class InvoiceExplainOut(BaseModel):
    """What the two prices were made of. On this version `inputs` give the lines of `billed` that are a rule's or the
    price list's own, and `promised_inputs` those of `promised`, to the same cents. Extras were agreed on the day,
    `estimate_ceiling` takes off what is over the ceiling, and the tax is of all of it.
    """

    invoice_id: UUID
    booking_id: UUID
    pricing_config_id: Annotated[UUID | None, Field(description="null: a price agreed by hand")]
    config_version: Annotated[int | None, Field(description="null: a price agreed by hand")]
    inputs: Annotated[
        dict[str, object] | None,
        Field(description="As worked; as booked where `promised.estimate` is binding; null: a price agreed by hand"),
    ]
    promised_inputs: Annotated[dict[str, object] | None, Field(description="As booked; null: a price agreed by hand")]
    promised: Annotated[PriceOut, Field(description="As it was booked.")]
    billed: PriceOut


class InvoiceOut(InvoiceSummary):
    lines: list[InvoiceLineOut]
    subtotal: MoneyOut
    tax: MoneyOut
    sha256: Annotated[str, Field(description="of the document as issued")]
