from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


class InvoiceIssued(Event):
    name: ClassVar[str] = "invoice.issued"

    invoice_id: UUID
