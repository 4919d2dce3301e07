from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.kernel.money import MoneyOut
from app.modules.invoices.values import InvoiceStatus
from app.modules.pricing.public import PriceOut


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
    """What the billed price was made of. On this version the inputs give the lines of a rule or of the price list
    itself to the same cents: `promised_inputs` those of `promised`, and those of `billed` where `billed.estimate.kind`
    is `binding`; else `worked_inputs` those of `billed`. Extras were agreed on the day, `estimate_ceiling` takes off
    what is over the ceiling, and the tax is of all of it.
    """

    invoice_id: UUID
    booking_id: UUID
    pricing_config_id: Annotated[UUID | None, Field(description="null: a price agreed by hand")]
    config_version: Annotated[int | None, Field(description="null: a price agreed by hand")]
    promised_inputs: Annotated[
        dict[str, object] | None, Field(description="The job as booked; null: a price agreed by hand")
    ]
    worked_inputs: Annotated[
        dict[str, object] | None, Field(description="The job as worked; null: a price agreed by hand")
    ]
    promised: Annotated[PriceOut, Field(description="As it was booked.")]
    billed: PriceOut


class InvoiceOut(InvoiceSummary):
    lines: list[InvoiceLineOut]
    subtotal: MoneyOut
    tax: MoneyOut
    sha256: Annotated[str, Field(description="of the document as issued")]
